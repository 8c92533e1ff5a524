"""Customers and a team, day by day, and when the pages of config/prometheus/rules.yml go off.

`paged` says of counters what the rules say of them; tests/rules/test_pages.py lets Prometheus' own
engine confirm it.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from statistics import NormalDist

SCRAPE = 15
"""Seconds between two looks of Prometheus, as in config/prometheus/prometheus.yml."""

WITHIN = 360.0
"""The promise, in seconds."""

MEDIAN = 120.0
"""Of the times to an answer, in seconds."""

SETTLE = 2.0
"""Seconds from a due instant until the platform has been asked about it."""

HOUR = 3600.0

ATTAINMENT = 0.93
"""Of an ordinary day."""

Answer = Callable[[Random], float]
"""Seconds until a customer is answered; infinite if never."""


def all_in_the_end(chance: Random) -> float:
    """Half within two minutes, 93 % within six, and nobody is forgotten."""
    return _lognormal(chance, ATTAINMENT)


def some_forgotten(chance: Random) -> float:
    """93 % within six minutes, and half of the others not at all."""
    forgotten = (1 - ATTAINMENT) / 2
    if chance.random() < forgotten:
        return math.inf
    return _lognormal(chance, ATTAINMENT / (1 - forgotten))


def _lognormal(chance: Random, in_time: float) -> float:
    """With a median of two minutes, and this share within the promise."""
    spread = math.log(WITHIN / MEDIAN) / NormalDist().inv_cdf(in_time)
    return chance.lognormvariate(math.log(MEDIAN), spread)


@dataclass(frozen=True, slots=True)
class Counters:
    """What Prometheus has read, each SCRAPE: how many fell due, were broken, were answered."""

    due: Sequence[int]
    broken: Sequence[int]
    answered: Sequence[int]


def counters(
    chance: Random, per_hour: float, answer: Answer, seconds: float, stops_at: float = math.inf
) -> Counters:
    """Of so many seconds, with a team that answers nobody any more from `stops_at` on."""
    due, broken, answered = [], [], []
    for asked in _arrivals(chance, per_hour, seconds):
        at = asked + answer(chance)
        at = at if at < stops_at else math.inf
        due.append(asked + WITHIN + SETTLE)
        if at > asked + WITHIN:
            broken.append(asked + WITHIN + SETTLE)
        answered.append(at)
    ticks = range(0, int(seconds) + 1, SCRAPE)
    return Counters(*(_sampled(sorted(each), ticks) for each in (due, broken, answered)))


def _arrivals(chance: Random, per_hour: float, seconds: float) -> Iterator[float]:
    now = chance.expovariate(per_hour / HOUR)
    while now < seconds:
        yield now
        now += chance.expovariate(per_hour / HOUR)


def _sampled(instants: Sequence[float], ticks: range) -> list[int]:
    return [bisect_right(instants, tick) for tick in ticks]


def paged(seen: Counters) -> Iterator[int]:
    """The seconds at which ReplywatchNobodyAnswers or ReplywatchFastBurn fires."""
    for tick, total in enumerate(seen.broken):
        if total - seen.broken[_back(tick, 20)] >= 2 and (  # no rule is content with less
            _nobody_answers(seen, tick) or _burns_fast(seen, tick)
        ):
            yield tick * SCRAPE


def _nobody_answers(seen: Counters, tick: int) -> bool:
    lately = _increase(seen.broken, tick, 20) > 2.5 and not _increase(seen.answered, tick, 14)
    return lately or (
        _increase(seen.broken, tick, 15) > 1.5 and not _increase(seen.answered, tick, 18)
    )


def _burns_fast(seen: Counters, tick: int) -> bool:
    broken = _increase(seen.broken, tick, 15)
    return broken > 3.5 and broken / _increase(seen.due, tick, 15) > 0.7


def _increase(counter: Sequence[int], tick: int, minutes: int) -> int:
    return counter[tick] - counter[_back(tick, minutes)]


def _back(tick: int, minutes: int) -> int:
    return max(tick - minutes * 60 // SCRAPE, 0)


def seconds_until_paged(chance: Random, per_hour: float, answer: Answer) -> float:
    """From the moment at which a team stops until somebody is paged, if within half an hour."""
    stops_at = 2 * HOUR + chance.uniform(0, SCRAPE)
    seen = counters(chance, per_hour, answer, stops_at + HOUR / 2, stops_at)
    return next((at - stops_at for at in paged(seen) if at > stops_at), math.inf)


def is_paged_on_an_ordinary_day(chance: Random, per_hour: float, answer: Answer) -> bool:
    return next(paged(counters(chance, per_hour, answer, 24 * HOUR)), None) is not None
