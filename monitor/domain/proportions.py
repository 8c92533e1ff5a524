"""Shares of counted things: how sure each is, and whether two of them differ by more than chance.

Wilson 1927, and Newcombe 1998 ("Interval estimation for the difference between independent
proportions", method 10), both at 95 %. They hold for small counts, too, and for none or all.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, sqrt

from monitor.domain.statistics import Z95


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the truth lies, with 95 % confidence."""

    low: float
    high: float

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high


def wilson(part: int, whole: int) -> Interval | None:
    """Of the share of `part` in `whole`; None of nothing."""
    if not whole:
        return None
    share, spread = part / whole, Z95**2 / whole
    middle = share + spread / 2
    reach = sqrt(spread * (share * (1 - share) + spread / 4))
    low = (middle - reach) / (1 + spread) if part else 0.0
    high = (middle + reach) / (1 + spread) if part < whole else 1.0
    return Interval(low, high)


def difference(part: int, whole: int, before: int, of: int) -> Interval | None:
    """Of the share of `part` in `whole` less that of `before` in `of`; None without one of them."""
    now, then = wilson(part, whole), wilson(before, of)
    if now is None or then is None:
        return None
    one, other = part / whole, before / of
    below = hypot(one - now.low, then.high - other)
    above = hypot(now.high - one, other - then.low)
    return Interval(one - other - below, one - other + above)
