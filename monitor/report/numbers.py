"""The figures of one account over a window of its history (rules 7 to 9)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from heapq import nlargest
from typing import NamedTuple

import sqlalchemy as sa

from monitor.domain.post import EARLIEST
from monitor.domain.statistics import Length, attainment, coverage, observed
from monitor.domain.target import Metric, Verdict, judge
from monitor.domain.wait import Kind, Status
from monitor.report.reply_times import ReplyTimes, reply_times
from monitor.store import accounts, history
from monitor.store.history import Opened, Owed, TargetRow, Window

_WORST = 5
_OBJECTIVES_EXACT_TO = 10**9


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
    """From `since` to before `until`, by the waits' opening or, for verdicts, `by_due`."""

    since: datetime | None = None
    until: datetime | None = None
    by_due: bool = False


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
        return int((1 - self._objective) * self.judged)

    @property
    def is_kept(self) -> bool | None:
        """Whether the objective is reached; None where nothing is judged."""
        return None if self.share is None else self.share >= self._objective

    @property
    def _objective(self) -> Fraction:
        """As it was written: 90 % is no binary fraction."""
        return Fraction(self.objective).limit_denominator(_OBJECTIVES_EXACT_TO)


class Late(NamedTuple):
    """A breach: by how much the promise was passed when the wait ended, or at the watermark."""

    wait: int
    target: str
    nudges: int
    past_due: timedelta
    answered: bool


@dataclass(slots=True, kw_only=True)
class AccountNumbers:
    """All figures as of the watermark: what came after it is not known completely.

    `excluded` counts by reason; `opened` = `answered` + `open` + all excluded.
    """

    subject: Subject
    watermark: datetime | None
    opened: int = 0
    answered: int = 0
    open: int = 0
    excluded: Counter[str] = field(default_factory=Counter)
    nudges: int = 0
    oldest_open_at: datetime | None = None
    replies: Mapping[Metric, ReplyTimes] = field(default_factory=dict)
    targets: Sequence[Attained] = ()
    worst: Sequence[Late] = ()
    coverage: Fraction | None = None

    @property
    def mentions(self) -> int:
        return self.opened + self.nudges

    @property
    def reply_rate(self) -> Fraction | None:
        meant = self.answered + self.open
        return Fraction(self.answered, meant) if meant else None

    @property
    def is_breached(self) -> bool:
        return any(target.of(Verdict.BREACHED) for target in self.targets)


def account_numbers(
    tx: sa.Connection, subject: Subject, asked: Asked, now: datetime
) -> AccountNumbers:
    """Raises LookupError where the database has no such account."""
    account_id = accounts.one(tx, subject.name).id
    watermark = accounts.watermark(tx, account_id)
    window = Window(asked.since, asked.until, watermark or EARLIEST)
    numbers = AccountNumbers(subject=subject, watermark=watermark)
    _count(numbers, history.opened(tx, account_id, window), watermark or EARLIEST)
    owed = history.owed(tx, account_id, window, by_due=asked.by_due)
    known = history.targets(tx)
    _judge(numbers, owed, known, now)
    numbers.coverage = _coverage(tx, account_id, asked, watermark)
    return numbers


def _count(numbers: AccountNumbers, opened: Iterable[Opened], watermark: datetime) -> None:
    lengths: dict[Kind, list[Length]] = {Kind.FIRST: [], Kind.FOLLOW_UP: []}
    for wait in opened:
        numbers.opened += 1
        numbers.nudges += wait.nudges
        length = observed(wait.opened_at, wait.answered_at, wait.ended_at, watermark)
        lengths[wait.kind].append(length)
        if length.answered:
            numbers.answered += 1
        elif wait.status in (Status.DELETED, Status.DISMISSED):
            numbers.excluded[wait.dismissal or Status.DELETED.value] += 1
        else:
            numbers.open += 1
            numbers.oldest_open_at = min(numbers.oldest_open_at or wait.opened_at, wait.opened_at)
    numbers.replies = {
        Metric.FIRST_REPLY: reply_times(lengths[Kind.FIRST]),
        Metric.NEXT_REPLY: reply_times(lengths[Kind.FOLLOW_UP]),
    }


def _judge(
    numbers: AccountNumbers, owed: Iterable[Owed], known: Mapping[int, TargetRow], now: datetime
) -> None:
    """Verdicts as they are now: those stored with the dues serve the counters alone."""
    watermark = numbers.watermark
    verdicts: defaultdict[int, Counter[Verdict]] = defaultdict(Counter)
    late: list[Late] = []
    for due in owed:
        verdict = judge(due.due_at, due.answered_at, due.ended_at, watermark, now)
        verdicts[due.target_id][verdict] += 1
        if verdict is Verdict.BREACHED and watermark:
            late.append(_late(due, known[due.target_id].name, watermark))
    numbers.targets = [
        Attained(row.name, row.metric, row.within, row.objective, verdicts[row.id])
        for row in _reported(known.values(), numbers.subject, {*verdicts})
    ]
    numbers.worst = _worst(late)


def _late(due: Owed, target: str, watermark: datetime) -> Late:
    end = min(due.answered_at or due.ended_at or watermark, watermark)
    return Late(due.wait, target, due.nudges, end - due.due_at, due.answered_at is not None)


def _worst(late: Iterable[Late]) -> list[Late]:
    """Most nudges first, then longest past due; each wait by the promise it passed the most."""
    longest: dict[int, Late] = {}
    for one in late:
        known = longest.get(one.wait)
        if known is None or one.past_due > known.past_due:
            longest[one.wait] = one
    return nlargest(_WORST, longest.values(), key=lambda one: (one.nudges, one.past_due))


def _reported(
    known: Iterable[TargetRow], subject: Subject, owed: Collection[int]
) -> list[TargetRow]:
    """The promises of today in their order, then those that are owed from earlier."""
    by_name = {row.name: row for row in known}
    todays = [by_name.pop(name) for name in subject.targets if name in by_name]
    return [*todays, *(row for row in by_name.values() if row.id in owed)]


def _coverage(
    tx: sa.Connection, account_id: int, asked: Asked, watermark: datetime | None
) -> Fraction | None:
    """The share of the window that was observed. Unbounded, it runs from the first instant that
    was, to the watermark; None where that is no span."""
    spans = accounts.covered(tx, account_id)
    if watermark is None or not spans:
        return None
    since, until = asked.since or spans[0].start, asked.until or watermark
    return coverage(spans, since, until) if since < until else None
