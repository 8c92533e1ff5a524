"""Opening hours, the business time between two instants, and when a promise falls due (rule 6)."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_HOURS = re.compile(rf"({_TIME})-({_TIME}|24:00)")
_DAY_MINUTES = 24 * 60

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_ONE_DAY = timedelta(days=1)
_SECOND = 1_000_000
_MINUTE = 60 * _SECOND
_DAY = 86_400 * _SECOND

# Hours end at most two days after the midnight before them, and no zone is a day away from UTC.
_DATES_BEFORE, _DATES_AFTER = 3, 1

# So many years without an opening, and there will be none: due instants are not sought beyond.
_CLOSED_YEARS = 10


@dataclass(frozen=True, slots=True, order=True)
class Hours:
    """Opening hours `[start, end)`, in minutes of the wall clock after the midnight of their date.

    An `end` past 1440 lies in the next morning: 22:00-06:00 is `Hours(1320, 1800)`.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < _DAY_MINUTES or not self.start < self.end <= 2 * _DAY_MINUTES:
            raise ValueError(f"{self} must start within its day and end later, by the next day")


def parse_days(key: str) -> tuple[int, ...]:
    """The days (0 is Monday) that `mon`, `mon-fri` or `fri-mon` names. Raises ValueError."""
    ends = key.split("-")
    if len(ends) > 2 or not set(ends) <= set(_DAYS):
        raise ValueError(f'"{key}" names no days; write mon, mon-fri or fri-mon')
    first, last = _DAYS.index(ends[0]), _DAYS.index(ends[-1])
    return tuple((first + step) % 7 for step in range((last - first) % 7 + 1))


def parse_hours(text: str) -> Hours:
    """The hours that `08:00-12:00`, `09:00-24:00` or `22:00-06:00` says. Raises ValueError."""
    match = _HOURS.fullmatch(text)
    if match is None:
        raise ValueError(f'"{text}" is not an interval; write 08:00-12:00 or 22:00-06:00')
    start, end = (int(edge[:2]) * 60 + int(edge[3:]) for edge in match.groups())
    if start == end:
        raise ValueError(f'"{text}" ends where it starts; write 00:00-24:00 for a whole day')
    return Hours(start, end if start < end else end + _DAY_MINUTES)


def _no_holidays(_year: int) -> frozenset[date]:
    return frozenset()


