"""When each account was observed, and when not: a lane for each, 980 wide."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from monitor.domain.statistics import Span
from monitor.report.observation import Observation

LEFT, RIGHT = 170, 890
_FIRST, _APART, _FOOT = 19, 24, 44
_NARROWEST = 2.5
"""A gap of a second in a month is still to be seen."""

_TICKS_WANTED = 6
_STEPS = (
    *(timedelta(minutes=each) for each in (1, 5, 10, 30)),
    *(timedelta(hours=each) for each in (1, 3, 6, 12)),
    *(timedelta(days=each) for each in (1, 2, 7, 14, 30, 90, 365)),
)
_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Lane:
    """One account; `gaps` as (x, width)."""

    name: str
    y: int
    share: Fraction | None
    gaps: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Lanes:
    height: int
    lanes: Sequence[Lane]
    ticks: Sequence[tuple[float, str]]


def lanes(observed: Mapping[str, Observation], zone: ZoneInfo) -> Lanes | None:
    """None where no account has been observed in the window."""
    windows = [one.window for one in observed.values() if one.window]
    if not windows:
        return None
    whole = Span(min(each.start for each in windows), max(each.end for each in windows))

    def x(at: datetime) -> float:
        part = (at - whole.start) / (whole.end - whole.start)
        return round(LEFT + (RIGHT - LEFT) * part, 1)

    drawn = [
        Lane(name, _FIRST + _APART * place, one.share, [_gap(gap, x) for gap in one.gaps])
        for place, (name, one) in enumerate(observed.items())
    ]
    ticks = [(x(at), label) for at, label in _ticks(whole, zone)]
    return Lanes(_APART * len(drawn) + _FOOT, drawn, ticks)


def _gap(gap: Span, x: Callable[[datetime], float]) -> tuple[float, float]:
    start, width = x(gap.start), max(round(x(gap.end) - x(gap.start), 1), _NARROWEST)
    return min(start, RIGHT - width), width


def _ticks(whole: Span, zone: ZoneInfo) -> Iterator[tuple[datetime, str]]:
    """Round times of the clock there, few enough to be read."""
    length = whole.end - whole.start
    step = next((each for each in _STEPS if length / each <= _TICKS_WANTED), _STEPS[-1])
    form = "%H:%M" if step < timedelta(days=1) else "%b" if length < _YEAR else "%b %Y"
    there = whole.start.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    while (at := there.astimezone(UTC)) <= whole.end:
        if at >= whole.start:
            yield at, there.strftime(form if form == "%H:%M" else f"{there.day} {form}")
        there += step
