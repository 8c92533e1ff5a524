"""What stands now, counted in the database: open waits of accounts polled live."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from monitor.domain.wait import Status
from monitor.store.instants import instant, instant_or_none, micros
from monitor.store.reach import TOTAL
from monitor.store.schema import due, post, wait


@dataclass(frozen=True, slots=True)
class Owed:
    """Of one target: how many open waits are surely past due, how many perhaps, and the next."""

    overdue: int
    unconfirmed: int
    next_due_at: datetime | None


_OPEN = (wait.c.status == Status.OPEN.value) & wait.c.live


def open_waits(tx: sa.Connection, account_id: int) -> dict[str, tuple[int, datetime]]:
    """By kind: how many, and since when the oldest."""
    query = (
        sa.select(wait.c.kind, sa.func.count(), sa.func.min(wait.c.opened_at))
        .where(wait.c.account_id == account_id, _OPEN)
        .group_by(wait.c.kind)
    )
    return {kind: (count, instant(oldest)) for kind, count, oldest in tx.execute(query)}


def owed(
    tx: sa.Connection, account_id: int, watermark: datetime | None, now: datetime
) -> dict[int, Owed]:
    """By target number, of the targets under which open waits stand."""
    seen = micros(watermark) if watermark else 0
    late = due.c.due_at <= seen
    perhaps = (due.c.due_at > seen) & (due.c.due_at < micros(now))
    query = (
        sa.select(
            due.c.target_id,
            sa.func.sum(sa.case((late, 1), else_=0)),
            sa.func.sum(sa.case((perhaps, 1), else_=0)),
            sa.func.min(sa.case((due.c.due_at >= micros(now), due.c.due_at))),
        )
        .join(wait, wait.c.number == due.c.wait)
        .where(wait.c.account_id == account_id, _OPEN)
        .group_by(due.c.target_id)
    )
    return {
        target_id: Owed(overdue, unconfirmed, instant_or_none(following))
        for target_id, overdue, unconfirmed, following in tx.execute(query)
    }


def unjudged_waits(tx: sa.Connection, account_id: int, targets: Iterable[int]) -> int:
    """How many open waits have a promise, of those in force, whose due instant is still to be
    observed."""
    query = (
        sa.select(sa.func.count(due.c.wait.distinct()))
        .join(wait, wait.c.number == due.c.wait)
        .where(
            due.c.account_id == account_id,
            due.c.next_at.is_not(None),
            due.c.target_id.in_(sorted(targets)),
            _OPEN,
        )
    )
    return int(tx.scalar(query) or 0)


def open_reach(tx: sa.Connection, account_id: int) -> int:
    """Likes, reposts, replies and views of the posts behind open waits, all added up."""
    query = (
        sa.select(sa.func.coalesce(sa.func.sum(TOTAL), 0))
        .join(wait, (wait.c.account_id == post.c.account_id) & (wait.c.link == post.c.native_id))
        .where(wait.c.account_id == account_id, _OPEN)
    )
    return int(tx.scalar(query) or 0)
