"""What changes in one view, told in order and written once for all who listen."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from monitor.web.wallboard.row import Row
from monitor.web.wallboard.view import View

KEPT = 120
"""Changes that are kept for those who come back: two minutes of a busy board."""

MOST_BYTES = 2_000_000
"""Of them together."""

Render = Callable[[View, Iterable[Row], bool], dict[str, Any]]
"""The markup of these rows of a view, and of its head where that has changed."""


@dataclass(frozen=True, slots=True)
class Change:
    """One event of the stream, as it is sent."""

    number: int
    sent: bytes


@dataclass(frozen=True, slots=True)
class Told:
    """What was told lately, and the number of the newest; replaced as a whole, so that it can be
    read while another thread tells more."""

    number: int
    changes: tuple[Change, ...]


class Channel:
    """Numbers are told with the `epoch` of the process: another one has other numbers."""

    def __init__(self, epoch: str, view: View) -> None:
        self.view = view
        self.listeners = 0
        self.asked_at = 0.0
        self.news = asyncio.Event()
        self._epoch = epoch
        self._told = Told(0, ())
        self._heard = 0

    @property
    def place(self) -> str:
        """Where the newest change stands: what a page gives when it begins to listen."""
        return self._place(self._told.number)

    @property
    def has_news(self) -> bool:
        """Whether something was told since listeners were last woken, by whomever."""
        return self._told.number != self._heard

    def take(self, view: View, render: Render) -> None:
        """Tell what is other in this view than in the last one."""
        before, self.view = self.view, view
        told = _difference(before, view, render)
        if told is None:
            return
        number = self._told.number + 1
        change = Change(number, _event("change", self._place(number), orjson.dumps(told)))
        self._told = Told(number, _latest((*self._told.changes, change)))

    def since(self, place: str | None) -> tuple[bytes, str]:
        """What was told after this place, and the place that is reached with it. Who stood at a
        place that is not known any more must look anew."""
        told = self._told
        reached, after = self._place(told.number), self._known(place, told)
        if after is None:
            return _event("anew", reached, b"{}"), reached
        return b"".join(one.sent for one in told.changes if one.number > after), reached

    def _place(self, number: int) -> str:
        return f"{self._epoch}.{number}"

    def _known(self, place: str | None, told: Told) -> int | None:
        epoch, _, written = (place or "").rpartition(".")
        if epoch != self._epoch or not re.fullmatch("[0-9]{1,18}", written):
            return None
        number = int(written)
        return number if told.number - len(told.changes) <= number <= told.number else None

    def wake(self) -> None:
        """Tell those who wait for news; in the loop alone."""
        self._heard = self._told.number
        self.news.set()
        self.news = asyncio.Event()


def _difference(before: View, after: View, render: Render) -> dict[str, Any] | None:
    known = {one.number: one for one in before.rows}
    put = [one for one in after.rows if known.pop(one.number, None) != one]
    is_head_new = before.head != after.head
    if not put and not known and not is_head_new:
        return None
    return {**render(after, put, is_head_new), "gone": list(known)}


def _latest(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """As many as are kept; the newest always is."""
    kept, size = 0, 0
    for change in reversed(changes):
        size += len(change.sent)
        if kept == KEPT or (kept and size > MOST_BYTES):
            break
        kept += 1
    return changes[len(changes) - kept :]


def _event(name: str, place: str, told: bytes) -> bytes:
    return b"id: %s\nevent: %s\ndata: %s\n\n" % (place.encode(), name.encode(), told)
