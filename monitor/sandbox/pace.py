"""How busy it is: the curve of a day, and how a post's fame grows. Pure functions of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import cos, exp, tau
from random import Random

QUIETEST_HOUR = 3.5
CASES_PER_MINUTE_QUIET = 0.7
CASES_PER_MINUTE_BUSY = 1.15
VIRAL_SHARE = 0.01


def busy(at: datetime) -> float:
    """From 0 in the quietest minute of the day to 1 in the busiest, twelve hours later (UTC)."""
    day = at.astimezone(UTC)
    hour = day.hour + day.minute / 60 + day.second / 3600
    return (1 - cos((hour - QUIETEST_HOUR) / 24 * tau)) / 2


def cases_per_minute(at: datetime) -> float:
    """New conversations a minute, both brands together, at speed 1.

    With nudges, follow-ups and thanks each brings about 2.5 mentions; incidents come on top.
    """
    return CASES_PER_MINUTE_QUIET + (CASES_PER_MINUTE_BUSY - CASES_PER_MINUTE_QUIET) * busy(at)


@dataclass(frozen=True, slots=True)
class Fame:
    """How many favourites and reblogs a post will have had in the end, and how soon."""

    favourites: int = 0
    reblogs: int = 0
    pace: timedelta = timedelta(minutes=10)

    def after(self, age: timedelta) -> tuple[int, int]:
        """Favourites and reblogs at this age: quick at first, then ever slower."""
        share = 1 - exp(-max(age / self.pace, 0.0))
        return int(self.favourites * share), int(self.reblogs * share)


UNKNOWN = Fame()


def ordinary_fame(rng: Random, followers: int) -> Fame:
    """Most posts are hardly noticed; one in a hundred travels."""
    if rng.random() < VIRAL_SHARE:
        return viral_fame(rng, 200, 1500)
    favourites = int(exp(rng.gauss(0, 1)) * followers**0.5 / 8)
    reblogs = int(favourites * rng.uniform(0, 0.4))
    return Fame(favourites, reblogs, timedelta(seconds=rng.uniform(60, 1200)))


def viral_fame(rng: Random, least: int, most: int) -> Fame:
    favourites = rng.randint(least, most)
    reblogs = int(favourites * rng.uniform(0.25, 0.6))
    return Fame(favourites, reblogs, timedelta(minutes=rng.uniform(3, 9)))
