"""Business time between two instants, beside businesstimedelta."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from benchmarks.floors import business_rules
from benchmarks.result import Goal, Outcome, Result, interleaved
from monitor.config.calendars import ClosedDates
from monitor.domain.calendar import Calendar, parse_days, parse_hours

WORK = "business time between two instants 30 days apart, with holidays"
PAIRS = 100
ZONE, COUNTRY = "Europe/Stockholm", "SE"


def business_time() -> Iterator[Outcome]:
    hours = (parse_hours("09:00-18:00"),)
    closed = ClosedDates(COUNTRY, None, frozenset())
    calendar = Calendar(ZoneInfo(ZONE), dict.fromkeys(parse_days("mon-fri"), hours), closed)
    rules = business_rules(ZONE, COUNTRY)
    pairs = list(_pairs())

    for start, end in pairs:
        expected = rules.difference(start, end).timedelta
        if calendar.between(start, end) != expected:
            raise AssertionError(f"{start} to {end}: the two calendars disagree")

    mine, theirs = interleaved(
        lambda: [calendar.between(start, end) for start, end in pairs],
        lambda: [rules.difference(start, end) for start, end in pairs],
        times=7,
    )
    yield Result(
        WORK,
        f"{mine / PAIRS * 1e6:.1f} us",
        f"businesstimedelta {theirs / PAIRS * 1e6:,.0f} us",
        theirs / mine,
        "x faster",
        Goal(100, at_least=True),
    )


def _pairs() -> Iterator[tuple[datetime, datetime]]:
    random = Random(5)
    for _ in range(PAIRS):
        start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=random.randrange(28_000_000))
        yield start, start + timedelta(days=30)
