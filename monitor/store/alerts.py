"""Facts worth telling, each written once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa

from monitor.ports.notifier import AlertKind
from monitor.store import lean
from monitor.store.instants import instant, micros
from monitor.store.schema import alert
from monitor.store.upsert import insert_missing


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
    insert_missing(tx, alert, rows)


def rename(tx: sa.Connection, account_id: int, old: str, new: str) -> None:
    """The account has another name: so its facts go on under it."""
    renamed = sa.func.replace(alert.c.key, f"/{old}/", f"/{new}/")
    mine = (alert.c.account_id == account_id) & alert.c.wait.is_(None)
    tx.execute(sa.update(alert).where(mine).values(key=renamed))


def standing(tx: sa.Connection, keys: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    """Which of these facts are written, with their details."""
    found: dict[str, Mapping[str, Any]] = {}
    for part in lean.in_parts(keys):
        query = sa.select(alert.c.key, alert.c.details).where(alert.c.key.in_(part))
        found.update((key, orjson.loads(details)) for key, details in tx.execute(query))
    return found


def instants(tx: sa.Connection, keys: Iterable[str]) -> dict[str, datetime]:
    """Which of these facts are written, with the instant that each is about."""
    found: dict[str, datetime] = {}
    for part in lean.in_parts(keys):
        query = sa.select(alert.c.key, alert.c.at).where(alert.c.key.in_(part))
        found.update((key, instant(at)) for key, at in tx.execute(query))
    return found


def keys_of(tx: sa.Connection, waits: Iterable[int]) -> set[str]:
    """Of all facts about these waits."""
    return {row.key for row in lean.rows_among(tx, _KEYS_OF, {}, waits)}


_KEYS_OF = sa.select(alert.c.key).where(alert.c.wait.in_(lean.NAMES))


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
