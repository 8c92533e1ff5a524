"""What changes in one view, told in order and written once for all who listen."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from monitor.web.wallboard.row import Row
from monitor.web.wallboard.view import View

KEPT = 120
"""Changes that are kept for those who come back: two minutes of a busy board."""

Render = Callable[[View, Iterable[Row], bool], dict[str, Any]]
"""The markup of these rows of a view, and of its head where that has changed."""


@dataclass(frozen=True, slots=True)
class Change:
    """One event of the stream, as it is sent."""

    number: int
    sent: bytes


class Channel:
    """Numbers are told with the `epoch` of the process: another one has other numbers."""

    def __init__(self, epoch: str, view: View) -> None:
        self.view = view
        self.listeners = 0
        self.asked_at = 0.0
        self.news = asyncio.Event()
        self._epoch, self._number = epoch, 0
        self._changes: deque[Change] = deque(maxlen=KEPT)

    @property
    def place(self) -> str:
        """Where the newest change stands: what a page gives when it begins to listen."""
        return f"{self._epoch}.{self._number}"

    def take(self, view: View, render: Render) -> bool:
        """Tell what is other in this view than in the last one; whether anything is."""
        before, self.view = self.view, view
        told = _difference(before, view, render)
        if told is None:
            return False
        self._number += 1
        sent = _event("change", self.place, orjson.dumps(told))
        self._changes.append(Change(self._number, sent))
        return True

    def since(self, place: str | None) -> tuple[bytes, str]:
        """What was told after this place, and the place that is reached with it. Who stood at a
        place that is not known any more must look anew."""
        after = self._known(place)
        if after is None:
            return _event("anew", self.place, b"{}"), self.place
        return b"".join(one.sent for one in self._changes if one.number > after), self.place

    def _known(self, place: str | None) -> int | None:
        epoch, _, number = (place or "").rpartition(".")
        if epoch != self._epoch or not number.isascii() or not number.isdigit():
            return None
        oldest = self._number - len(self._changes)
        return int(number) if oldest <= int(number) <= self._number else None

    def wake(self) -> None:
        """Tell those who wait for news; in the loop alone."""
        self.news.set()
        self.news = asyncio.Event()


def _difference(before: View, after: View, render: Render) -> dict[str, Any] | None:
    known = {one.number: one for one in before.rows}
    put = [one for one in after.rows if known.pop(one.number, None) != one]
    is_head_new = before.head != after.head
    if not put and not known and not is_head_new:
        return None
    return {**render(after, put, is_head_new), "gone": list(known)}


def _event(name: str, place: str, told: bytes) -> bytes:
    return b"id: %s\nevent: %s\ndata: %s\n\n" % (place.encode(), name.encode(), told)
