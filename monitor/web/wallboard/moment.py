"""All that the database knew of open waits at one moment, in brief, and who of them are seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from monitor.cycle.blindness import is_blind
from monitor.cycle.desk import Watch
from monitor.cycle.poll import clock_error
from monitor.store import accounts, board
from monitor.store.accounts import AccountRow
from monitor.store.board import Brief, Owed
from monitor.store.instants import instant, micros
from monitor.web.wallboard.filter import Filter, language_of
from monitor.web.wallboard.state import LOOSE, State, state_of

NEVER = 2**63 - 1
"""Microseconds: no instant that comes."""


@dataclass(frozen=True, slots=True)
class Place:
    """An open wait on the board: what it is measured by, and when that next changes by itself."""

    brief: Brief
    watch: Watch
    owed: Owed | None
    state: State
    changes_at: int

    @property
    def urgency(self) -> tuple[int, int, int]:
        """Strictly by due; those that owe nothing last, the longest waiting first."""
        due_at = self.owed.due_at if self.owed else NEVER
        return due_at, self.brief.opened_at, self.brief.number


class Read(NamedTuple):
    """What one look at the database gave. Two that are equal show the same."""

    briefs: list[Brief]
    accounts: dict[int, AccountRow]
    watermarks: dict[int, datetime]


def read(tx: sa.Connection, watches: Mapping[str, Watch]) -> Read:
    known = accounts.all_of(tx)
    mine = {row.id: row for name, row in known.items() if name in watches}
    return Read(board.briefs(tx), mine, accounts.watermarks(tx))


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with an account's reading, in what a person is told of it. `clock_error`, in
    whole seconds, is zero while the clocks agree."""

    name: str
    read_until: datetime | None
    is_blind: bool
    clock_error: timedelta
    reason: str | None
    next_poll_at: datetime | None


class Moment:
    """`warned` remembers when waits are first warned of: calendars are slow to ask."""

    def __init__(self, found: Read, watches: Mapping[str, Watch], warned: Warnings) -> None:
        self.read = found
        self.watches = {row.id: watches[row.name] for row in found.accounts.values()}
        self._watermarks = {one: micros(until) for one, until in found.watermarks.items()}
        self._warned = warned
        self._everybody: tuple[datetime, Sequence[Place]] | None = None

    def seen(self, filter_: Filter, now: datetime) -> Sequence[Place]:
        """Who is seen through a filter, in any state, in no order."""
        if filter_.target:
            return list(self._held_to(filter_.target, filter_, now))
        if self._everybody is None or self._everybody[0] != now:
            self._everybody = (now, list(self._all(micros(now))))
        _, everybody = self._everybody
        if filter_.of_any_state == Filter():
            return everybody
        return [one for one in everybody if _is_seen(one.brief, one.watch, filter_)]

    def _all(self, now: int) -> Iterator[Place]:
        for brief in self.read.briefs:
            watch = self.watches.get(brief.account_id)
            if watch:
                yield self._place(brief, watch, brief.dues[0] if brief.dues else None, now)

    def _held_to(self, target: str, filter_: Filter, now: datetime) -> Iterator[Place]:
        """Those to whom this is promised, measured by it."""
        at = micros(now)
        for brief in self.read.briefs:
            watch = self.watches.get(brief.account_id)
            owed = _under(brief, watch, target) if watch else None
            if watch and owed and _is_seen(brief, watch, filter_):
                yield self._place(brief, watch, owed, at)

    def _place(self, brief: Brief, watch: Watch, owed: Owed | None, now: int) -> Place:
        if owed is None:
            return Place(brief, watch, None, State.PENDING, NEVER)
        warn_at = self._warned.at(watch, owed, brief.opened_at)
        watermark = self._watermarks.get(brief.account_id, 0)
        state = state_of(owed.due_at, warn_at, watermark, now)
        to_come = [one for one in (warn_at, owed.due_at + 1) if one > now]
        return Place(brief, watch, owed, state, min(to_come, default=NEVER))

    def standings(self, filter_: Filter, now: datetime) -> list[Standing]:
        """The accounts that a filter lets through, by name."""
        found = []
        for account_id, watch in self.watches.items():
            if filter_.holds(watch):
                row = self.read.accounts[account_id]
                found.append(standing(watch, row, self.read.watermarks.get(account_id), now))
        return sorted(found, key=lambda one: one.name)


def standing(watch: Watch, row: AccountRow, watermark: datetime | None, now: datetime) -> Standing:
    wrong = timedelta(seconds=int(clock_error(row.clock_offset).total_seconds()))
    is_observed = watch.settings.polls or row.live_since is not None
    blind = is_observed and is_blind(watch, row, watermark, now)
    return Standing(watch.name, watermark, blind, wrong, row.reason, row.next_poll_at)


class Warnings:
    """The instants at which open waits are first warned of, in microseconds."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int, int], int] = {}

    def at(self, watch: Watch, owed: Owed, opened_at: int) -> int:
        target = watch.targets.get(owed.target_id)
        if target is None or not target.warn_at:
            return NEVER
        key = (watch.name, owed.target_id, opened_at)
        found = self._known.get(key)
        if found is None:
            first = target.calendar.due(instant(opened_at), target.warn_at[0])
            found = self._known[key] = micros(first)
        return found

    def forget(self) -> None:
        """Other promises may hold now, or those who waited are gone."""
        self._known.clear()

    def __len__(self) -> int:
        return len(self._known)


def of_state(places: Iterable[Place], state: str) -> list[Place]:
    """Those that a filter's state asks for, the most urgent first."""
    if state == LOOSE:
        places = (one for one in places if one.brief.acked_by is None)
    elif state:
        places = (one for one in places if one.state == state)
    return sorted(places, key=lambda one: one.urgency)


def _under(brief: Brief, watch: Watch, target: str) -> Owed | None:
    for owed in brief.dues:
        promise = watch.targets.get(owed.target_id)
        if promise and promise.name == target:
            return owed
    return None


def _is_seen(brief: Brief, watch: Watch, filter_: Filter) -> bool:
    speaks = not filter_.language or language_of(brief.lang) == filter_.language
    return speaks and filter_.holds(watch)
