"""How the reading of an account went: how late posts were seen, and when it was blind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.store.instants import instant, micros
from monitor.store.schema import alert, due, post

MOST_SEEN = 20_000
"""Posts by which a day's lag is told: the newest."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A post that a live poll found, and how long after it was written."""

    created_at: datetime
    lag: timedelta


@dataclass(frozen=True, slots=True)
class Blindness:
    """From when on nothing was known, and when it was read again; None: not yet."""

    since: datetime
    until: datetime | None


def seen(tx: sa.Connection, account_id: int, since: datetime) -> list[Seen]:
    """The posts written since then that live polls found, in order."""
    query = (
        sa.select(post.c.created_at, post.c.seen_at)
        .where(post.c.account_id == account_id, post.c.created_at >= micros(since), post.c.live)
        .order_by(post.c.created_at.desc())
        .limit(MOST_SEEN)
    )
    rows = [(instant(written), instant(found)) for written, found in tx.execute(query)]
    return [Seen(written, max(found - written, timedelta(0))) for written, found in reversed(rows)]


def blindness(tx: sa.Connection, account_id: int, since: datetime) -> list[Blindness]:
    """When the account was blind, as it was told, from then on."""
    query = (
        sa.select(alert.c.kind, alert.c.at)
        .where(
            alert.c.account_id == account_id,
            alert.c.kind.in_(("blind", "blind_over")),
            alert.c.at >= micros(since),
        )
        .order_by(alert.c.at, alert.c.number)
    )
    found: list[Blindness] = []
    for kind, at in tx.execute(query):
        if kind == "blind":
            found.append(Blindness(instant(at), None))
        elif found and found[-1].until is None:
            found[-1] = Blindness(found[-1].since, instant(at))
    return found


def fell_due(
    tx: sa.Connection, account_id: int, targets: Sequence[int], since: datetime
) -> list[tuple[datetime, bool]]:
    """What fell due since then under these targets, and whether that was learnt late."""
    query = sa.select(due.c.due_at, due.c.late_detected).where(
        due.c.account_id == account_id,
        due.c.target_id.in_(targets),
        due.c.due_at >= micros(since),
    )
    return [(instant(at), late) for at, late in tx.execute(query)]
