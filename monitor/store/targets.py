"""Targets as rows, so that what is due keeps naming its promise."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from monitor.domain.target import Target
from monitor.store.instants import micros
from monitor.store.schema import target
from monitor.store.upsert import insert_missing, update_many


def ensure(tx: sa.Connection, targets: Iterable[Target]) -> dict[str, int]:
    """Have a row for each target, which says what it said before; their numbers by name."""
    insert_missing(tx, target, _rows(targets))
    return {row.name: row.id for row in tx.execute(sa.select(target.c.name, target.c.id))}


def put(tx: sa.Connection, targets: Iterable[Target]) -> None:
    """Let the rows say what their targets are now."""
    update_many(tx, target, "name", _rows(targets))


def _rows(targets: Iterable[Target]) -> list[dict[str, Any]]:
    return [
        {
            "name": each.name,
            "metric": each.metric.value,
            "within": micros(each.within),
            "objective": float(each.objective),
        }
        for each in sorted(targets, key=lambda each: each.name)
    ]
