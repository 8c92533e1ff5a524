"""Where words stand beside the points of the survival curve, so that they can be read."""

from __future__ import annotations

from collections.abc import Collection

LEFT, RIGHT, TOP, BOTTOM = 54, 806, 24, 320
"""Of the curve."""

Point = tuple[float, float]

_ABOVE, _BELOW, _LINE, _WIDE = 8, 16, 15, 80
"""From a point up and down to what is written at it; from line to line; and how long it is."""


def clear_of(written: Collection[Point], point: Point) -> float:
    """The height of a line at a point: above it, and above what is written there already."""
    x, y = point
    at = y - _ABOVE if y > TOP + 2 * _LINE else y + _BELOW
    while any(abs(other - x) < _WIDE and abs(height - at) < _LINE for other, height in written):
        at -= _LINE
    return at


def beside(written: Collection[Point], point: Point) -> float:
    """The height of the first of two lines beside a point: below it where it is full, or else above
    all of it."""
    x, y = point
    near = [
        height for other, height in written if other + _WIDE > x and abs(height - y) < 2 * _LINE
    ]
    if not near:
        return y - _ABOVE / 2
    return y + _BELOW if y + 3 * _LINE < BOTTOM else min(near) - 2 * _LINE
