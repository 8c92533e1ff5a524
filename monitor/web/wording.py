"""How the pages word instants, lengths and numbers. Lengths are rounded down."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from monitor.domain.wait import Dismissal
from monitor.report.telling import REASONS
from monitor.report.wording import NOTHING, spell

_SECOND = timedelta(seconds=1)
_NO_BREAK = "\u00a0"


def figure(span: timedelta) -> tuple[str, str]:
    """A length as a figure and its unit, small beside it: `12` and `min`, `0:55` and nothing."""
    number, _, unit = spell(abs(span)).partition(" min")
    return number, "" if number == spell(abs(span)) else "min" + unit


def length(span: timedelta) -> str:
    """Of a promise: `30 s`, `6 min`, `1 h`, `1 h 30`, `2 d`."""
    seconds = span // _SECOND
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size}{_NO_BREAK}{unit}"
    return f"{seconds}{_NO_BREAK}s" if seconds < 60 else spell(span)


def lasted(span: timedelta) -> str:
    """To the second: `28 s`, `4 min 05 s`, `1 h 28 min 18 s`, `3 d 5 h`."""
    minutes, seconds = divmod(abs(span) // _SECOND, 60)
    hours, minutes = divmod(minutes, 60)
    if hours >= 24:
        return f"{hours // 24} d {hours % 24} h"
    if hours:
        return f"{hours} h {minutes:02} min {seconds:02} s"
    return f"{minutes} min {seconds:02} s" if minutes else f"{seconds} s"


def counter(span: timedelta) -> str:
    """A clock that runs up: `0:28`, `1:18:48`."""
    minutes, seconds = divmod(abs(span) // _SECOND, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def hm(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """`14:21`, and the day where it is another: `28 Nov 14:21`."""
    return _dated(at, now, zone, "%H:%M")


def hms(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """`14:21:40`, and the day where it is another."""
    return _dated(at, now, zone, "%H:%M:%S")


def _dated(at: datetime, now: datetime, zone: ZoneInfo, clock: str) -> str:
    there, here = at.astimezone(zone), now.astimezone(zone)
    if there.date() == here.date():
        return there.strftime(clock)
    day = day_of(at, zone)
    year = "" if there.year == here.year else f" {there.year}"
    return f"{day}{year} {there.strftime(clock)}"


def day_of(at: datetime, zone: ZoneInfo) -> str:
    """`28 Nov`."""
    there = at.astimezone(zone)
    return f"{there.day} {_MONTHS[there.month - 1]}"


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def big(count: int | None) -> str:
    """`310`, `8.4 k`, `120 k`, `1.2 M`."""
    if count is None:
        return NOTHING
    if count < 1_000:
        return str(count)
    unit, size = ("k", 1_000) if count < 1_000_000 else ("M", 1_000_000)
    tenths = 10 * count // size
    whole = f"{tenths // 10}" if tenths >= 1_000 else f"{tenths // 10}.{tenths % 10}"
    return f"{whole} {unit}"


def percent(share: Fraction | float | None, beside: float = 1.0) -> str:
    """`87 %`, rounded down; with a decimal where that of the figure beside it needs one. An
    objective, which is no fraction, is told as it was written."""
    if share is None:
        return NOTHING
    places = decimals(beside)
    scaled = share * 100 * 10**places
    scaled = int(scaled) if isinstance(scaled, Fraction) else round(scaled)
    return f"{scaled / 10**places:.{places}f}{_NO_BREAK}%"


def decimals(objective: float) -> int:
    """How many a percentage needs: none of 0.9, one of 0.995."""
    return min(2, len(f"{objective:.6%}".rstrip("0%").partition(".")[2]))


def missing(share: Fraction, objective: float) -> str:
    """By how much an objective is missed, of the percentages as they are shown."""
    places = decimals(objective)
    shown = int(share * 100 * 10**places)
    points = (round(objective * 100 * 10**places) - shown) / 10**places
    return f"{points:.{places}f} point{'' if points == 1 else 's'}"


def platform(name: str) -> str:
    """As it is written in a sentence."""
    return name[:1].upper() + name[1:].replace("_", " ").replace("-", " ")


def holder(name: str | None) -> str:
    """Who has a wait, at the head of a sentence; without a login it is somebody."""
    return name if name and name != "somebody" else "Somebody"


def dismissed(reason: Dismissal) -> str:
    """Why no reply was needed: `spam or abuse`."""
    return REASONS[reason.value].partition(": ")[2]


def many(count: int, one: str, more: str = "") -> str:
    """`1 wait`, `12 waits`; numbers up to nine in words."""
    words = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
    number = words[count] if count < len(words) else f"{count:,}"
    return f"{number} {one if count == 1 else more or one + 's'}"
