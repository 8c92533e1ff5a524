"""Insert or update in one statement, on every database that we use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from monitor.store import lean

Row = Mapping[str, Any]

Name = TypeVar("Name", str, int)

MOST_NAMES = 500
"""In one IN (..): short statements are cached, and every database takes them."""


def upsert(tx: sa.Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    """Insert rows, or update those whose primary key stands already. All rows have equal keys."""
    if rows:
        lean.execute_many(tx, _upsert(table, tx.dialect.name, tuple(rows[0])), rows)


def insert_many(tx: sa.Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    """Insert rows that all have equal keys."""
    if rows:
        lean.execute_many(tx, _insert(table, tuple(rows[0])), rows)


@cache
def _insert(table: sa.Table, columns: tuple[str, ...]) -> sa.Insert:
    return sa.insert(table).values({name: sa.bindparam(name) for name in columns})


def insert_into(table: sa.Table, dialect: str) -> sqlite.Insert:
    """An insert that knows ON CONFLICT; PostgreSQL's has the same methods as SQLite's."""
    if dialect == "postgresql":
        return cast(sqlite.Insert, postgresql.insert(table))
    return sqlite.insert(table)


@cache
def _upsert(table: sa.Table, dialect: str, columns: tuple[str, ...]) -> sqlite.Insert:
    key = [column.name for column in table.primary_key]
    insert = insert_into(table, dialect)
    changed = {name: insert.excluded[name] for name in columns if name not in key}
    return insert.on_conflict_do_update(index_elements=key, set_=changed)


def in_parts(names: Iterable[Name]) -> Iterator[list[Name]]:
    """Names or numbers in lists short enough for one statement."""
    every = list(names)
    for start in range(0, len(every), MOST_NAMES):
        yield every[start : start + MOST_NAMES]
