"""Facts worth telling, each written once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa

from monitor.ports.notifier import AlertKind
from monitor.store.instants import instant, micros
from monitor.store.schema import account, alert, target, wait
from monitor.store.upsert import in_parts, insert_into


@dataclass(frozen=True, slots=True)
class Fact:
    """`key` tells it apart for ever, such as `breach/17/airline-6m`; `at` is the instant that it
    is about, `details` what more is to be told of it: JSON, by its kind."""

    key: str
    kind: AlertKind
    at: datetime
    wait: int | None = None
    target_id: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Untold:
    """A fact that waits to be told."""

    number: int
    key: str
    kind: AlertKind
    account: str
    wait: int | None
    target: str | None
    customer: str | None
    at: datetime
    late_arrival: bool


def write(tx: sa.Connection, account_id: int, facts: Iterable[Fact], now: datetime) -> None:
    """Facts that stand already are left as they are."""
    rows = [
        {
            "key": fact.key,
            "account_id": account_id,
            "kind": fact.kind.value,
            "wait": fact.wait,
            "target_id": fact.target_id,
            "at": micros(fact.at),
            "written_at": micros(now),
            "details": orjson.dumps(fact.details).decode(),
        }
        for fact in facts
    ]
    if rows:
        insert = insert_into(alert, tx.dialect.name)
        tx.execute(insert.on_conflict_do_nothing(index_elements=["key"]), rows)


def rename(tx: sa.Connection, account_id: int, old: str, new: str) -> None:
    """The account has another name: so its facts go on under it."""
    renamed = sa.func.replace(alert.c.key, f"/{old}/", f"/{new}/")
    mine = (alert.c.account_id == account_id) & alert.c.wait.is_(None)
    tx.execute(sa.update(alert).where(mine).values(key=renamed))


def standing(tx: sa.Connection, keys: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    """Which of these facts are written, with their details."""
    found: dict[str, Mapping[str, Any]] = {}
    for part in in_parts(keys):
        query = sa.select(alert.c.key, alert.c.details).where(alert.c.key.in_(part))
        found.update((key, orjson.loads(details)) for key, details in tx.execute(query))
    return found


def keys_of(tx: sa.Connection, waits: Iterable[int]) -> set[str]:
    """Of all facts about these waits."""
    found: set[str] = set()
    for part in in_parts(waits):
        found.update(tx.scalars(_KEYS_OF, {"waits": part}))
    return found


_KEYS_OF = sa.select(alert.c.key).where(alert.c.wait.in_(sa.bindparam("waits", expanding=True)))


def latest(
    tx: sa.Connection, kinds: Collection[AlertKind]
) -> dict[int, tuple[AlertKind, datetime]]:
    """Of each account by id, the last written of these kinds, which are of accounts and not of
    waits, and the instant that it is about."""
    last = (
        sa.select(sa.func.max(alert.c.number))
        .where(alert.c.wait.is_(None), alert.c.kind.in_([kind.value for kind in kinds]))
        .group_by(alert.c.account_id)
    )
    query = sa.select(alert.c.account_id, alert.c.kind, alert.c.at)
    rows = tx.execute(query.where(alert.c.number.in_(last)))
    return {account_id: (AlertKind(kind), instant(at)) for account_id, kind, at in rows}


def untold(tx: sa.Connection, now: datetime, limit: int = 100) -> list[Untold]:
    """The facts that wait to be told, and that nobody is telling; the oldest first."""
    columns = (alert, account.c.name, target.c.name.label("target"), wait.c.customer_handle)
    query = (
        sa.select(*columns, wait.c.late_arrival)
        .join(account, account.c.id == alert.c.account_id)
        .outerjoin(target, target.c.id == alert.c.target_id)
        .outerjoin(wait, wait.c.number == alert.c.wait)
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
            late_arrival=bool(row.late_arrival),
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
