"""The one picture of who waits that all pages show and all listeners are told of.

It is read from the database, and can be read anew at any moment: nothing is kept in it alone.
What many views need is read once. Safe to use from several threads.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter
from typing import TypeVar

import sqlalchemy as sa

from monitor.cycle.desk import Watch
from monitor.store import board
from monitor.store.board import OpenWait
from monitor.store.instants import micros
from monitor.web.deck import Deck
from monitor.web.wallboard.channel import Channel, Render
from monitor.web.wallboard.figures import Figures, figures
from monitor.web.wallboard.filter import Filter
from monitor.web.wallboard.moment import Moment, Warnings, read
from monitor.web.wallboard.view import Sight, View, sight, view

MOST_CHANNELS = 64
"""Filters that are kept true at once; the one that was asked for longest ago gives way."""

WHOLE_FOR = timedelta(seconds=30)
"""How old a whole row may be: its reach and its words change without a mark in the brief one."""

GROWTH_OVER = timedelta(minutes=10)

FIGURES_REST = 50
"""Figures are not read anew before so many times what it took has passed."""

SOON = 15.0
"""Seconds within which a page that was loaded begins to listen."""

IDLE = 120.0
"""Seconds after which a filter that nobody listens to is forgotten."""


VIEW_FOR = timedelta(seconds=5)
"""How long a view stands of which nothing is known to have changed: an account turns blind, and a
desk opens, by the clock alone."""

Key = TypeVar("Key")
Kept = TypeVar("Kept")


class CrowdedError(Exception):
    """More filters are listened to than are kept true."""


@dataclass(frozen=True, slots=True)
class _Whole:
    wait: OpenWait
    mark: object
    read_at: datetime


@dataclass(frozen=True, slots=True)
class _Known:
    figures: Figures
    of: object
    again_at: float


class Board:
    def __init__(self, deck: Deck, render: Render) -> None:
        self._deck, self._render = deck, render
        self._lock = threading.Lock()
        self._epoch = f"{micros(deck.clock()):x}"
        self._warned = Warnings()
        self._moment: Moment | None = None
        self._watches: Mapping[str, Watch] = {}
        self._whole: dict[int, _Whole] = {}
        self._figures: dict[Filter, _Known] = {}
        self._channels: dict[Filter, Channel] = {}

    def look(self, filter_: Filter) -> tuple[View, str, datetime]:
        """What is seen now, the place from which to listen on, and when that was."""
        with self._lock, self._deck.store.read() as tx:
            now = self._deck.clock()
            moment = self._read(tx)
            channel = self._channels.get(filter_)
            if channel is None:
                channel = self._open(filter_, self._view(tx, moment, filter_, now))
            else:
                channel.take(self._view(tx, moment, filter_, now), self._render)
            channel.asked_at = perf_counter()
            return channel.view, channel.place, now

    def channel(self, filter_: Filter) -> Channel:
        """To be listened to, and soon: until then it is kept as one that was just asked for. Raises
        CrowdedError."""
        with self._lock:
            channel = self._channels.get(filter_)
            if channel:
                channel.asked_at = perf_counter()
                return channel
        self.look(filter_)
        with self._lock:
            return self._channels[filter_]

    def turn(self) -> list[Channel]:
        """Look at the database once, and tell all channels; those that have news."""
        with self._lock, self._deck.store.read() as tx:
            self._forget_idle()
            now, moment = self._deck.clock(), self._read(tx)
            every = list(self._channels.values())
            for channel in every:
                if channel.listeners or perf_counter() - channel.asked_at < SOON:
                    self._bring_up(tx, moment, channel, now)
            return [channel for channel in every if channel.has_news]

    def _read(self, tx: sa.Connection) -> Moment:
        """The moment before, if nothing has changed since."""
        watches = self._deck.watches
        found = read(tx, watches)
        if watches is not self._watches or len(self._warned) > 4 * len(found.briefs) + 1000:
            self._warned.forget()
        before = self._moment
        if before is None or watches is not self._watches or found != before.read:
            self._moment = before = Moment(found, watches, self._warned)
        self._watches = watches
        return before

    def _open(self, filter_: Filter, seen: View) -> Channel:
        self._forget_idle()
        if len(self._channels) >= MOST_CHANNELS:
            idle = [key for key, one in self._channels.items() if not one.listeners]
            if not idle:
                raise CrowdedError(f"{MOST_CHANNELS} other filters are looked at; try again later")
            del self._channels[min(idle, key=lambda key: self._channels[key].asked_at)]
        channel = self._channels[filter_] = Channel(self._epoch, seen)
        return channel

    def _bring_up(self, tx: sa.Connection, moment: Moment, channel: Channel, now: datetime) -> None:
        known = channel.view
        is_due = now - known.at >= VIEW_FOR or micros(now) >= known.changes_at
        if known.moment is not moment or is_due:
            channel.take(self._view(tx, moment, channel.view.filter, now), self._render)

    def _view(self, tx: sa.Connection, moment: Moment, filter_: Filter, now: datetime) -> View:
        seen = sight(moment, filter_, now)
        self._complete(tx, seen, now)
        whole = {number: one.wait for number, one in self._whole.items()}
        return view(seen, moment, whole, self._figured(tx, moment, filter_, now), now)

    def _complete(self, tx: sa.Connection, seen: Sight, now: datetime) -> None:
        """Read whole what is shown and has changed, or was read too long ago."""
        wanted = seen.numbers
        marks = {one.brief.number: one.brief for one in seen.places if one.brief.number in wanted}
        stale = [
            number
            for number, mark in marks.items()
            if _is_stale(self._whole.get(number), mark, now)
        ]
        if stale:
            found = board.whole(tx, stale, now - GROWTH_OVER)
            for number in stale:
                self._whole.pop(number, None)
            for number, wait in found.items():
                self._whole[number] = _Whole(wait, marks[number], now)

    def _figured(
        self, tx: sa.Connection, moment: Moment, filter_: Filter, now: datetime
    ) -> Figures:
        wide = filter_.of_any_language
        known = self._figures.get(wide)
        of = (moment, now.replace(second=0, microsecond=0))
        if known and (known.of == of or perf_counter() < known.again_at):
            return known.figures
        began = perf_counter()
        seen_by = [one for one in moment.watches.values() if wide.holds(one)]
        found = figures(tx, seen_by, wide.target, self._deck.config.timezone, now)
        ended = perf_counter()
        self._figures[wide] = _Known(found, of, ended + FIGURES_REST * (ended - began))
        return found

    def _forget_idle(self) -> None:
        long_ago = perf_counter() - IDLE
        for key, one in list(self._channels.items()):
            if not one.listeners and one.asked_at < long_ago:
                del self._channels[key]
        _keep(self._figures, {key.of_any_language for key in self._channels})
        shown = [one.view for one in self._channels.values()]
        numbers = {row.number for each in shown for row in each.rows}
        numbers |= {each.head.oldest.number for each in shown if each.head.oldest}
        _keep(self._whole, numbers)


def _is_stale(known: _Whole | None, mark: object, now: datetime) -> bool:
    return known is None or known.mark != mark or now - known.read_at > WHOLE_FOR


def _keep(known: dict[Key, Kept], wanted: Collection[Key]) -> None:
    for key in known.keys() - set(wanted):
        del known[key]
