"""What kind of first answer waits got, and how many got none."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median_low

from monitor.domain.post import ReplyClass
from monitor.domain.statistics import Length
from monitor.domain.wait import Status
from monitor.store.history import Opened


class Outcome(StrEnum):
    """Each wait has one."""

    HUMAN = "human"
    DEFLECTION = "deflection"
    AUTOMATED_ONLY = "automated only"
    NONE = "none"
    EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """`median` is of those answered so; None of the others."""

    outcome: Outcome
    waits: int
    median: timedelta | None


@dataclass(slots=True)
class Classes:
    counts: Counter[Outcome] = field(default_factory=Counter)
    _spans: defaultdict[Outcome, list[timedelta]] = field(default_factory=lambda: defaultdict(list))

    def take(self, wait: Opened, length: Length, watermark: datetime) -> None:
        outcome = _outcome(wait, length, watermark)
        self.counts[outcome] += 1
        if length.answered:
            self._spans[outcome].append(length.span)

    def add(self, other: Classes) -> None:
        self.counts.update(other.counts)
        for outcome, spans in other._spans.items():
            self._spans[outcome] += spans

    def rows(self) -> Iterator[OutcomeRow]:
        for outcome in Outcome:
            spans = self._spans.get(outcome)
            yield OutcomeRow(outcome, self.counts[outcome], median_low(spans) if spans else None)


def _outcome(wait: Opened, length: Length, watermark: datetime) -> Outcome:
    if length.answered:
        return Outcome.DEFLECTION if wait.reply_class == _DEFLECTION else Outcome.HUMAN
    if wait.status in (Status.DELETED, Status.DISMISSED):
        return Outcome.EXCLUDED
    if wait.auto_replied_at is not None and wait.auto_replied_at <= watermark:
        return Outcome.AUTOMATED_ONLY
    return Outcome.NONE


_DEFLECTION = ReplyClass.DEFLECTION.value
