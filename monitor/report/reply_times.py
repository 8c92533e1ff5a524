"""How long customers waited: two percentiles, by Kaplan-Meier and naively (rule 9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from monitor.domain.statistics import Length, naive_percentile, survival

HALF = Fraction(1, 2)
NINE_IN_TEN = Fraction(9, 10)


@dataclass(frozen=True, slots=True)
class ReplyTimes:
    """Of `n` waits, `answered` of them. None is what is not reached, or there is none of."""

    n: int
    answered: int
    km_p50: timedelta | None
    km_p90: timedelta | None
    naive_p50: timedelta | None
    naive_p90: timedelta | None


def reply_times(lengths: Sequence[Length]) -> ReplyTimes:
    estimate = survival(lengths)
    answered = [length.span for length in lengths if length.answered]
    return ReplyTimes(
        n=len(lengths),
        answered=len(answered),
        km_p50=estimate.percentile(HALF),
        km_p90=estimate.percentile(NINE_IN_TEN),
        naive_p50=naive_percentile(answered, HALF),
        naive_p90=naive_percentile(answered, NINE_IN_TEN),
    )