@dataclass(frozen=True, slots=True)
class Calendar:
    """Weekly opening hours in a zone, less holidays; `extra` replaces single dates (rule 6).

    `open` holds the hours of each day of the week (0 is Monday), `holidays` gives the holidays of
    a year, always the same. A date in `extra` has these hours and no others, none if it is empty.
    A date begins when the clock first shows it, and hours that begin on it belong to it.

    Instants carry a time zone; those returned are in UTC. Equal calendars have the same zone and
    hours (overlaps merged), and `holidays` that compare equal. Threads may share a calendar: a
    year's table is kept when it is complete, and built twice at worst.

    Raises ValueError if it never opens. Where holidays take every opening, or `extra` holds the
    only ones and they are past, only the search can tell: `due` and `opens_at` raise ValueError
    after ten closed years.
    """

    timezone: ZoneInfo
    open: Mapping[int, tuple[Hours, ...]]
    holidays: Callable[[int], frozenset[date]] = _no_holidays
    extra: Mapping[date, tuple[Hours, ...]] = field(default_factory=dict)
    _years: dict[int, _Year] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not set(self.open) <= set(range(7)):
            raise ValueError(f"days run from 0 (Monday) to 6, not {sorted(self.open)}")
        weekly = {day: _merged(hours) for day, hours in self.open.items() if hours}
        extra = {day: _merged(hours) for day, hours in self.extra.items()}
        if not weekly and not any(extra.values()):
            raise ValueError("never opens: give it hours on at least one day of the week")
        object.__setattr__(self, "open", MappingProxyType(weekly))
        object.__setattr__(self, "extra", MappingProxyType(extra))

    def __hash__(self) -> int:
        return hash((self.timezone, self.holidays))

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The business time from `start` to `end`, to the microsecond; nothing if `end` is first.

        A year that is asked for the first time costs a millisecond or two.
        """
        start, end = _utc(start), _utc(end)
        if end <= start:
            return timedelta(0)
        elapsed = self._year(end.year).elapsed(_micros(end))
        elapsed -= self._year(start.year).elapsed(_micros(start))
        for year in range(start.year, end.year):
            elapsed += self._year(year).total
        return elapsed * _MICROSECOND

    def due(self, opened_at: datetime, within: timedelta) -> datetime:
        """The first instant at which the business time since `opened_at` equals `within`.

        So it may be a closing time; `opened_at` itself where `within` is nothing. Raises
        ValueError where no such instant comes.
        """
        opened_at = _utc(opened_at)
        if within <= timedelta(0):
            return opened_at
        elapsed = within // _MICROSECOND
        elapsed += self._year(opened_at.year).elapsed(_micros(opened_at))
        for table in self._years_from(opened_at.year):
            if elapsed <= table.total:
                break
            elapsed -= table.total
        return _instant(table.reaches(elapsed))

    def is_open(self, at: datetime) -> bool:
        at = _utc(at)
        return self._year(at.year).next_open(_micros(at)) == _micros(at)

    def opens_at(self, at: datetime) -> datetime:
        """The first instant at or after `at` at which it is open. ValueError where none comes."""
        at = _utc(at)
        openings = (table.next_open(_micros(at)) for table in self._years_from(at.year))
        return _instant(next(opening for opening in openings if opening is not None))

    def open_spans(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """When it is open between two instants, in order; spans that touch are one."""
        first, last = _micros(_utc(start)), _micros(_utc(end))
        known: tuple[int, int] | None = None
        for opens, closes in self._open_within(first, last):
            if known and known[1] == opens:
                known = (known[0], closes)
                continue
            if known:
                yield _instant(known[0]), _instant(known[1])
            known = (opens, closes)
        if known:
            yield _instant(known[0]), _instant(known[1])

    def _open_within(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        for year in range(_instant(first).year, _instant(last).year + 1):
            for opens, closes in self._year(year).spans():
                if closes > first and opens < last:
                    yield max(opens, first), min(closes, last)

    def _years_from(self, year: int) -> Iterator[_Year]:
        closed = 0
        last_extra = max((day.year for day in self.extra), default=MINYEAR)
        while closed < _CLOSED_YEARS and year <= MAXYEAR:
            table = self._year(year)
            yield table
            closed = 0 if table.total or year < last_extra else closed + 1
            year += 1
        raise ValueError(
            f"never opens: all its hours before {year} are spent; give it further ones"
        )

    def _year(self, year: int) -> _Year:
        known = self._years.get(year)
        return known or self._years.setdefault(year, _year_of(year, self._spans(year)))

    def _spans(self, year: int) -> Iterator[tuple[int, int]]:
        """All that is open in a year, and a little around it, in microseconds; unsorted."""
        years = range(max(year - 1, MINYEAR), min(year + 1, MAXYEAR) + 1)
        holidays = frozenset[date]().union(*map(self.holidays, years))
        for day in _dates_around(year):
            morrow = day + _ONE_DAY
            spans = _spans_of(self.timezone, day, self._hours_on(day, holidays))
            if morrow in self.extra or morrow in holidays:
                closes = _shown(self.timezone, morrow, 0, fold=0)
                spans = ((start, min(end, closes)) for start, end in spans)
            yield from spans

    def _hours_on(self, day: date, holidays: frozenset[date]) -> tuple[Hours, ...]:
        if day in self.extra:
            return self.extra[day]
        return () if day in holidays else self.open.get(day.weekday(), ())


@dataclass(frozen=True, slots=True)
class _Year:
    """What is open in a year of UTC: intervals that do not overlap, in microseconds since 1970.

    `before` holds, for each of `starts` and for the year's end, the open time that precedes it.
    """

    starts: array[int]
    before: array[int]

    @property
    def total(self) -> int:
        return self.before[-1]

    def elapsed(self, instant: int) -> int:
        """The open time from the year's beginning to an instant of it."""
        place = bisect_right(self.starts, instant)
        if not place:
            return 0
        return min(self.before[place - 1] + instant - self.starts[place - 1], self.before[place])

    def reaches(self, elapsed: int) -> int:
        """The first instant at which so much has elapsed: more than nothing, at most `total`."""
        place = bisect_left(self.before, elapsed) - 1
        return self.starts[place] + elapsed - self.before[place]

    def spans(self) -> Iterator[tuple[int, int]]:
        for place, opens in enumerate(self.starts):
            yield opens, opens + self.before[place + 1] - self.before[place]

    def next_open(self, instant: int) -> int | None:
        """The first open instant at or after this one, if the year has one."""
        place = bisect_right(self.starts, instant)
        if self.elapsed(instant) < self.before[place]:
            return instant
        return self.starts[place] if place < len(self.starts) else None


