"""Facts worth telling, each written once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from monitor.ports.notifier import AlertKind
from monitor.store.instants import micros
from monitor.store.schema import alert
from monitor.store.upsert import in_parts, insert_into


@dataclass(frozen=True, slots=True)
class Fact:
    """`key` tells it apart for ever, such as `breach/17/airline-6m`; `at` is what it is about."""

    key: str
    kind: AlertKind
    wait: int
    target_id: int
    at: datetime


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
            "written_at": micros(fact.at),
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
