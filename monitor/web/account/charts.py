"""An account's last day to scale: what was read, and how late posts were seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from monitor.domain.statistics import Span, coverage, naive_percentile
from monitor.report.reply_times import HALF
from monitor.store.reading import Blindness, Seen
from monitor.web.wording import length

LEFT, RIGHT = 112.0, 1012.0
LAG_TOP, LAG_BOTTOM = 68.0, 168.0
EVERY = timedelta(minutes=10)
TICK = timedelta(hours=3)
DAY = timedelta(hours=24)

_CEILINGS = (6, 15, 30, 60, 180, 360, 900, 1800, 3600, 21_600, 86_400)
_LEVELS = 3


@dataclass(frozen=True, slots=True)
class Piece:
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Day:
    """`lag` is a path, `levels` its axis; `expected` the height of what is expected."""

    ticks: Sequence[tuple[float, str]]
    read: Sequence[Piece]
    blind: Sequence[Piece]
    lag: str
    levels: Sequence[tuple[float, str]]
    expected: float | None


def last_day(
    covered: Iterable[Span],
    blind: Iterable[Blindness],
    found: Sequence[Seen],
    expected: timedelta,
    zone: ZoneInfo,
    now: datetime,
) -> Day:
    axis = _Axis(now - DAY, now)
    medians = list(_medians(found, axis.start))
    highest = max([expected, *(median for _, median in medians)])
    top = next((one for one in _CEILINGS if highest.total_seconds() <= one), _CEILINGS[-1])
    return Day(
        ticks=list(axis.ticks(zone)),
        read=[axis.piece(one.start, one.end) for one in covered if one.end > axis.start],
        blind=[axis.piece(one.since, one.until or now) for one in blind],
        lag=_path(axis, medians, top),
        levels=[_level(top * part // _LEVELS, top) for part in range(_LEVELS + 1)],
        expected=_height(expected.total_seconds(), top),
    )


@dataclass(frozen=True, slots=True)
class _Axis:
    start: datetime
    end: datetime

    def x(self, at: datetime) -> float:
        share = (at - self.start) / (self.end - self.start)
        return round(LEFT + min(max(share, 0.0), 1.0) * (RIGHT - LEFT), 1)

    def piece(self, start: datetime, end: datetime) -> Piece:
        return Piece(self.x(start), round(max(self.x(end) - self.x(start), 2.0), 1))

    def ticks(self, zone: ZoneInfo) -> Iterator[tuple[float, str]]:
        local = self.start.astimezone(zone)
        at = local.replace(hour=0, minute=0, second=0, microsecond=0)
        while at < self.end:
            if at > self.start:
                yield self.x(at), at.astimezone(zone).strftime("%H")
            at += TICK


def _medians(found: Sequence[Seen], start: datetime) -> Iterator[tuple[datetime, timedelta]]:
    """Of each ten minutes in which something was seen."""
    parts: dict[int, list[timedelta]] = {}
    for one in found:
        parts.setdefault((one.created_at - start) // EVERY, []).append(one.lag)
    for place, lags in sorted(parts.items()):
        median = naive_percentile(lags, HALF)
        if median is not None:
            yield start + (place + 0.5) * EVERY, median


def _path(axis: _Axis, medians: Sequence[tuple[datetime, timedelta]], top: int) -> str:
    """A line; it breaks where for half an hour nothing was seen."""
    found, before = [], None
    for at, median in medians:
        command = "L" if before and at - before <= 3 * EVERY else "M"
        found.append(f"{command}{axis.x(at)} {_height(median.total_seconds(), top)}")
        if command == "M":
            found.append("h3")  # a lone point shows as a dot
        before = at
    return "".join(found)


def _level(seconds: int, top: int) -> tuple[float, str]:
    return _height(seconds, top), length(timedelta(seconds=seconds))


def _height(seconds: float, top: int) -> float:
    share = min(max(seconds / top, 0.0), 1.0)
    return round(LAG_BOTTOM - share * (LAG_BOTTOM - LAG_TOP), 1)


@dataclass(frozen=True, slots=True)
class DayRead:
    """A day of the calendar: how much of it was read, and which pieces of its 24 hours."""

    name: str
    share: Fraction | None
    read: Sequence[Piece]
    blind: Sequence[Piece]


def days(
    covered: Sequence[Span], blind: Sequence[Blindness], today: datetime, until: datetime
) -> list[DayRead]:
    """The last seven, the newest last, as far as they are known. `today` is when the last began."""
    return [_day(covered, blind, today - timedelta(days=back), until) for back in range(6, -1, -1)]


def _day(
    covered: Sequence[Span], blind: Sequence[Blindness], midnight: datetime, known_until: datetime
) -> DayRead:
    start = midnight.replace(hour=0)
    end = start + DAY
    axis, until = _Axis(start, end), min(end, known_until)
    begun = max(start, covered[0].start) if covered else until
    read = [(one.start, one.end) for one in covered]
    unread = [(one.since, one.until or known_until) for one in blind]
    return DayRead(
        name=f"{start:%a} {start.day}",
        share=coverage(covered, begun, until) if begun < until else None,
        read=list(_inside(axis, read, start, until)),
        blind=list(_inside(axis, unread, start, until)),
    )


def _inside(
    axis: _Axis, spans: Iterable[tuple[datetime, datetime]], start: datetime, until: datetime
) -> Iterator[Piece]:
    for one, two in spans:
        if two > start and one < until:
            yield axis.piece(max(one, start), min(two, until))
