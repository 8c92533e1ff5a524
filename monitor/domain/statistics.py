"""The figures of rule 9: reply times with the never answered in them, attainment, coverage.

Whatever decides is exact: instants and spans in microseconds, shares as fractions.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil, exp, fsum, lgamma, log, prod, sqrt
from typing import NamedTuple

_TICK = timedelta(microseconds=1)
_CERTAIN = 1e-9
"""Floating point shares of up to a million waits err by less than this, relatively."""

_NOTHING = 1e-20
"""What changes a sum of 1 and more no more."""

Z95 = 1.959963984540054
"""The normal distribution holds 95 % within so many standard deviations."""

_GRID = (
    *(5, 10, 30, 60, 120, 300, 600, 900, 1_800),
    *(3_600, 7_200, 14_400, 28_800, 43_200, 86_400, 172_800, 345_600, 604_800),
)
"""Seconds, roughly evenly spread on a logarithmic scale, at lengths that people name."""


class Length(NamedTuple):
    """How long a wait was seen to last: until its answer, or at least until we stopped seeing."""

    span: timedelta
    answered: bool


def observed(
    opened_at: datetime,
    answered_at: datetime | None,
    ended_at: datetime | None,
    watermark: datetime,
) -> Length:
    """What is known of a wait at the watermark.

    `ended_at` is when it was deleted or dismissed; it counts only where there was no answer.
    Raises ValueError for a wait opened after the watermark: it belongs to no figure yet.
    """
    if opened_at > watermark:
        raise ValueError(f"opened at {opened_at}, after the watermark {watermark}: leave it out")
    if answered_at is not None:
        return Length(min(answered_at, watermark) - opened_at, answered_at <= watermark)
    return Length(min(ended_at or watermark, watermark) - opened_at, answered=False)


class Step(NamedTuple):
    """At length `at`, `answered` of the `at_risk` waits that had lasted so long were answered.

    `share`, in floating point, is that of the waits that last longer; `variance` is Greenwood's
    estimate for its logarithm.
    """

    at: timedelta
    at_risk: int
    answered: int
    share: float
    variance: float

    @property
    def band(self) -> tuple[float, float]:
        """95 % bounds of the share (log-log, Kalbfleisch and Prentice)."""
        if self.share == 0:
            return 0.0, 0.0
        spread = exp(Z95 * sqrt(self.variance) / -log(self.share))
        return self.share**spread, self.share ** (1 / spread)


@dataclass(frozen=True, slots=True)
class Survival:
    """The Kaplan-Meier estimate of how long waits last: a step for each length of an answer."""

    steps: tuple[Step, ...]

    def share(self, span: timedelta) -> Fraction:
        """S(span): the share of waits that last longer, exactly."""
        return Fraction(*self._ratio(bisect_right(self.steps, span, key=_at)))

    def percentile(self, p: Fraction) -> timedelta | None:
        """The least length t with S(t) <= 1 - p, exactly; None where it is not reached."""
        rest = 1 - _proper(p)
        first = bisect_left(self.steps, -float(rest) - _CERTAIN, key=lambda step: -step.share)
        for count, step in enumerate(self.steps[first:], first + 1):
            if step.share < rest - _CERTAIN or self._is_at_most(rest, count):
                return step.at
        return None

    def _is_at_most(self, limit: Fraction, count: int) -> bool:
        numerator, denominator = self._ratio(count)
        return numerator * limit.denominator <= limit.numerator * denominator

    def _ratio(self, count: int) -> tuple[int, int]:
        """S after the first steps. Where nothing is censored between two of them, they cancel."""
        stayed, there = [1], [1]
        for step in self.steps[:count]:
            if step.at_risk == stayed[-1]:
                stayed.pop()
            else:
                there.append(step.at_risk)
            stayed.append(step.at_risk - step.answered)
        return _product(stayed), _product(there)


def survival(lengths: Iterable[Length]) -> Survival:
    """The estimate from lengths in any order. At equal lengths answers come before censorings."""
    seen = list(lengths)
    ends = Counter(span for span, _ in seen)
    answers = Counter(span for span, is_answered in seen if is_answered)
    return Survival(tuple(_steps(ends, answers)))


def _steps(ends: Counter[timedelta], answers: Counter[timedelta]) -> Iterator[Step]:
    at_risk, share, variance = ends.total(), 1.0, 0.0
    for span in sorted(ends):
        if answered := answers[span]:
            stayed = at_risk - answered
            share *= stayed / at_risk
            variance += answered / (at_risk * stayed) if stayed else 0.0
            yield Step(span, at_risk, answered, share, variance)
        at_risk -= ends[span]


def _at(step: Step) -> timedelta:
    return step.at


def _product(numbers: list[int]) -> int:
    """By halves: numbers of like size multiply fastest."""
    while len(numbers) > 1:
        numbers = [prod(numbers[at : at + 2]) for at in range(0, len(numbers), 2)]
    return prod(numbers)


def naive_percentile(spans: Iterable[timedelta], p: Fraction) -> timedelta | None:
    """Of the answered alone: the least span with at least p of them at or below; None of none."""
    ordered = sorted(spans)
    enough = ceil(_proper(p) * len(ordered))
    return ordered[enough - 1] if ordered else None


def _proper(p: Fraction) -> Fraction:
    if not 0 < p <= 1:
        raise ValueError(f"{p} is no percentile; write a share above 0 and up to 1, as 9/10")
    return p


def attainment(met: int, breached: int) -> Fraction | None:
    """The share of judged waits that met their target; None where none was judged."""
    return Fraction(met, met + breached) if met + breached else None


def poisson_tail(count: int, rate: float) -> float:
    """The chance that `count` or more happen where `rate` are to be expected (Poisson).

    Small chances are added up from their own side, so that they are exact too.
    """
    if count <= 0:
        return 1.0
    if rate == 0:
        return 0.0
    first = exp(count * log(rate) - rate - lgamma(count + 1))
    if count > rate:
        return min(first * fsum(_falling(rate / n for n in itertools.count(count + 1))), 1.0)
    return 1.0 - first * fsum(_falling(n / rate for n in range(count, 0, -1))) + first


def _falling(ratios: Iterable[float]) -> Iterator[float]:
    """1, and its products with ever smaller ratios, until they count no more."""
    term = 1.0
    for ratio in ratios:
        yield term
        term *= ratio
        if term < _NOTHING:
            return
    yield term


@dataclass(frozen=True, slots=True)
class Span:
    """From an instant to a later one. Raises ValueError where the end lies before the start."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"{self.end} lies before {self.start}; swap them")


def united(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same time as spans in order that neither overlap nor touch."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)


def coverage(spans: Iterable[Span], since: datetime, until: datetime) -> Fraction:
    """The share of the window that the spans cover. An empty window is covered not at all."""
    window = Span(since, until)
    if since == until:
        return Fraction(0)
    inside = (
        min(span.end, until) - max(span.start, since)
        for span in united(spans)
        if span.end > window.start and span.start < window.end
    )
    return Fraction(sum(inside, timedelta()) // _TICK, (until - since) // _TICK)


def bucket_bounds(thresholds: Iterable[timedelta]) -> tuple[float, ...]:
    """Upper bounds in seconds of the one histogram layout: the grid and every threshold."""
    return tuple(sorted({*map(float, _GRID), *(span.total_seconds() for span in thresholds)}))
