"""How often somebody may ask, and how soon somebody who guessed wrong may guess again.

In memory: a restart forgives everything. All calls come from the one thread that serves.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from math import ceil
from typing import NamedTuple, TypeVar

AT_ONCE = 300
"""Requests that may come at once from one asker: a login, a token, or an address where nobody has
to show anything. A page needs ten."""

PER_SECOND = 30
"""Requests that may follow, each second."""

FREE_TRIES = 5
"""Wrong passwords in a row, before each further one doubles the time to the next try."""

FIRST_REST = timedelta(seconds=1)
LONGEST_REST = timedelta(minutes=5)

MOST_KEPT = 10_000
"""Askers that are remembered; the one that has asked longest ago is forgotten first."""

_IPV6_OF_ONE = 64
"""So many leading bits of an address belong to one household."""


Told = TypeVar("Told")


class _Bucket(NamedTuple):
    left: float
    at: datetime


class Limits:
    """A bucket an asker, which fills again as time goes by."""

    def __init__(self, most_kept: int = MOST_KEPT) -> None:
        self._most_kept = most_kept
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, asker: str, now: datetime) -> int:
        """One request: 0, or the seconds after which to come back."""
        known = self._buckets.get(asker, _Bucket(AT_ONCE, now))
        passed = max((now - known.at).total_seconds(), 0)
        left = min(known.left + passed * PER_SECOND, AT_ONCE)
        bucket = _Bucket(left - 1 if left >= 1 else left, now)
        _keep(self._buckets, asker, bucket, self._most_kept)
        return 0 if left >= 1 else ceil((1 - left) / PER_SECOND)


class _Wrong(NamedTuple):
    times: int
    next_at: datetime


class Attempts:
    """Who guessed wrong, by where they are and whom they claim to be."""

    def __init__(self, most_kept: int = MOST_KEPT) -> None:
        self._most_kept = most_kept
        self._wrong: OrderedDict[str, _Wrong] = OrderedDict()

    def wait(self, who: str, now: datetime) -> int:
        """0, or the seconds after which a further try is looked at."""
        known = self._wrong.get(who)
        if known is None or now >= known.next_at:
            return 0
        return ceil((known.next_at - now).total_seconds())

    def failed(self, who: str, now: datetime) -> None:
        known = self._wrong.get(who)
        times = 1 if known is None or now - known.next_at > LONGEST_REST else known.times + 1
        _keep(self._wrong, who, _Wrong(times, now + _rest(times)), self._most_kept)

    def succeeded(self, who: str) -> None:
        self._wrong.pop(who, None)


def place_of(address: str) -> str:
    """Where somebody asks from, as far as it tells people apart."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return f"{int(parsed) >> 128 - _IPV6_OF_ONE:x}"
    return address


def _rest(times: int) -> timedelta:
    beyond = times - FREE_TRIES
    if beyond < 0:
        return timedelta(0)
    return min(FIRST_REST * (1 << min(beyond, 20)), LONGEST_REST)


def _keep(kept: OrderedDict[str, Told], key: str, told: Told, most: int) -> None:
    kept[key] = told
    kept.move_to_end(key)
    if len(kept) > most:
        kept.popitem(last=False)
