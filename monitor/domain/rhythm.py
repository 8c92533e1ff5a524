"""A time of the wall clock that comes again every day or every week: `daily 08:00`, `mon 08:00`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.domain.calendar import parse_days
from monitor.domain.statistics import Span

_WRITTEN = re.compile(r"(daily|mon|tue|wed|thu|fri|sat|sun) ((?:[01][0-9]|2[0-3]):[0-5][0-9])")
_DAILY = "daily"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """`weekday` counts from Monday, 0; None is every day. Where the clock skips `at`, it comes as
    much later as the clock skips; where it shows `at` twice, it is the first."""

    at: time
    weekday: int | None = None

    def last(self, now: datetime, zone: ZoneInfo) -> Span:
        """From the time before to the latest that is not after `now`."""
        step = timedelta(days=1 if self.weekday is None else 7)
        day = now.astimezone(zone).date()
        if self.weekday is not None:
            day -= timedelta(days=(day.weekday() - self.weekday) % 7)
        if self._on(day, zone) > now:
            day -= step
        return Span(self._on(day - step, zone), self._on(day, zone))

    def _on(self, day: date, zone: ZoneInfo) -> datetime:
        return datetime.combine(day, self.at, zone).astimezone(UTC)


def parse_rhythm(text: str) -> Rhythm:
    """Raises ValueError."""
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise ValueError(
            f'"{text}" is no time of a week or day; write "mon 08:00" or "daily 08:00"'
        )
    day, at = match.groups()
    return Rhythm(time.fromisoformat(at), None if day == _DAILY else parse_days(day)[0])