def _year_of(year: int, spans: Iterable[tuple[int, int]]) -> _Year:
    starts, before = array("q"), array("q", [0])
    closed_at = (date(year, 1, 1).toordinal() - _EPOCH.toordinal()) * _DAY
    year_end = (date(year, 12, 31).toordinal() + 1 - _EPOCH.toordinal()) * _DAY
    for start, end in sorted(spans):
        start, end = max(start, closed_at), min(end, year_end)
        if start < end:
            starts.append(start)
            before.append(before[-1] + end - start)
            closed_at = end
    return _Year(starts, before)


def _dates_around(year: int) -> Iterator[date]:
    first = max(date(year, 1, 1).toordinal() - _DATES_BEFORE, date.min.toordinal())
    # The hours of a date may reach into the second day after it.
    last = min(date(year, 12, 31).toordinal() + _DATES_AFTER, date.max.toordinal() - 2)
    return map(date.fromordinal, range(first, last + 1))


def _spans_of(zone: ZoneInfo, day: date, hours: Iterable[Hours]) -> Iterable[tuple[int, int]]:
    """From when to when the hours last that begin on a date, in microseconds."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    after = (midnight + 2 * _ONE_DAY).replace(fold=1)
    begins = _micros(midnight)
    if _micros(after) - begins == 2 * _DAY:  # the clock is not changed: no need to ask it again
        return ((begins + each.start * _MINUTE, begins + each.end * _MINUTE) for each in hours)
    return (
        (_shown(zone, day, each.start, fold=0), _shown(zone, day, each.end, fold=1))
        for each in hours
    )


def _shown(zone: ZoneInfo, day: date, minutes: int, fold: int) -> int:
    """When the clock of a zone shows a time: the first time for fold 0, the last time for fold 1.

    If it skips that time, when it jumps.
    """
    wall = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=minutes)
    first, last = wall - _EPOCH, wall.replace(fold=1) - _EPOCH
    if first > last:  # only a skipped time has its two readings in this order (PEP 495)
        return _jump(zone, last // _MICROSECOND, first // _MICROSECOND)
    return (last if fold else first) // _MICROSECOND


def _jump(zone: ZoneInfo, before: int, after: int) -> int:
    """The instant, between these, at which the clock of a zone is put forward (whole seconds)."""

    old = _instant(before).astimezone(zone).utcoffset()

    def has_jumped(instant: int) -> bool:
        return _instant(instant).astimezone(zone).utcoffset() != old

    instants = range(before, after + 1, _SECOND)
    return instants[bisect_left(instants, x=True, key=has_jumped)]


def _merged(hours: Iterable[Hours]) -> tuple[Hours, ...]:
    merged: list[Hours] = []
    for each in sorted(hours):
        if merged and each.start <= merged[-1].end:
            each = Hours(merged[-1].start, max(merged[-1].end, each.end))
            merged.pop()
        merged.append(each)
    return tuple(merged)


def _utc(at: datetime) -> datetime:
    if at.tzinfo is UTC:
        return at
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no offset; give it a time zone")
    return at.astimezone(UTC)


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def _instant(micros: int) -> datetime:
    return _EPOCH + micros * _MICROSECOND


class _Always(Calendar):
    """Open at every instant: plain arithmetic instead of tables."""

    __slots__ = ()

    def between(self, start: datetime, end: datetime) -> timedelta:
        return max(_utc(end) - _utc(start), timedelta(0))

    def due(self, opened_at: datetime, within: timedelta) -> datetime:
        return _utc(opened_at) + max(within, timedelta(0))

    def open_spans(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        if start < end:
            yield _utc(start), _utc(end)


ALWAYS: Calendar = _Always(
    ZoneInfo("UTC"), {day: (Hours(0, _DAY_MINUTES),) for day in range(len(_DAYS))}
)
