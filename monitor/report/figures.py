"""The whole report: every figure of a window, of all accounts asked for together.

What several accounts have in common is added up before any rate is taken: Kaplan-Meier's estimate
is that of all their waits, each observed up to its own account's watermark.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from monitor.config import Config
from monitor.config.calendars import ALWAYS_OPEN
from monitor.domain.proportions import Interval, difference, wilson
from monitor.domain.target import Metric, Verdict
from monitor.report.classes import Classes
from monitor.report.curves import Curve, curve
from monitor.report.gathering import WORST, Gathered, gathered
from monitor.report.heat import Heat
from monitor.report.languages import called
from monitor.report.numbers import Asked, Attained, Late, Subject, account_numbers, attained, worst
from monitor.report.observation import Observation, share_of_all
from monitor.report.question_error import QuestionError
from monitor.report.sums import KINDS, InTime, Sums, in_time, total
from monitor.report.trying import AS_IT_IS, Trial, WhatIf, trial
from monitor.report.unheard import unheard
from monitor.report.windows import Bounds
from monitor.store import history
from monitor.store.history import TargetRow


@dataclass(frozen=True, slots=True)
class Request:
    """What a report is asked for. `before` is the window to compare with, if there is one."""

    asked: Asked
    before: Bounds | None = None
    what_if: WhatIf = AS_IT_IS


@dataclass(frozen=True, slots=True)
class Promise:
    """One target, over all accounts that are held to it. `before` is None without a window to
    compare with."""

    attained: Attained
    before: Attained | None
    brands: tuple[str, ...]

    @property
    def interval(self) -> Interval | None:
        return wilson(self.attained.of(Verdict.MET), self.attained.judged)

    @property
    def share_before(self) -> Fraction | None:
        return self.before.share if self.before else None

    @property
    def change(self) -> Fraction | None:
        """Of the share; None where there is nothing to compare."""
        now, then = self.attained.share, self.share_before
        return None if now is None or then is None else now - then

    @property
    def is_clear(self) -> bool:
        """Whether chance alone would bring such a change less than once in twenty times."""
        if self.before is None:
            return False
        met, judged = self.attained.of(Verdict.MET), self.attained.judged
        found = difference(met, judged, self.before.of(Verdict.MET), self.before.judged)
        return found is not None and not found.holds(0)


@dataclass(frozen=True, slots=True)
class Group:
    """The waits of one platform, brand, language or account."""

    name: str
    sums: Sums
    in_time: InTime
    curve: Curve


@dataclass(frozen=True, slots=True)
class Worst:
    """`row` has the wait with its account's name and the post to show."""

    late: Late
    row: Mapping[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`metric` is that of the curve: how long people waited for a first reply, unless only promises
    about next replies were asked for. `earlier` is of the window before. `calendars`: in whose
    hours each promise runs, in words."""

    request: Request
    zone: ZoneInfo
    made_at: datetime
    subjects: Sequence[Subject]
    calendars: Mapping[str, str]
    sums: Sums
    earlier: Sums | None
    metric: Metric
    curves: Mapping[Metric, Curve]
    earlier_curves: Mapping[Metric, Curve]
    promises: Sequence[Promise]
    heat: Heat
    in_time: InTime
    groups: Mapping[str, Sequence[Group]]
    classes: Classes
    worst: Sequence[Worst]
    observed: Mapping[str, Observation]
    languages: Sequence[str]
    unheard: Counter[str]
    trial: Trial | None

    @property
    def curve(self) -> Curve:
        return self.curves[self.metric]

    @property
    def earlier_curve(self) -> Curve | None:
        return self.earlier_curves.get(self.metric)

    @property
    def coverage(self) -> Fraction | None:
        return share_of_all(self.observed.values())

    @property
    def complete_until(self) -> datetime | None:
        """Up to when everything is known of every account that has been observed."""
        marks = [one.watermark for one in self.observed.values() if one.watermark]
        return min(marks, default=None)


def made(
    tx: sa.Connection,
    subjects: Sequence[Subject],
    request: Request,
    zone: ZoneInfo,
    now: datetime,
    config: Config | None = None,
) -> Report:
    """Raises QuestionError where there is no promise or calendar of the name that is to be tried;
    LookupError where the database has no such account."""
    asked, known = request.asked, history.targets(tx)
    parts = [gathered(tx, subject, asked, known, zone, now) for subject in subjects]
    sums, earlier = total(part.sums for part in parts), _earlier(tx, subjects, request, now)
    rows = asked.reported(known.values(), subjects, sums.verdicts)
    promises = _promises(parts, rows, sums, earlier)
    metric = _metric(asked, known)
    return Report(
        request=request,
        zone=zone,
        made_at=now,
        subjects=subjects,
        calendars=_calendars(config, subjects),
        sums=sums,
        earlier=earlier,
        metric=metric,
        curves=_curves(sums),
        earlier_curves=_curves(earlier) if earlier else {},
        promises=promises,
        heat=_heat(parts, zone),
        in_time=in_time(sums.verdicts, known),
        groups=_groups(parts, metric, known),
        classes=_classes(parts),
        worst=_worst(tx, parts),
        observed={part.subject.name: part.observation for part in parts},
        languages=sorted({each for part in parts for each in part.by_language if each}),
        unheard=unheard(tx, parts, asked),
        trial=_trial(tx, subjects, config, request, dict(zip(rows, promises, strict=True)), now),
    )


_AXES: Mapping[str, Callable[[Subject, str | None], str]] = {
    "platform": lambda subject, _: subject.platform or "not told",
    "brand": lambda subject, _: subject.brand,
    "language": lambda _, language: called(language),
    "account": lambda subject, _: subject.name,
}


def _calendars(config: Config | None, subjects: Iterable[Subject]) -> dict[str, str]:
    if config is None:
        return {}
    shown = {subject.name for subject in subjects}
    found: defaultdict[str, set[str]] = defaultdict(set)
    for account in config.accounts:
        for target in account.targets if account.name in shown else ():
            same = (name for name, each in config.calendars.items() if each == target.calendar)
            found[target.name].add(next(same, ""))
    return {name: _hours(calendars) for name, calendars in found.items()}


def _hours(calendars: Collection[str]) -> str:
    if len(calendars) > 1:
        return "in each account's hours"
    (only,) = calendars
    return "always open" if only == ALWAYS_OPEN else f"{only} hours"


def _earlier(
    tx: sa.Connection, subjects: Iterable[Subject], request: Request, now: datetime
) -> Sums | None:
    """By what is known of the window before today, as a report of it would have it."""
    if request.before is None:
        return None
    asked = replace(request.asked, since=request.before.since, until=request.before.until)
    return total(account_numbers(tx, subject, asked, now).sums for subject in subjects)


def _promises(
    parts: Sequence[Gathered], rows: Sequence[TargetRow], sums: Sums, earlier: Sums | None
) -> list[Promise]:
    now = attained(rows, sums.verdicts)
    then = attained(rows, earlier.verdicts) if earlier else [None] * len(rows)
    return [
        Promise(one, before, _brands(parts, row))
        for row, one, before in zip(rows, now, then, strict=True)
    ]


def _brands(parts: Iterable[Gathered], row: TargetRow) -> tuple[str, ...]:
    """Who is held to it, or was."""
    theirs = (
        part.subject.brand
        for part in parts
        if row.name in part.subject.targets or row.id in part.sums.verdicts
    )
    return tuple(dict.fromkeys(theirs))


def _metric(asked: Asked, known: Mapping[int, TargetRow]) -> Metric:
    metrics = {row.metric for row in known.values() if row.name in asked.targets}
    return Metric.NEXT_REPLY if metrics == {Metric.NEXT_REPLY} else Metric.FIRST_REPLY


def _curves(sums: Sums) -> dict[Metric, Curve]:
    return {metric: curve(sums.lengths[kind]) for metric, kind in KINDS.items()}


def _heat(parts: Iterable[Gathered], zone: ZoneInfo) -> Heat:
    heat = Heat(zone)
    for part in parts:
        heat.add(part.heat)
    return heat


def _classes(parts: Iterable[Gathered]) -> Classes:
    classes = Classes()
    for part in parts:
        classes.add(part.classes)
    return classes


Cell = tuple[Subject, str | None]
"""The waits of one account in one language, of which every group consists."""


def _groups(
    parts: Iterable[Gathered], metric: Metric, known: Mapping[int, TargetRow]
) -> dict[str, list[Group]]:
    """By each axis, the largest first. Groups of the same waits share what is reckoned of them:
    many brands have but one account, and many accounts speak but one language."""
    cells = {
        (part.subject, lang): sums for part in parts for lang, sums in part.by_language.items()
    }
    figures: dict[frozenset[Cell], tuple[Sums, InTime, Curve]] = {}
    found: dict[str, list[Group]] = {}
    for axis, name_of in _AXES.items():
        groups: defaultdict[str, list[Cell]] = defaultdict(list)
        for cell in cells:
            groups[name_of(*cell)].append(cell)
        for theirs in map(frozenset, groups.values()):
            if theirs not in figures:
                sums = total(cells[cell] for cell in theirs)
                times = curve(sums.lengths[KINDS[metric]])
                figures[theirs] = sums, in_time(sums.verdicts, known), times
        every = [Group(name, *figures[frozenset(theirs)]) for name, theirs in groups.items()]
        found[axis] = sorted(every, key=lambda group: (-group.sums.opened, group.name))
    return found


def _worst(tx: sa.Connection, parts: Iterable[Gathered]) -> list[Worst]:
    late = worst((one for part in parts for one in part.worst), WORST)
    rows = history.shown(tx, [one.wait for one in late])
    return [Worst(one, rows[one.wait]) for one in late]


def _trial(
    tx: sa.Connection,
    subjects: Sequence[Subject],
    config: Config | None,
    request: Request,
    promises: Mapping[TargetRow, Promise],
    now: datetime,
) -> Trial | None:
    """Of the promise asked for; else of the one that was missed by most, or judged most."""
    wanted = request.what_if.target
    judged = [row for row, one in promises.items() if one.attained.judged]
    if wanted is not None:
        judged = [row for row in promises if row.name == wanted]
        if not judged:
            there = ", ".join(row.name for row in promises) or "none"
            raise QuestionError(f'there is no promise "{wanted}" here; there are: {there}')
    if not judged:
        return None
    row = max(judged, key=lambda row: _weight(promises[row].attained))
    in_force = promises[row].attained
    return trial(tx, subjects, config, request.asked, in_force, row.id, request.what_if, now)


def _weight(promise: Attained) -> tuple[int, int]:
    return promise.of(Verdict.BREACHED) - promise.allowed, promise.judged
