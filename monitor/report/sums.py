"""Figures that add up: of an account, of a language, of all there is. Rates come from the sums."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from monitor.domain.statistics import Length, attainment
from monitor.domain.target import Metric, Verdict, as_written
from monitor.domain.wait import Kind, Status
from monitor.store.history import Opened, Owed, TargetRow

KINDS = {Metric.FIRST_REPLY: Kind.FIRST, Metric.NEXT_REPLY: Kind.FOLLOW_UP}
"""Which waits a metric is about."""


@dataclass(slots=True)
class Sums:
    """Of a set of waits, each as of its account's watermark: what came later is not known
    completely. `opened` = `answered` + `open` + all excluded, which are counted by reason;
    `verdicts` by the number of the target."""

    opened: int = 0
    answered: int = 0
    open: int = 0
    excluded: Counter[str] = field(default_factory=Counter)
    nudges: int = 0
    oldest_open_at: datetime | None = None
    late_detected: int = 0
    lengths: Mapping[Kind, list[Length]] = field(
        default_factory=lambda: {kind: [] for kind in Kind}
    )
    verdicts: defaultdict[int, Counter[Verdict]] = field(
        default_factory=lambda: defaultdict(Counter)
    )

    def take(self, wait: Opened, length: Length) -> None:
        """One more wait, observed so long."""
        self.opened += 1
        self.nudges += wait.nudges
        self.lengths[wait.kind].append(length)
        if length.answered:
            self.answered += 1
        elif wait.status in _EXCLUDED:
            self.excluded[wait.dismissal or Status.DELETED.value] += 1
        else:
            self.open += 1
            if self.oldest_open_at is None or wait.opened_at < self.oldest_open_at:
                self.oldest_open_at = wait.opened_at

    def take_due(self, due: Owed, verdict: Verdict) -> None:
        self.verdicts[due.target_id][verdict] += 1
        self.late_detected += due.late_detected and verdict is Verdict.BREACHED

    def add(self, other: Sums) -> None:
        self.opened += other.opened
        self.answered += other.answered
        self.open += other.open
        self.excluded.update(other.excluded)
        self.nudges += other.nudges
        oldest = [at for at in (self.oldest_open_at, other.oldest_open_at) if at is not None]
        self.oldest_open_at = min(oldest, default=None)
        self.late_detected += other.late_detected
        for kind, lengths in other.lengths.items():
            self.lengths[kind].extend(lengths)
        for target_id, verdicts in other.verdicts.items():
            self.verdicts[target_id].update(verdicts)

    @property
    def mentions(self) -> int:
        return self.opened + self.nudges

    @property
    def reply_rate(self) -> Fraction | None:
        return attainment(self.answered, self.open)


_EXCLUDED = (Status.DELETED, Status.DISMISSED)


def total(parts: Iterable[Sums]) -> Sums:
    whole = Sums()
    for part in parts:
        whole.add(part)
    return whole


@dataclass(frozen=True, slots=True)
class InTime:
    """How many of the promises that could be judged were met, whichever they were; `wanted` is how
    many had to be, by their objectives."""

    met: int
    judged: int
    wanted: Fraction

    @property
    def share(self) -> Fraction | None:
        return attainment(self.met, self.judged - self.met)

    @property
    def objective(self) -> Fraction | None:
        return self.wanted / self.judged if self.judged else None

    @property
    def is_kept(self) -> bool:
        return self.met >= self.wanted


def in_time(verdicts: Mapping[int, Counter[Verdict]], known: Mapping[int, TargetRow]) -> InTime:
    met, judged, wanted = 0, 0, Fraction(0)
    for target_id, counts in verdicts.items():
        these = counts[Verdict.MET] + counts[Verdict.BREACHED]
        met += counts[Verdict.MET]
        judged += these
        wanted += as_written(known[target_id].objective) * these
    return InTime(met, judged, wanted)
