"""Waits as rows, many at a time: read in a stream, and judged by whoever asks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from monitor.domain.target import Metric
from monitor.domain.wait import Kind, Status
from monitor.store.instants import instant, instant_or_none, micros
from monitor.store.schema import account, due, post, target, wait
from monitor.store.upsert import in_parts

_AT_ONCE = 2_000
"""Rows fetched together: memory does not grow with the history."""

_KINDS = {kind.value: kind for kind in Kind}
_STATUSES = {status.value: status for status in Status}

_GONE = (Status.MERGED.value, Status.WITHDRAWN.value)


@dataclass(frozen=True, slots=True)
class Window:
    """From `since` to before `until`, and not after `through`; None: unbounded on that side."""

    since: datetime | None = None
    until: datetime | None = None
    through: datetime | None = None

    def holds(self, column: sa.ColumnElement[int]) -> list[sa.ColumnElement[bool]]:
        bounds = []
        if self.since is not None:
            bounds.append(column >= micros(self.since))
        if self.until is not None:
            bounds.append(column < micros(self.until))
        if self.through is not None:
            bounds.append(column <= micros(self.through))
        return bounds


class Opened(NamedTuple):
    """A wait, as far as statistics need it. `dismissal` is None unless a person ended it."""

    kind: Kind
    status: Status
    opened_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    dismissal: str | None
    nudges: int


class Owed(NamedTuple):
    """What a wait owes under one target, with what a verdict needs."""

    wait: int
    target_id: int
    due_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    nudges: int


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A promise as it is now in force, or last was."""

    id: int
    name: str
    metric: Metric
    within: timedelta
    objective: float


def opened(tx: sa.Connection, account_id: int, window: Window) -> Iterator[Opened]:
    """The waits opened in the window, but those that ceased to exist; in no order."""
    columns = wait.c
    query = sa.select(
        columns.kind,
        columns.status,
        columns.opened_at,
        columns.answered_at,
        columns.ended_at,
        columns.dismissal,
        columns.nudges,
    ).where(*standing(account_id), *window.holds(columns.opened_at))
    for kind, status, begun, answered, ended, dismissal, nudges in _stream(tx, query):
        yield Opened(
            _KINDS[kind],
            _STATUSES[status],
            instant(begun),
            instant_or_none(answered),
            instant_or_none(ended),
            dismissal,
            nudges,
        )


def owed(
    tx: sa.Connection, account_id: int, window: Window, *, by_due: bool = False
) -> Iterator[Owed]:
    """What the waits opened in the window owe, or what falls due in it; in no order."""
    query = (
        sa.select(
            due.c.wait,
            due.c.target_id,
            due.c.due_at,
            wait.c.answered_at,
            wait.c.ended_at,
            wait.c.nudges,
        )
        .join(wait, wait.c.number == due.c.wait)
        .where(*standing(account_id), *window.holds(due.c.due_at if by_due else wait.c.opened_at))
    )
    for number, target_id, due_at, answered, ended, nudges in _stream(tx, query):
        yield Owed(
            number,
            target_id,
            instant(due_at),
            instant_or_none(answered),
            instant_or_none(ended),
            nudges,
        )


def listed(
    tx: sa.Connection, accounts: Collection[int], statuses: Collection[Status]
) -> Iterator[Mapping[Any, Any]]:
    """Whole rows of waits with their account's name and the `url` of the post to show, in the
    order of their numbers."""
    query = (
        sa.select(wait, account.c.name.label("account"), post.c.url)
        .join(account, account.c.id == wait.c.account_id)
        .outerjoin(
            post, (post.c.account_id == wait.c.account_id) & (post.c.native_id == wait.c.link)
        )
        .where(
            wait.c.account_id.in_(sorted(accounts)),
            wait.c.status.in_(sorted(status.value for status in statuses)),
        )
        .order_by(wait.c.number)
    )
    yield from tx.execute(query.execution_options(yield_per=_AT_ONCE)).mappings()


def rows(tx: sa.Connection, numbers: Iterable[int]) -> dict[int, Mapping[Any, Any]]:
    """Whole rows of waits, by number."""
    found: dict[int, Mapping[Any, Any]] = {}
    for part in in_parts(numbers):
        for row in tx.execute(sa.select(wait).where(wait.c.number.in_(part))).mappings():
            found[row["number"]] = row
    return found


def account_of(tx: sa.Connection, number: int) -> str:
    """The name of the account that a wait belongs to. Raises LookupError."""
    query = (
        sa.select(account.c.name)
        .join(wait, wait.c.account_id == account.c.id)
        .where(wait.c.number == number)
    )
    name = tx.scalar(query)
    if name is None:
        raise LookupError(f"there is no wait {number}")
    return str(name)


def posts_at(tx: sa.Connection, url: str) -> list[tuple[str, str]]:
    """The accounts, by name, and ids of the posts of that address."""
    query = (
        sa.select(account.c.name, post.c.native_id)
        .join(account, account.c.id == post.c.account_id)
        .where(post.c.url == url)
        .order_by(account.c.id, post.c.native_id)
    )
    return [(name, native_id) for name, native_id in tx.execute(query)]


def targets(tx: sa.Connection) -> dict[int, TargetRow]:
    """Every promise that was ever in force, by number."""
    return {
        row.id: TargetRow(
            id=row.id,
            name=row.name,
            metric=Metric(row.metric),
            within=timedelta(microseconds=row.within),
            objective=row.objective,
        )
        for row in tx.execute(sa.select(target).order_by(target.c.id))
    }


def standing(account_id: int) -> list[sa.ColumnElement[bool]]:
    """Of the account's waits, those that have not ceased to exist."""
    return [wait.c.account_id == account_id, wait.c.status.not_in(_GONE)]


def _stream(tx: sa.Connection, query: sa.Select[Any]) -> Iterator[tuple[Any, ...]]:
    for row in tx.execute(query.execution_options(yield_per=_AT_ONCE)):
        yield tuple(row)
