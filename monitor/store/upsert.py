"""Insert or update in one statement, on every database that we use. Rows name every column that has
no NULL: a table's defaults are not known here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from monitor.store import lean

Row = Mapping[str, Any]


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


def update_many(tx: sa.Connection, table: sa.Table, key: str, rows: Sequence[Row]) -> None:
    """Set columns of the rows that are found by the key. All have equal keys."""
    if rows:
        found = [{"of": row[key], **row} for row in rows]
        lean.execute_many(tx, _update(table, key, tuple(rows[0])), found)


@cache
def _update(table: sa.Table, key: str, columns: tuple[str, ...]) -> sa.Update:
    changed: dict[str, Any] = {name: sa.bindparam(name) for name in columns if name != key}
    return sa.update(table).where(table.c[key] == sa.bindparam("of")).values(changed)


def insert_missing(tx: sa.Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    """Insert rows, but none whose key stands already. All have equal keys."""
    if rows:
        lean.execute_many(tx, _insert_missing(table, tx.dialect.name), rows)


@cache
def _insert_missing(table: sa.Table, dialect: str) -> sqlite.Insert:
    return insert_into(table, dialect).on_conflict_do_nothing()


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
