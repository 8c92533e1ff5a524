"""How figures are worded, for people. Spans and shares are rounded down, so none flatters."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

NOTHING = "–"
NOT_REACHED = "not reached"
_MINUTE_SECONDS = 60
_HOUR_MINUTES = 60
_DAY_HOURS = 24
_SECONDS_SHOWN_BELOW = 10
_NO_BREAK_SPACE = "\u00a0"


def counted(count: int) -> str:
    """`12,345`, and a dash for none."""
    return f"{count:,}" if count else NOTHING


def plural(count: int, word: str) -> str:
    """`1 nudge`, `2 nudges`."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def share(part: Fraction | None) -> str:
    """`89.9 %`, rounded down, so that a missed objective never reads as met."""
    if part is None:
        return NOTHING
    tenths = part.numerator * 1000 // part.denominator
    return f"{tenths // 10}.{tenths % 10}{_NO_BREAK_SPACE}%"


def spell(span: timedelta) -> str:
    """`4:12`, `12 min`, `1 h 06`, `3 d 5 h`."""
    minutes, seconds = divmod(span // timedelta(seconds=1), _MINUTE_SECONDS)
    if minutes < _SECONDS_SHOWN_BELOW:
        return f"{minutes}:{seconds:02}"
    hours, minutes = divmod(minutes, _HOUR_MINUTES)
    if not hours:
        return f"{minutes} min"
    days, hours = divmod(hours, _DAY_HOURS)
    return f"{days} d {hours} h" if days else f"{hours} h {minutes:02}"


def percentile(length: timedelta | None) -> str:
    return NOT_REACHED if length is None else spell(length)


def on_the_clock(at: datetime, zone: ZoneInfo) -> str:
    """`2026-03-02 10:00`, as the clock there shows it."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
