"""What has happened, in the order in which it did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from monitor.domain.wait import Kind
from monitor.store.history import standing
from monitor.store.instants import instant, instant_or_none, micros, span_or_none
from monitor.store.schema import coverage, due, node, post, wait

_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class PastDue:
    """When a wait was due under a target."""

    target_id: int
    due_at: datetime
    late_detected: bool


@dataclass(frozen=True, slots=True)
class PastWait:
    """A wait as it is now known to have gone. `dismissal` is None unless a person ended it."""

    kind: Kind
    opened_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    dismissal: str | None
    calendar_span: timedelta | None
    business_span: timedelta | None
    late_arrival: bool
    dues: tuple[PastDue, ...]

    @property
    def end(self) -> datetime | None:
        """When the customer stopped waiting, in whatever way."""
        return self.answered_at or self.ended_at


def begins_at(tx: sa.Connection, account_id: int) -> datetime | None:
    """The first instant of which anything is known; None where there is none."""
    firsts = [
        sa.select(sa.func.min(coverage.c.from_at)).where(coverage.c.account_id == account_id),
        sa.select(sa.func.min(wait.c.opened_at)).where(*standing(account_id)),
        sa.select(sa.func.min(post.c.created_at)).where(post.c.account_id == account_id),
    ]
    known = [at for query in firsts if (at := tx.scalar(query)) is not None]
    return instant(min(known)) if known else None


def targets_owed(tx: sa.Connection, account_id: int) -> set[int]:
    """The numbers of the targets under which anything was ever due."""
    query = sa.select(due.c.target_id).distinct().where(due.c.account_id == account_id)
    return set(tx.scalars(query))


def opened(
    tx: sa.Connection, account_id: int, since: datetime, until: datetime
) -> Iterator[PastWait]:
    """The waits opened from `since` to before `until`, by their opening."""
    at = wait.c.opened_at
    return _waits(tx, account_id, at >= micros(since), at < micros(until))


def unsettled(
    tx: sa.Connection, account_id: int, since: datetime, at: datetime
) -> Iterator[PastWait]:
    """The waits opened before `at` that were opened since then, or had not ended by `at`, or were
    due later; by their opening."""
    later = micros(at)
    end = sa.func.coalesce(wait.c.answered_at, wait.c.ended_at, later)
    owed = due.alias()
    owes = sa.exists().where(owed.c.wait == wait.c.number, owed.c.due_at >= later)
    open_then = sa.or_(wait.c.opened_at >= micros(since), end >= later, owes)
    return _waits(tx, account_id, wait.c.opened_at < later, open_then)


def _waits(
    tx: sa.Connection, account_id: int, *conditions: sa.ColumnElement[bool]
) -> Iterator[PastWait]:
    query = (
        sa.select(
            wait.c.number,
            wait.c.kind,
            wait.c.opened_at,
            wait.c.answered_at,
            wait.c.ended_at,
            wait.c.dismissal,
            wait.c.calendar_span,
            wait.c.business_span,
            wait.c.late_arrival,
            due.c.target_id,
            due.c.due_at,
            due.c.late_detected,
        )
        .outerjoin(due, due.c.wait == wait.c.number)
        .where(*standing(account_id), *conditions)
        .order_by(wait.c.opened_at, wait.c.number)
    )
    rows = tx.execute(query.execution_options(yield_per=_AT_ONCE))
    for _, own in groupby(rows, key=attrgetter("number")):
        yield _wait([*own])


def _wait(rows: Sequence[Any]) -> PastWait:
    first = rows[0]
    return PastWait(
        kind=Kind(first.kind),
        opened_at=instant(first.opened_at),
        answered_at=instant_or_none(first.answered_at),
        ended_at=instant_or_none(first.ended_at),
        dismissal=first.dismissal,
        calendar_span=span_or_none(first.calendar_span),
        business_span=span_or_none(first.business_span),
        late_arrival=first.late_arrival,
        dues=tuple(
            PastDue(row.target_id, instant(row.due_at), row.late_detected)
            for row in rows
            if row.target_id is not None
        ),
    )


def conversations(
    tx: sa.Connection, account_id: int, since: datetime, until: datetime
) -> list[str]:
    """Those in which something was written from `since` to before `until`."""
    mine = (post.c.account_id == node.c.account_id) & (post.c.native_id == node.c.native_id)
    query = (
        sa.select(node.c.conversation)
        .distinct()
        .join(post, mine)
        .where(
            post.c.account_id == account_id,
            post.c.created_at >= micros(since),
            post.c.created_at < micros(until),
        )
    )
    return list(tx.scalars(query))
