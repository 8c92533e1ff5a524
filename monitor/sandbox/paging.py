"""Mastodon's paging by id: newest first always, and `min_id` takes the page just above itself."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol, TypeVar
from urllib.parse import urlencode

LARGEST_ID = 2**63 - 1
CURSORS = ("max_id", "since_id", "min_id")


class OutOfRangeError(ValueError):
    """An id that no database column holds. Upstream answers with an empty 500."""


class HasId(Protocol):
    @property
    def id(self) -> int: ...


Item = TypeVar("Item", bound=HasId)


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for. A `limit` of 0 asks for nothing."""

    limit: int
    max_id: int | None = None
    since_id: int | None = None
    min_id: int | None = None


def read_page(query: Mapping[str, str], usual: int, most: int) -> Page:
    """The page that a query asks for: what is not a number asks for nothing.

    Raises OutOfRangeError for a number beyond 64 bits.
    """
    limit = _number(query.get("limit", str(usual)))
    cursors = {name: _number(query[name]) for name in CURSORS if name in query}
    if limit is None or None in cursors.values():
        return Page(0)
    if any(abs(number or 0) > LARGEST_ID for number in cursors.values()):
        raise OutOfRangeError
    return Page(min(abs(limit), most), **cursors)


def read_id(text: str) -> int | None:
    """An id in a path or a list; None for what can be none."""
    return int(text) if re.fullmatch("[0-9]{1,18}", text) else None


def pick(items: Sequence[Item], page: Page, wanted: Callable[[Item], bool]) -> list[Item]:
    """That page of a list ascending by id, newest first."""
    newest = len(items)
    if page.max_id is not None:
        newest = bisect_left(items, page.max_id, key=lambda item: item.id)
    if page.min_id is not None:
        oldest = bisect_right(items, page.min_id, key=lambda item: item.id)
        above = (items[at] for at in range(oldest, newest))
        return list(islice(filter(wanted, above), page.limit))[::-1]
    oldest = 0
    if page.since_id is not None:
        oldest = bisect_right(items, page.since_id, key=lambda item: item.id)
    below = (items[at] for at in range(newest - 1, oldest - 1, -1))
    return list(islice(filter(wanted, below), page.limit))


def link(address: str, query: Sequence[tuple[str, str]], found: Sequence[HasId]) -> str:
    """The Link header of a page that is not empty: `next` is older, `prev` newer."""
    older = _address(address, [*query, ("max_id", str(found[-1].id))])
    newer = _address(address, [*query, ("min_id", str(found[0].id))])
    return f'<{older}>; rel="next", <{newer}>; rel="prev"'


def _address(address: str, query: Sequence[tuple[str, str]]) -> str:
    return f"{address}?{urlencode(sorted(query))}"


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"-?[0-9]{1,40}", text) else None
