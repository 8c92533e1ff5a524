"""Facts worth telling, each written once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from monitor.ports.notifier import AlertKind
from monitor.store.instants import instant, micros
from monitor.store.schema import account, alert, target, wait
from monitor.store.upsert import in_parts, insert_into


@dataclass(frozen=True, slots=True)
class Fact:
    """`key` tells it apart for ever, such as `breach/17/airline-6m`; `at` is what it is about."""

    key: str
    kind: AlertKind
    wait: int
    target_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Untold:
    """A fact that waits to be told."""

    number: int
    key: str
    kind: AlertKind
    account: str
    wait: int
    target: str
    customer: str
    at: datetime
    late_arrival: bool


def write(tx: sa.Connection, account_id: int, facts: Iterable[Fact]) -> None:
    """Facts that stand already are left as they are."""
    rows = [
        {
            "key": fact.key,
            "account_id": account_id,
            "kind": fact.kind.value,
            "wait": fact.wait,
            "target_id": fact.target_id,
            "at": micros(fact.at),
        }
        for fact in facts
    ]
    if rows:
        insert = insert_into(alert, tx.dialect.name)
        tx.execute(insert.on_conflict_do_nothing(index_elements=["key"]), rows)


def standing(tx: sa.Connection, keys: Collection[str]) -> set[str]:
    """Which of these facts are written."""
    found: set[str] = set()
    for part in in_parts(keys):
        found.update(tx.scalars(sa.select(alert.c.key).where(alert.c.key.in_(part))))
    return found


def untold(tx: sa.Connection, now: datetime, limit: int = 100) -> list[Untold]:
    """The facts that wait to be told, and that nobody is telling; the oldest first."""
    columns = (alert, account.c.name, target.c.name.label("target"), wait.c.customer_handle)
    query = (
        sa.select(*columns, wait.c.late_arrival)
        .join(account, account.c.id == alert.c.account_id)
        .join(target, target.c.id == alert.c.target_id)
        .join(wait, wait.c.number == alert.c.wait)
        .where(_is_free(now))
        .order_by(alert.c.number)
        .limit(limit)
    )
    return [
        Untold(
            number=row.number,
            key=row.key,
            kind=AlertKind(row.kind),
            account=row.name,
            wait=row.wait,
            target=row.target,
            customer=row.customer_handle,
            at=instant(row.at),
            late_arrival=row.late_arrival,
        )
        for row in tx.execute(query)
    ]


def take(
    tx: sa.Connection, facts: Iterable[Untold], now: datetime, until: datetime
) -> list[Untold]:
    """Those of these facts that nobody else has taken meanwhile; until then they are ours."""
    by_number = {fact.number: fact for fact in facts}
    mine: list[int] = []
    for part in in_parts(by_number):
        query = sa.select(alert.c.number).where(alert.c.number.in_(part), _is_free(now))
        mine += tx.scalars(query.order_by(alert.c.number).with_for_update(skip_locked=True))
    for part in in_parts(mine):
        taken = sa.update(alert).where(alert.c.number.in_(part))
        tx.execute(taken.values(leased_until=micros(until)))
    return [by_number[number] for number in mine]


def _is_free(now: datetime) -> sa.ColumnElement[bool]:
    leased = alert.c.leased_until
    return alert.c.told_at.is_(None) & (leased.is_(None) | (leased <= micros(now)))


def told(tx: sa.Connection, number: int, now: datetime) -> None:
    tx.execute(sa.update(alert).where(alert.c.number == number).values(told_at=micros(now)))
