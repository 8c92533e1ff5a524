"""How many still wait after how long: Kaplan-Meier's curve, and the naive one of the answered."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from monitor.domain.proportions import Interval
from monitor.domain.statistics import Length, Step, Survival, survival


@dataclass(frozen=True, slots=True)
class Curve:
    """Of `n` waits. `answered` ascends. `longest`: nobody was observed to wait longer; None where
    there is no wait."""

    estimate: Survival
    answered: Sequence[timedelta]
    longest: timedelta | None
    n: int

    def share(self, span: timedelta) -> Fraction | None:
        """S(span): who still waits; None where nobody was observed for so long."""
        return self.estimate.share(span) if self.reaches(span) else None

    def band(self, span: timedelta) -> Interval | None:
        """95 % bounds of that share."""
        step = self.last_step(span)
        if step is None or not self.reaches(span):
            return None
        return Interval(*step.band)

    def naive_share(self, span: timedelta) -> Fraction | None:
        """Of the answered alone, who was answered later than that."""
        if not self.answered:
            return None
        return 1 - Fraction(bisect_right(self.answered, span), len(self.answered))

    def naive_percentile(self, p: Fraction) -> timedelta | None:
        """The least length with at least p of the answered at or below it."""
        if not self.answered:
            return None
        return self.answered[-(-p.numerator * len(self.answered) // p.denominator) - 1]

    def percentile(self, p: Fraction) -> timedelta | None:
        return self.estimate.percentile(p)

    @property
    def is_over(self) -> bool:
        """Whether nobody waits any more after the last answer."""
        return bool(self.estimate.steps) and self.estimate.steps[-1].share == 0

    def reaches(self, span: timedelta) -> bool:
        """Whether the curve says something of that length."""
        return self.longest is not None and (span <= self.longest or self.is_over)

    def last_step(self, span: timedelta) -> Step | None:
        place = bisect_right(self.estimate.steps, span, key=lambda step: step.at)
        return self.estimate.steps[place - 1] if place else None


def curve(lengths: Sequence[Length]) -> Curve:
    return Curve(
        estimate=survival(lengths),
        answered=sorted(length.span for length in lengths if length.answered),
        longest=max((length.span for length in lengths), default=None),
        n=len(lengths),
    )
