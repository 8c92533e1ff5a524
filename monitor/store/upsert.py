"""Insert or update in one statement, on every database that we use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

Row = Mapping[str, Any]

Name = TypeVar("Name", str, int)

MOST_NAMES = 500
"""In one IN (..): short statements are cached, and every database takes them."""


def upsert(tx: sa.Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    """Insert rows, or update those whose primary key stands already. All rows have equal keys."""
    if rows:
        execute_many(tx, _upsert(table, tx.dialect.name, tuple(rows[0])), rows)


def insert_many(tx: sa.Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    """Insert rows that all have equal keys."""
    if rows:
        execute_many(tx, _insert(table, tuple(rows[0])), rows)


@cache
def _insert(table: sa.Table, columns: tuple[str, ...]) -> sa.Insert:
    return sa.insert(table).values({name: sa.bindparam(name) for name in columns})


def execute_many(tx: sa.Connection, statement: sa.Insert, rows: Sequence[Row]) -> None:
    """Past Core's own handling of parameters, which costs as much as the database. Rows hold what
    the tables hold: numbers, texts, truths."""
    sql, names = _compiled(statement, tx.dialect, tuple(rows[0]))
    if names is None:
        tx.exec_driver_sql(sql, [dict(row) for row in rows])
    else:
        tx.exec_driver_sql(sql, list(map(names, rows)))


@lru_cache(maxsize=64)  # every database that was opened has a dialect of its own
def _compiled(
    statement: sa.Insert, dialect: sa.Dialect, columns: tuple[str, ...]
) -> tuple[str, Callable[[Row], tuple[Any, ...]] | None]:
    """The statement, and how it takes a row; None where it takes it by name."""
    compiled = statement.compile(dialect=dialect, column_keys=list(columns))
    names = getattr(compiled, "positiontup", None)
    return str(compiled), itemgetter(*names) if names else None


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
