"""How far posts had reached at earlier instants, so that their growth can be told.

A sample is written where a reach has changed; what stood before holds until then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from monitor.domain.post import Reach
from monitor.store import lean
from monitor.store.instants import instant, micros
from monitor.store.posts import StoredPost
from monitor.store.schema import IS_OPEN, post, reach_sample, wait
from monitor.store.upsert import insert_missing
from monitor.store.waits import FOUND_AT

_COUNTS = (post.c.likes, post.c.reposts, post.c.replies, post.c.views)
TOTAL = sum((sa.func.coalesce(count, 0) for count in _COUNTS), sa.literal(0))
"""How far a post has reached by now, where its row is asked for."""


def note(
    tx: sa.Connection,
    account_id: int,
    reaches: Mapping[str, Reach],
    before: Mapping[str, StoredPost],
    now: datetime,
) -> None:
    """These posts, stored as `before`, reach so far by now."""
    rows: list[dict[str, Any]] = []
    for name, reach in reaches.items():
        stored = before[name]
        known = ((stored.seen_at, stored.versions.first.reach), (now, reach))
        rows += [
            {"account_id": account_id, "native_id": name, "at": micros(at), "reach": one.total or 0}
            for at, one in known
        ]
    insert_missing(tx, reach_sample, rows)


def as_of(tx: sa.Connection, account_id: int, ids: Iterable[str], at: datetime) -> dict[str, int]:
    """The reach that these posts had at an instant, by id; of those that have changed since they
    were first seen, and were seen by then."""
    found: dict[str, int] = {}
    for part in lean.in_parts(ids):
        query = (
            sa.select(reach_sample.c.native_id, reach_sample.c.reach)
            .where(
                reach_sample.c.account_id == account_id,
                reach_sample.c.native_id.in_(part),
                reach_sample.c.at <= micros(at),
            )
            .order_by(reach_sample.c.at)
        )
        found.update(tx.execute(query).all())
    return found


def first(tx: sa.Connection, account_id: int, ids: Iterable[str]) -> dict[str, int]:
    """The earliest reach that is known of these posts, by id; of those that have changed since."""
    found: dict[str, int] = {}
    for part in lean.in_parts(ids):
        query = (
            sa.select(reach_sample.c.native_id, reach_sample.c.reach)
            .where(reach_sample.c.account_id == account_id, reach_sample.c.native_id.in_(part))
            .order_by(reach_sample.c.at.desc())
        )
        found.update(tx.execute(query).all())
    return found


def begin_anew(tx: sa.Connection, account_id: int, ids: Iterable[str], now: datetime) -> None:
    """How fast these posts grew until now is not known: what they had reached before is not asked
    for any more."""
    for part in lean.in_parts(ids):
        mine = (reach_sample.c.account_id == account_id) & reach_sample.c.native_id.in_(part)
        tx.execute(sa.delete(reach_sample).where(mine, reach_sample.c.at < micros(now)))


class Spread(NamedTuple):
    """How far the post of a wait has reached, and when the platform last told of it, or the wait
    opened."""

    wait: int
    post_id: str
    opened_at: datetime
    found_at: datetime
    reach: int


def of_open_waits(tx: sa.Connection, account_id: int, least: int) -> list[Spread]:
    """Of open live waits, those whose post has reached so many at least."""
    rows = tx.execute(_OF_OPEN_WAITS, {"of": account_id, "least": least})
    return [
        Spread(number, name, instant(opened_at), instant(found_at), reach)
        for number, name, opened_at, found_at, reach in rows
    ]


_OF_OPEN_WAITS = (
    sa.select(
        wait.c.number,
        post.c.native_id,
        wait.c.opened_at,
        FOUND_AT,
        TOTAL,
    )
    .join(post, (post.c.account_id == wait.c.account_id) & (post.c.native_id == wait.c.link))
    .where(
        wait.c.account_id == sa.bindparam("of"),
        IS_OPEN,
        wait.c.live,
        sa.bindparam("least") <= TOTAL,
    )
    .order_by(wait.c.number)
)


def forget(tx: sa.Connection, before: datetime) -> int:
    """Samples older than this are not asked for any more; how many were removed."""
    return tx.execute(sa.delete(reach_sample).where(reach_sample.c.at < micros(before))).rowcount
