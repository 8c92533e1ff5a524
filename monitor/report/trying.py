"""What if: a promise beside others of the same kind, over the waits that it judges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction

import sqlalchemy as sa

from monitor.config import Config
from monitor.domain.calendar import ALWAYS, Calendar
from monitor.domain.target import Target, Verdict, as_written
from monitor.report import calendars
from monitor.report.numbers import Asked, Attained, Subject
from monitor.report.replay import tried

_MINUTE = timedelta(minutes=1)
LADDER = (
    *(timedelta(seconds=each) for each in (5, 10, 15, 20, 30, 45)),
    *(each * _MINUTE for each in (1, 2, 3, 6, 10, 15, 30, 60, 120, 240, 480, 720, 1440, 2880)),
)
_BELOW, _ABOVE = 1, 3


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What to try: None leaves what is in force. `calendar` is a name of the configuration."""

    target: str | None = None
    within: timedelta | None = None
    objective: Fraction | None = None
    calendar: str | None = None


AS_IT_IS = WhatIf()


@dataclass(frozen=True, slots=True)
class Try:
    """One length. `as_promised` has it in the calendars in force, `otherwise` in the one asked for,
    if one was; `is_promised`: this is the length in force."""

    within: timedelta
    as_promised: Attained
    otherwise: Attained | None
    is_promised: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """`in_force` are the verdicts by the due instants that were stored."""

    in_force: Attained
    objective: Fraction
    calendar: str | None
    tries: Sequence[Try]


def trial(
    tx: sa.Connection,
    subjects: Iterable[Subject],
    config: Config | None,
    asked: Asked,
    in_force: Attained,
    target_id: int,
    what_if: WhatIf,
    now: datetime,
) -> Trial:
    """Raises QuestionError where there is no calendar of that name."""
    calendar = calendars.called(config, what_if.calendar)
    objective = what_if.objective or as_written(in_force.objective)
    spans = _spans(in_force.within, what_if.within)
    shapes = [_shape(in_force, within, objective) for within in spans]
    found: list[Counter[Verdict]] = [Counter() for _ in range(2 * len(shapes))]
    own = _own_calendars(config, in_force.target)
    for subject in subjects:
        theirs = own.get(subject.name, ALWAYS)
        promises = [replace(shape, calendar=theirs) for shape in shapes]
        if calendar:
            promises += [replace(shape, calendar=calendar) for shape in shapes]
        for verdicts, more in zip(
            found, tried(tx, subject.name, asked, target_id, promises, now), strict=False
        ):
            verdicts.update(more)
    plain, other = found[: len(shapes)], found[len(shapes) :]
    tries = [
        Try(
            shape.within,
            _attained(shape, plain[place]),
            _attained(shape, other[place]) if calendar else None,
            shape.within == in_force.within,
        )
        for place, shape in enumerate(shapes)
    ]
    return Trial(in_force, objective, what_if.calendar, tries)


def _spans(promised: timedelta, wished: timedelta | None) -> list[timedelta]:
    """The length in force, its neighbours on the ladder, and what was asked for."""
    below = [span for span in LADDER if span < promised][-_BELOW:]
    above = [span for span in LADDER if span > promised][:_ABOVE]
    return sorted({*below, promised, *above, *([wished] if wished else [])})


def _shape(in_force: Attained, within: timedelta, objective: Fraction) -> Target:
    return Target(in_force.target, in_force.metric, within, objective)


def _attained(shape: Target, verdicts: Mapping[Verdict, int]) -> Attained:
    return Attained(shape.name, shape.metric, shape.within, float(shape.objective), verdicts)


def _own_calendars(config: Config | None, target: str) -> dict[str, Calendar]:
    """In which calendar each account is held to this promise."""
    return {
        account.name: each.calendar
        for account in (config.accounts if config else ())
        for each in account.targets
        if each.name == target
    }
