"""How figures are worded, for people. Spans and shares are rounded down, so none flatters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from monitor.domain.proportions import Interval

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


def plural(count: int, word: str, words: str | None = None) -> str:
    """`1 nudge`, `2 nudges`; `words` where it is not an s alone."""
    return f"{count:,} {word if count == 1 else words or f'{word}s'}"


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


def in_words(span: timedelta) -> str:
    """`23 s`, `3 min 32 s`, `6 min`, `1 h`, `1 h 06 min`, `3 d 5 h`: for sentences."""
    minutes, seconds = divmod(span // timedelta(seconds=1), _MINUTE_SECONDS)
    if not minutes:
        return f"{seconds} s"
    if minutes < _SECONDS_SHOWN_BELOW and seconds:
        return f"{minutes} min {seconds:02} s"
    hours, minutes = divmod(minutes, _HOUR_MINUTES)
    if not hours:
        return f"{minutes} min"
    days, hours = divmod(hours, _DAY_HOURS)
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes:02} min" if minutes else f"{hours} h"


def reached(length: timedelta | None, n: int) -> str:
    """A percentile of `n` waits; a dash where there is none of which to say anything."""
    if not n:
        return NOTHING
    return NOT_REACHED if length is None else in_words(length)


def waiting(part: Fraction | None) -> str:
    """The share of those who still wait, rounded up, so that it does not flatter either."""
    if part is None:
        return NOTHING
    tenths = -(-part.numerator * 1000 // part.denominator)
    return f"{tenths // 10}.{tenths % 10}{_NO_BREAK_SPACE}%"


def objective(part: Fraction) -> str:
    """`90 %`, `99.95 %`: as it was written."""
    percent = part * 100
    text = str(percent.numerator) if percent.denominator == 1 else f"{float(percent):.7g}"
    return f"{text}{_NO_BREAK_SPACE}%"


def limit(part: Fraction) -> str:
    """`85 %`, `87.9 %`: where something begins."""
    return objective(Fraction(part.numerator * 1000 // part.denominator, 1000))


def points(change: Fraction) -> str:
    """A change of a share in percentage points, to the nearest tenth: `▼ 5.8`."""
    tenths = round(abs(change) * 1000)
    if not tenths:
        return "± 0.0"
    return f"{'▲' if change > 0 else '▼'} {tenths // 10}.{tenths % 10}"


def bounds(interval: Interval | None) -> str:
    """`82.6–86.1`, in percent."""
    return NOTHING if interval is None else f"{interval.low * 100:.1f}–{interval.high * 100:.1f}"


def short(count: int | None) -> str:
    """`940`, `48.2 k`, `1.3 M`; a dash where it is not known."""
    if count is None:
        return NOTHING
    if count < _THOUSAND:
        return f"{count}"
    unit, size = ("k", _THOUSAND) if count < _MILLION else ("M", _MILLION)
    tenths = count * 10 // size
    digits = f"{tenths // 10}.{tenths % 10}" if tenths < _TENTHS_SHOWN_BELOW else f"{tenths // 10}"
    return f"{digits}{_NO_BREAK_SPACE}{unit}"


_THOUSAND, _MILLION = 1_000, 1_000_000
_TENTHS_SHOWN_BELOW = 100 * 10


def listed(names: Sequence[str], most: int = 3) -> str:
    """`a, b and c`; of many the first, and how many more."""
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most:,} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def day_and_time(at: datetime, zone: ZoneInfo) -> str:
    """`2 Nov 07:15`."""
    there = at.astimezone(zone)
    return f"{there.day} {there:%b %H:%M}"


def full_moment(at: datetime, zone: ZoneInfo) -> str:
    """`19 November 2026 14:32`."""
    there = at.astimezone(zone)
    return f"{there.day} {there:%B %Y %H:%M}"


def round_length(span: timedelta) -> str:
    """`6 min`, `60 min`, `4 h`, `1 day`: lengths that people name."""
    minutes = span // timedelta(minutes=1)
    if minutes <= _HOUR_MINUTES:
        return f"{minutes} min"
    hours = minutes // _HOUR_MINUTES
    return f"{hours} h" if hours < _DAY_HOURS else plural(hours // _DAY_HOURS, "day")


def per_wait(count: int, waits: int) -> str:
    """`0.15`"""
    return f"{count / waits:.2f}" if waits else NOTHING


def part_of(count: int, whole: int) -> str:
    """`84.8 %` of a whole, to the nearest tenth: what is neither good nor bad."""
    return f"{count / whole:.1%}".replace("%", f"{_NO_BREAK_SPACE}%") if count else NOTHING
