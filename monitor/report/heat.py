"""The hours of the week: when people ask, and when those who asked then were answered in time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.domain.target import Verdict

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
HOURS = range(24)


@dataclass(slots=True)
class Hour:
    """Waits opened in it; of the promises to them, those that could be judged and those met."""

    opened: int = 0
    met: int = 0
    due: int = 0

    def add(self, other: Hour) -> None:
        self.opened += other.opened
        self.met += other.met
        self.due += other.due


def _week() -> list[list[Hour]]:
    return [[Hour() for _ in HOURS] for _ in DAYS]


@dataclass(slots=True)
class Heat:
    """Seven days of 24 hours, as the clock in `zone` shows them: the hour that comes twice when the
    clocks go back is one, and the one that they skip stays empty."""

    zone: ZoneInfo
    days: list[list[Hour]] = field(default_factory=_week)

    def take(self, opened_at: datetime) -> None:
        self._at(opened_at).opened += 1

    def take_due(self, opened_at: datetime, verdict: Verdict) -> None:
        if verdict is Verdict.MET:
            hour = self._at(opened_at)
            hour.met += 1
            hour.due += 1
        elif verdict is Verdict.BREACHED:
            self._at(opened_at).due += 1

    def add(self, other: Heat) -> None:
        for mine, theirs in zip(self.days, other.days, strict=True):
            for hour, more in zip(mine, theirs, strict=True):
                hour.add(more)

    def day(self, day: int) -> Hour:
        """All of its hours."""
        return _sum(iter(self.days[day]))

    def hour(self, hour: int) -> Hour:
        """The same hour of all days."""
        return _sum(day[hour] for day in self.days)

    def named(self) -> Iterator[tuple[str, Hour]]:
        """`Mon 08` and so on."""
        for day, hours in zip(DAYS, self.days, strict=True):
            for number, hour in zip(HOURS, hours, strict=True):
                yield f"{day} {number:02}", hour

    @property
    def all(self) -> Hour:
        return _sum(hour for day in self.days for hour in day)

    @property
    def busiest(self) -> int:
        return max(hour.opened for day in self.days for hour in day)

    def _at(self, instant: datetime) -> Hour:
        there = instant.astimezone(self.zone)
        return self.days[there.weekday()][there.hour]


def _sum(hours: Iterator[Hour]) -> Hour:
    whole = Hour()
    for hour in hours:
        whole.add(hour)
    return whole
