"""Targets as rows, so that what is due keeps naming its promise."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from monitor.domain.target import Target
from monitor.store.instants import micros
from monitor.store.schema import target
from monitor.store.upsert import insert_into


def ensure(tx: sa.Connection, targets: Iterable[Target]) -> dict[str, int]:
    """Have a row for each target as it now is; their numbers by name."""
    known = {row.name: row.id for row in tx.execute(sa.select(target.c.name, target.c.id))}
    for each in sorted(targets, key=lambda each: each.name):
        row = {
            "name": each.name,
            "metric": each.metric.value,
            "within": micros(each.within),
            "objective": float(each.objective),
        }
        if each.name in known:
            tx.execute(sa.update(target).where(target.c.id == known[each.name]).values(row))
        else:
            insert = insert_into(target, tx.dialect.name).values(row)  # another may do so now
            statement = insert.on_conflict_do_update(index_elements=["name"], set_=row)
            known[each.name] = tx.execute(statement.returning(target.c.id)).scalar_one()
    return known
