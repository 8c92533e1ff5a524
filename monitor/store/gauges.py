"""What stands now: open waits of accounts polled live, and what is measured now and then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from monitor.store.instants import instant, instant_or_none, micros
from monitor.store.reach import TOTAL
from monitor.store.schema import IS_OPEN, due, gauge, post, wait
from monitor.store.upsert import insert_many


@dataclass(frozen=True, slots=True)
class Owed:
    """Of one target: how many open waits are surely past due, how many perhaps, and the next."""

    overdue: int
    unconfirmed: int
    next_due_at: datetime | None


_OPEN = IS_OPEN & wait.c.live
_OPEN_ONES = (wait.c.account_id == sa.bindparam("of"), _OPEN)


def open_waits(tx: sa.Connection, account_id: int) -> dict[str, tuple[int, datetime]]:
    """By kind: how many, and since when the oldest."""
    found = tx.execute(_STANDING, {"of": account_id})
    return {kind: (count, instant(oldest)) for kind, count, oldest in found}


_STANDING = (
    sa.select(wait.c.kind, sa.func.count(), sa.func.min(wait.c.opened_at))
    .where(*_OPEN_ONES)
    .group_by(wait.c.kind)
)


def owed(
    tx: sa.Connection, account_id: int, watermark: datetime | None, now: datetime
) -> dict[int, Owed]:
    """By target number, of the targets under which open waits stand."""
    seen = micros(watermark) if watermark else 0
    found = tx.execute(_OWED, {"of": account_id, "seen": seen, "now": micros(now)})
    return {
        target_id: Owed(overdue, unconfirmed, instant_or_none(following))
        for target_id, overdue, unconfirmed, following in found
    }


_SEEN, _NOW = (sa.bindparam(name, type_=sa.BigInteger) for name in ("seen", "now"))
_LATE = due.c.due_at <= _SEEN
_PERHAPS = (due.c.due_at > _SEEN) & (due.c.due_at < _NOW)
_OWED = (
    sa.select(
        due.c.target_id,
        sa.func.sum(sa.case((_LATE, 1), else_=0)),
        sa.func.sum(sa.case((_PERHAPS, 1), else_=0)),
        sa.func.min(sa.case((due.c.due_at >= _NOW, due.c.due_at))),
    )
    .join(wait, wait.c.number == due.c.wait)
    .where(*_OPEN_ONES)
    .group_by(due.c.target_id)
)


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
            *_OPEN_ONES,
        )
    )
    return int(tx.scalar(query, {"of": account_id}) or 0)


def open_reach(tx: sa.Connection, account_id: int) -> int:
    """Likes, reposts, replies and views of the posts behind open waits, all added up. It looks up
    each post: not for a scrape."""
    return int(tx.scalar(_OPEN_REACH, {"of": account_id}) or 0)


_OPEN_REACH = (
    sa.select(sa.func.sum(TOTAL))
    .join(wait, (wait.c.account_id == post.c.account_id) & (wait.c.link == post.c.native_id))
    .where(*_OPEN_ONES)
)


def keep(
    tx: sa.Connection, account_id: int, metric: str, values: Mapping[str, float], now: datetime
) -> None:
    """Put these values, by label, in the place of what was measured before."""
    mine = (gauge.c.account_id == account_id) & (gauge.c.metric == metric)
    tx.execute(sa.delete(gauge).where(mine))
    of = {"account_id": account_id, "metric": metric, "at": micros(now)}
    insert_many(
        tx, gauge, [{**of, "label": label, "value": value} for label, value in values.items()]
    )


def kept(tx: sa.Connection, since: datetime) -> dict[tuple[int, str], dict[str, float]]:
    """What was measured since then: values by label, by account id and metric."""
    query = sa.select(gauge.c.account_id, gauge.c.metric, gauge.c.label, gauge.c.value)
    found: dict[tuple[int, str], dict[str, float]] = {}
    for account_id, metric, label, value in tx.execute(query.where(gauge.c.at >= micros(since))):
        found.setdefault((account_id, metric), {})[label] = value
    return found
