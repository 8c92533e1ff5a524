"""How many still wait after how long, over a logarithmic time axis, in 980 x 372."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from math import log

from monitor.report.charts.labels import BOTTOM, LEFT, RIGHT, TOP, Point, beside, clear_of
from monitor.report.curves import Curve
from monitor.report.wording import in_words, waiting

_SECOND, _MINUTE = timedelta(seconds=1), timedelta(minutes=1)
_FROM, _FROM_EARLY, _TO = 30 * _SECOND, _SECOND, timedelta(days=2)
_EARLY = Fraction(1, 10)
"""Where so many are answered before the axis begins, or all is over, it begins earlier."""

MARKS = (6 * _MINUTE, 15 * _MINUTE, 60 * _MINUTE)
"""The promises that people know."""

_TICKS = (
    *((_SECOND, "1 s"), (5 * _SECOND, "5"), (15 * _SECOND, "15"), (_FROM, "30 s")),
    *((_MINUTE, "1 min"), (2 * _MINUTE, "2"), (6 * _MINUTE, "6"), (15 * _MINUTE, "15")),
    *((30 * _MINUTE, "30"), (60 * _MINUTE, "1 h"), (120 * _MINUTE, "2"), (240 * _MINUTE, "4")),
    *((480 * _MINUTE, "8"), (1440 * _MINUTE, "1 day"), (_TO, "2")),
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A line at a length, with the share that still waits where it is known; `share_y` is where
    that is written, clear of the others."""

    x: float
    label: str
    y: float | None
    share: str
    share_y: float


@dataclass(frozen=True, slots=True)
class SurvivalChart:
    """Paths are empty where there is nothing to draw. The curve ends at `end`, and `end_words` say
    in two lines, the first at `end_words_y`, what that means; `told` is the picture in words."""

    km: str
    band: str
    previous: str
    naive: str
    rows: Sequence[tuple[float, str]]
    ticks: Sequence[tuple[float, str]]
    marks: Sequence[Mark]
    end: Point
    end_words: tuple[str, str]
    end_words_y: float
    told: str


def survival_chart(now: Curve, before: Curve | None) -> SurvivalChart:
    axis = _Axis(_start(now))
    km = axis.points(lambda span: _share(now, span))
    end = km[-1] if km else (LEFT, BOTTOM)
    marks = _marks(now, axis)
    return SurvivalChart(
        km=_stairs(km),
        band=_area(
            axis.points(lambda span: _bound(now, span, is_upper=True)),
            axis.points(lambda span: _bound(now, span, is_upper=False)),
        ),
        previous=_stairs(axis.points(lambda span: _share(before, span))) if before else "",
        naive=_stairs(axis.points(now.naive_share)),
        rows=[(_y(percent / 100), f"{percent} %") for percent in range(0, 101, 25)],
        ticks=[(axis.x(span), label) for span, label in _TICKS if span >= axis.start],
        marks=marks,
        end=end,
        end_words=_end(now),
        end_words_y=beside([(one.x, one.share_y) for one in marks if one.y is not None], end),
        told=_told(now),
    )


class _Axis:
    """Time since asking; a point for every unit of the drawing is as fine as it can be seen."""

    def __init__(self, start: timedelta) -> None:
        self.start = start
        self._length = log(_TO / start)

    def x(self, span: timedelta) -> float:
        return round(LEFT + (RIGHT - LEFT) * log(span / self.start) / self._length, 1)

    def points(self, share: Callable[[timedelta], Fraction | float | None]) -> list[Point]:
        """As far as there is a share."""
        found = ((x, share(self._span(x))) for x in range(LEFT, RIGHT + 1))
        return [(x, _y(each)) for x, each in found if each is not None]

    def _span(self, x: int) -> timedelta:
        if x == RIGHT:
            return _TO  # without an error of rounding
        part = (x - LEFT) / (RIGHT - LEFT)
        return timedelta(seconds=self.start / _SECOND * (_TO / self.start) ** part)


def _start(now: Curve) -> timedelta:
    told = (now.percentile(_EARLY), now.longest)
    return _FROM_EARLY if any(each is not None and each < _FROM for each in told) else _FROM


def _share(curve: Curve, span: timedelta) -> float | None:
    if not curve.reaches(span):
        return None
    step = curve.last_step(span)
    return step.share if step else 1.0


def _bound(curve: Curve, span: timedelta, *, is_upper: bool) -> float | None:
    """Before the first answer all wait, and there is no band yet."""
    found = curve.band(span)
    if found is None:
        return _share(curve, span)
    return found.high if is_upper else found.low


def _y(share: Fraction | float) -> float:
    return round(BOTTOM - float(share) * (BOTTOM - TOP), 1)


def _stairs(points: Sequence[Point]) -> str:
    """A path that goes along, then down."""
    return f"M{LEFT} {points[0][1]}{_along(points)}" if points else ""


def _area(upper: Sequence[Point], lower: Sequence[Point]) -> str:
    """Along the upper bound, and back along the lower one."""
    if not upper:
        return ""
    return f"{_stairs(upper)}V{lower[-1][1]}{''.join(_back(lower))}Z"


def _along(points: Sequence[Point]) -> str:
    return "".join(_turns(points)) + f"H{points[-1][0]}"


def _turns(points: Iterable[Point]) -> Iterator[str]:
    last = None
    for x, y in points:
        if last is not None and y != last:
            yield f"H{x}V{y}"
        last = y


def _back(points: Sequence[Point]) -> Iterator[str]:
    place, last = points[-1]
    for x, y in reversed(points):
        if y != last:
            yield f"H{place}V{y}"
        place, last = x, y
    yield f"H{place}"


def _marks(now: Curve, axis: _Axis) -> list[Mark]:
    found: list[Mark] = []
    for span in MARKS:
        share, x = now.share(span), axis.x(span)
        y = None if share is None else _y(share)
        at = BOTTOM if y is None else clear_of([(one.x, one.share_y) for one in found], (x, y))
        found.append(Mark(x, f"{span // _MINUTE} min", y, f"{waiting(share)} wait", at))
    return found


def _end(now: Curve) -> tuple[str, str]:
    if now.longest is None:
        return "", ""
    if now.is_over and now.answered[-1] <= _TO:
        return "nobody waits", f"after {in_words(now.answered[-1])}"
    if now.longest < _TO:
        return f"{waiting(now.share(now.longest))} still wait", "longer was not seen"
    return f"{waiting(now.share(_TO))} still wait", "after 2 days"


def _told(now: Curve) -> str:
    if not now.n:
        return "Nobody asked."
    shares = ((span, now.share(span)) for span in MARKS)
    parts = [
        f"after {span // _MINUTE} minutes {waiting(share)} still wait"
        for span, share in shares
        if share is not None
    ]
    return f"Of {now.n:,}: {', '.join(parts) or 'nobody was observed for 6 minutes'}."
