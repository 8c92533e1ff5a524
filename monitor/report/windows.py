"""Windows that people name, the one before each, and how both are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from monitor.report.wording import full_moment


class Named(StrEnum):
    """Whole days of the clock in the zone of reports; those that are not over end now."""

    TODAY = "today"
    WEEK = "7d"
    MONTH = "30d"
    LAST_WEEK = "last-week"
    THIS_MONTH = "this-month"
    LAST_MONTH = "last-month"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Bounds:
    """From `since` to before `until`; None: from the beginning, up to now."""

    since: datetime | None = None
    until: datetime | None = None


def named(name: Named, zone: ZoneInfo, now: datetime) -> tuple[Bounds, Bounds | None]:
    """The window of that name, and the one to compare it with: as long, and as far along."""
    today = now.astimezone(zone).date()
    first = today.replace(day=1)
    before_that = (first - timedelta(days=1)).replace(day=1)
    match name:
        case Named.TODAY:
            return _running(today, 1, zone, now)
        case Named.WEEK:
            return _running(today - timedelta(days=6), 7, zone, now)
        case Named.MONTH:
            return _running(today - timedelta(days=29), 30, zone, now)
        case Named.LAST_WEEK:
            monday = today - timedelta(days=today.weekday() + 7)
            return _over(monday, monday + timedelta(days=7), zone)
        case Named.THIS_MONTH:
            return _running(first, (first - before_that).days, zone, now)
        case Named.LAST_MONTH:
            return _over(before_that, first, zone)
        case Named.ALL:
            return Bounds(), None


def before(bounds: Bounds, zone: ZoneInfo, now: datetime) -> Bounds | None:
    """The window of equal length before this one: in days of the clock where it begins with one,
    and ends with one or now. None where it has no beginning."""
    if bounds.since is None:
        return None
    since, until = bounds.since, bounds.until or now
    start, end = since.astimezone(zone), until.astimezone(zone)
    if _is_midnight(start) and bounds.until is None:
        return _earlier(start, end.date() - start.date() + timedelta(days=1), end)
    if _is_midnight(start) and _is_midnight(end):
        return Bounds(_instant(start - (end.date() - start.date())), since)
    return Bounds(since - (until - since), since)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a day, in UTC."""
    return _instant(datetime.combine(day, time(), zone))


def told(bounds: Bounds, zone: ZoneInfo, now: datetime) -> str:
    """`20 October to 18 November 2026`; with clock times where it is not whole days."""
    if bounds.since is None:
        end = bounds.until or now
        return f"everything before {full_moment(end, zone)}" if bounds.until else "all there is"
    start, end = bounds.since.astimezone(zone), (bounds.until or now).astimezone(zone)
    is_whole = _is_midnight(start) and (bounds.until is None or _is_midnight(end))
    if not is_whole and start.date() == end.date():
        return f"{_days(start.date(), end.date())}, {start:%H:%M} to {end:%H:%M}"
    if not is_whole:
        return f"{full_moment(start, zone)} to {full_moment(end, zone)}"
    last = end.date() if bounds.until is None else end.date() - timedelta(days=1)
    return _days(start.date(), last)


def told_before(earlier: Bounds, bounds: Bounds, zone: ZoneInfo, now: datetime) -> str:
    """The window to compare with, in the words of the one that it is compared with."""
    if bounds.until is None and earlier.since and earlier.until:
        start, end = earlier.since.astimezone(zone), earlier.until.astimezone(zone)
        if _is_midnight(start) and not _is_midnight(end):
            return f"{_days(start.date(), end.date())}, up to the same time of day"
    return told(earlier, zone, now)


def _running(
    first: date, days_back: int, zone: ZoneInfo, now: datetime
) -> tuple[Bounds, Bounds | None]:
    start, until = datetime.combine(first, time(), zone), now.astimezone(zone)
    return Bounds(_instant(start)), _earlier(start, timedelta(days=days_back), until)


def _earlier(start: datetime, days: timedelta, until: datetime) -> Bounds:
    """So many days of the clock before a window that begins with a day, and is not over."""
    return Bounds(_instant(start - days), min(_instant(until - days), _instant(start)))


def _over(first: date, after: date, zone: ZoneInfo) -> tuple[Bounds, Bounds | None]:
    bounds = Bounds(midnight(first, zone), midnight(after, zone))
    return bounds, before(bounds, zone, midnight(after, zone))


def _instant(there: datetime) -> datetime:
    return there.astimezone(UTC)


def _is_midnight(there: datetime) -> bool:
    return there.timetz().replace(tzinfo=None) == time()


def _days(first: date, last: date) -> str:
    end = f"{last.day} {last:%B %Y}"
    if first >= last:
        return f"{first.day} {first:%B %Y}"
    year = f" {first.year}" if first.year != last.year else ""
    return f"{first.day} {first:%B}{year} to {end}"
