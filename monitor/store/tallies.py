"""Counters and histograms, changed by the same transactions that change what they count."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from monitor.store import lean
from monitor.store.schema import bound, bucket, tally
from monitor.store.upsert import insert_into

Counts = Counter[tuple[str, str]]
"""How much to add, by metric and the value of its own label ("" where it has none)."""


@dataclass(frozen=True, slots=True)
class Histogram:
    """One of an account, not cumulative: how many by upper bound in seconds, and their sum."""

    counts: Mapping[float, int]
    total: float


def add(tx: sa.Connection, account_id: int, counts: Mapping[tuple[str, str], float]) -> None:
    rows = [
        {"account_id": account_id, "metric": metric, "label": label, "value": value}
        for (metric, label), value in counts.items()
        if value
    ]
    if rows:
        lean.execute_many(tx, _adding(tally, ("value",), tx.dialect.name), rows)


def observe(
    tx: sa.Connection,
    account_id: int,
    seconds: Mapping[str, Sequence[float]],
    bounds: Sequence[float],
) -> None:
    """Put lengths into the histograms called by the keys. `bounds` ascend; the rest is inf."""
    rows = []
    for metric, lengths in seconds.items():
        by_bound: dict[float, list[float]] = {}
        for length in lengths:
            place = bisect_left(bounds, length)
            bound = bounds[place] if place < len(bounds) else float("inf")
            by_bound.setdefault(bound, []).append(length)
        rows += [
            {
                "account_id": account_id,
                "metric": metric,
                "le": le,
                "count": len(all_),
                "sum": sum(all_),
            }
            for le, all_ in by_bound.items()
        ]
    if rows:
        lean.execute_many(tx, _adding(bucket, ("count", "sum"), tx.dialect.name), rows)


def counts(tx: sa.Connection) -> dict[tuple[int, str, str], float]:
    """Every counter's value, by account id, metric and label."""
    query = sa.select(tally.c.account_id, tally.c.metric, tally.c.label, tally.c.value)
    return {(one, metric, label): value for one, metric, label, value in tx.execute(query)}


def histograms(tx: sa.Connection) -> dict[tuple[int, str], Histogram]:
    """Every histogram, by account id and metric."""
    columns = (bucket.c.account_id, bucket.c.metric, bucket.c.le, bucket.c.count, bucket.c.sum)
    found: dict[tuple[int, str], list[tuple[float, int, float]]] = {}
    for account_id, metric, le, count, total in tx.execute(sa.select(*columns)):
        found.setdefault((account_id, metric), []).append((le, count, total))
    return {
        key: Histogram({le: count for le, count, _ in rows}, sum(total for *_, total in rows))
        for key, rows in found.items()
    }


OWN_LAYOUT = ("poll_seconds",)
"""Histograms that no target's threshold concerns."""


def relay(tx: sa.Connection, bounds: Iterable[float]) -> None:
    """Start the histograms anew where they were counted by another layout. Where none is noted, as
    after an upgrade from before it was, what fits into this one stays."""
    wanted, before = {*bounds}, set(tx.scalars(sa.select(bound.c.le)))
    if wanted == before:
        return
    laid_out = bucket.c.metric.not_in(OWN_LAYOUT)
    used = set(tx.scalars(sa.select(bucket.c.le).distinct().where(laid_out)))
    if before or not used <= {*wanted, float("inf")}:
        tx.execute(sa.delete(bucket).where(laid_out))
    tx.execute(sa.delete(bound))
    tx.execute(sa.insert(bound), [{"le": le} for le in sorted(wanted)])


@cache
def _adding(table: sa.Table, columns: tuple[str, ...], dialect: str) -> sqlite.Insert:
    insert = insert_into(table, dialect)
    added = {name: table.c[name] + insert.excluded[name] for name in columns}
    key = [column.name for column in table.primary_key]
    return insert.on_conflict_do_update(index_elements=key, set_=added)
