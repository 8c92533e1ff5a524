"""The figures of one account over a window of its history (rules 7 to 9)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cached_property
from heapq import nlargest
from typing import NamedTuple

import sqlalchemy as sa

from monitor.domain.post import EARLIEST
from monitor.domain.statistics import Length, attainment, observed
from monitor.domain.target import Metric, Verdict, as_written, judge
from monitor.report.observation import observation
from monitor.report.reply_times import ReplyTimes, reply_times
from monitor.report.sums import KINDS, Sums
from monitor.store import accounts, history
from monitor.store.history import Narrowing, Opened, Owed, TargetRow, Window

_WORST = 5


@dataclass(frozen=True, slots=True)
class Subject:
    """An account as it is called. `targets` are the names of those it is now held to.

    `platform` is None where only the database is known.
    """

    name: str
    brand: str
    platform: str | None = None
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """From `since` to before `until`, by the waits' opening or, for verdicts, `by_due`; and only
    those that were opened in one of these languages and owe one of these promises, if any."""

    since: datetime | None = None
    until: datetime | None = None
    by_due: bool = False
    languages: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()

    def narrowing(self, known: Mapping[int, TargetRow]) -> Narrowing:
        """As the store asks for it. A promise that nothing was ever owed under fits no wait."""
        theirs = {row.id for row in known.values() if row.name in self.targets}
        return Narrowing(self.languages, theirs if self.targets else None)

    def reported(
        self, known: Iterable[TargetRow], subjects: Iterable[Subject], owed: Collection[int]
    ) -> list[TargetRow]:
        """The promises of today in their order, then those that are owed from earlier."""
        by_name = {row.name: row for row in known}
        names = dict.fromkeys(name for subject in subjects for name in subject.targets)
        todays = [by_name.pop(name) for name in names if name in by_name]
        every = [*todays, *(row for row in by_name.values() if row.id in owed)]
        return [row for row in every if not self.targets or row.name in self.targets]


@dataclass(frozen=True, slots=True)
class Attained:
    """How often a promise was kept."""

    target: str
    metric: Metric
    within: timedelta
    objective: float
    verdicts: Mapping[Verdict, int]

    def of(self, verdict: Verdict) -> int:
        return self.verdicts.get(verdict, 0)

    @property
    def judged(self) -> int:
        """How many were met or breached."""
        return self.of(Verdict.MET) + self.of(Verdict.BREACHED)

    @property
    def share(self) -> Fraction | None:
        return attainment(self.of(Verdict.MET), self.of(Verdict.BREACHED))

    @property
    def allowed(self) -> int:
        """How many breaches the objective leaves."""
        return int((1 - self.exact_objective) * self.judged)

    @property
    def is_kept(self) -> bool | None:
        """Whether the objective is reached; None where nothing is judged."""
        return None if self.share is None else self.share >= self.exact_objective

    @property
    def exact_objective(self) -> Fraction:
        return as_written(self.objective)


class Late(NamedTuple):
    """A breach: by how much the promise was passed when the wait ended, or at the watermark, and
    whether it was `answered` by then."""

    wait: int
    target: str
    nudges: int
    past_due: timedelta
    answered: bool


@dataclass(frozen=True, kw_only=True)
class AccountNumbers:
    """All figures as of the watermark: what came after it is not known completely."""

    subject: Subject
    watermark: datetime | None
    sums: Sums
    targets: Sequence[Attained]
    worst: Sequence[Late]
    coverage: Fraction | None

    @property
    def mentions(self) -> int:
        return self.sums.mentions

    @property
    def opened(self) -> int:
        return self.sums.opened

    @property
    def answered(self) -> int:
        return self.sums.answered

    @property
    def open(self) -> int:
        return self.sums.open

    @property
    def excluded(self) -> Mapping[str, int]:
        return self.sums.excluded

    @property
    def nudges(self) -> int:
        return self.sums.nudges

    @property
    def reply_rate(self) -> Fraction | None:
        return self.sums.reply_rate

    @property
    def oldest_open_at(self) -> datetime | None:
        return self.sums.oldest_open_at

    @cached_property
    def replies(self) -> Mapping[Metric, ReplyTimes]:
        return {metric: reply_times(self.sums.lengths[kind]) for metric, kind in KINDS.items()}

    @property
    def is_breached(self) -> bool:
        return any(target.of(Verdict.BREACHED) for target in self.targets)


def account_numbers(
    tx: sa.Connection, subject: Subject, asked: Asked, now: datetime
) -> AccountNumbers:
    """Raises LookupError where the database has no such account."""
    account_id = accounts.one(tx, subject.name).id
    watermark = accounts.watermark(tx, account_id)
    known = history.targets(tx)
    sums, late = Sums(), Lateness(known, watermark)
    for wait, length in opened(tx, account_id, asked, known, watermark):
        sums.take(wait, length)
    for due, verdict in judged(tx, account_id, asked, known, watermark, now):
        sums.take_due(due, verdict)
        late.take(due, verdict)
    return AccountNumbers(
        subject=subject,
        watermark=watermark,
        sums=sums,
        targets=attained(asked.reported(known.values(), [subject], sums.verdicts), sums.verdicts),
        worst=late.worst(_WORST),
        coverage=observation(tx, account_id, asked.since, asked.until).share,
    )


def opened(
    tx: sa.Connection,
    account_id: int,
    asked: Asked,
    known: Mapping[int, TargetRow],
    watermark: datetime | None,
    *,
    spoken: bool = False,
) -> Iterator[tuple[Opened, Length]]:
    """The waits asked for, each with how long it was seen to last; with its language, if it is to
    be `spoken` of."""
    until = watermark or EARLIEST
    window = Window(asked.since, asked.until, until)
    for wait in history.opened(tx, account_id, window, asked.narrowing(known), spoken=spoken):
        yield wait, observed(wait.opened_at, wait.answered_at, wait.ended_at, until)


def judged(
    tx: sa.Connection,
    account_id: int,
    asked: Asked,
    known: Mapping[int, TargetRow],
    watermark: datetime | None,
    now: datetime,
    *,
    spoken: bool = False,
) -> Iterator[tuple[Owed, Verdict]]:
    """What is owed, with verdicts as they are now: those stored with the dues serve the counters
    alone."""
    window = Window(asked.since, asked.until, watermark or EARLIEST)
    narrowed = asked.narrowing(known)
    for due in history.owed(tx, account_id, window, narrowed, by_due=asked.by_due, spoken=spoken):
        yield due, judge(due.due_at, due.answered_at, due.ended_at, watermark, now)


def attained(
    rows: Iterable[TargetRow], verdicts: Mapping[int, Mapping[Verdict, int]]
) -> list[Attained]:
    return [
        Attained(row.name, row.metric, row.within, row.objective, verdicts.get(row.id, {}))
        for row in rows
    ]


class Lateness:
    """Gathers an account's breaches."""

    def __init__(self, known: Mapping[int, TargetRow], watermark: datetime | None) -> None:
        self._known, self._watermark = known, watermark
        self._longest: dict[int, Late] = {}

    def take(self, due: Owed, verdict: Verdict) -> None:
        """Each wait counts by the promise that it passed the most."""
        watermark = self._watermark
        if verdict is not Verdict.BREACHED or watermark is None:
            return
        end = min(due.answered_at or due.ended_at or watermark, watermark)
        known = self._longest.get(due.wait)
        if known is None or end - due.due_at > known.past_due:
            target = self._known[due.target_id].name
            is_answered = due.answered_at is not None and due.answered_at <= watermark
            self._longest[due.wait] = Late(
                due.wait, target, due.nudges, end - due.due_at, is_answered
            )

    def worst(self, most: int) -> list[Late]:
        """Most nudges first, then longest past due."""
        return worst(self._longest.values(), most)


def worst(late: Iterable[Late], most: int) -> list[Late]:
    return nlargest(most, late, key=lambda one: (one.nudges, one.past_due))
