"""Promises as dots on a common axis, in 192 x 28 each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from monitor.report.figures import Promise

_LEFT, _LENGTH = 8, 176
_LEAST_SHOWN = 0.9
_STEP = 10
"""The axis begins at a whole tenth."""


@dataclass(frozen=True, slots=True)
class Dots:
    """Where things lie; None: not known."""

    at: float | None
    before: float | None
    goal: float
    interval: tuple[float, float] | None


def axis_start(promises: Iterable[Promise]) -> Fraction:
    """A round share below all that is to be shown."""
    shown = [_LEAST_SHOWN]
    for one in promises:
        shown.append(float(one.attained.exact_objective))
        if one.interval:
            shown.append(one.interval.low)
        if one.share_before is not None:
            shown.append(float(one.share_before))
    return Fraction(max(0, floor(min(shown) * _STEP - 0.1)), _STEP)


def dots(promise: Promise, start: Fraction) -> Dots:
    def x(share: Fraction | float) -> float:
        return round(_LEFT + _LENGTH * float((share - start) / (1 - start)), 1)

    share, before, interval = promise.attained.share, promise.share_before, promise.interval
    return Dots(
        at=None if share is None else x(share),
        before=None if before is None else x(before),
        goal=x(promise.attained.exact_objective),
        interval=(x(interval.low), x(interval.high)) if interval else None,
    )
