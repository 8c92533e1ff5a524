"""Statements of the steps that never rest, past Core's handling of an execution, which costs as
much as the database.

They are Core's statements all the same, compiled once. What goes in and what comes out is the
driver's: numbers, texts, and truths, which SQLite tells as 0 and 1.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any, TypeVar

import sqlalchemy as sa

Values = Mapping[str, Any]
Name = TypeVar("Name", str, int)
Statement = sa.Select[Any] | sa.Insert | sa.Update

MOST_NAMES = 512
"""In one IN (..): every database takes them."""

NAMES: sa.BindParameter[Any] = sa.bindparam("names", expanding=True)
"""In a query for `rows_among`: `column.in_(NAMES)`."""


def rows(tx: sa.Connection, query: sa.Select[Any], values: Values) -> list[Any]:
    """What is found; each row has its columns by name and by place."""
    return _found(tx, _compiled(query, _dialect(tx), tuple(values)), values)


def rows_among(
    tx: sa.Connection, query: sa.Select[Any], values: Values, names: Iterable[Name]
) -> Iterator[Any]:
    """The same of a query with `IN NAMES`, in parts. Lists are filled up with their last name, so
    that there are few lengths, and few statements to understand."""
    for part in in_parts(names):
        length = 1 << (len(part) - 1).bit_length()
        part += part[-1:] * (length - len(part))
        among = {f"names_{place}": name for place, name in enumerate(part, 1)}
        compiled = _compiled(query, _dialect(tx), tuple(values), length)
        yield from _found(tx, compiled, {**values, **among})


def scalar(tx: sa.Connection, query: sa.Select[Any], values: Values) -> Any:
    """The first column of the first row; None where there is no row."""
    found = rows(tx, query, values)
    return found[0][0] if found else None


def execute(tx: sa.Connection, statement: sa.Update, values: Values) -> int:
    """How many rows are changed."""
    return int(_executed(tx, _compiled(statement, _dialect(tx), tuple(values)), values).rowcount)


def execute_many(tx: sa.Connection, statement: sa.Insert | sa.Update, of: Sequence[Values]) -> None:
    """Once with each of these values, which have equal keys."""
    compiled = _compiled(statement, _dialect(tx), tuple(of[0]))
    tx.connection.cursor().executemany(compiled.sql, list(map(compiled.parameters, of)))


def in_parts(names: Iterable[Name]) -> Iterator[list[Name]]:
    """Names or numbers in lists short enough for one statement."""
    every = list(names)
    for start in range(0, len(every), MOST_NAMES):
        yield every[start : start + MOST_NAMES]


def _found(tx: sa.Connection, compiled: _Compiled, values: Values) -> list[Any]:
    return [compiled.row(*found) for found in _executed(tx, compiled, values).fetchall()]


def _executed(tx: sa.Connection, compiled: _Compiled, values: Values) -> Any:
    """The driver's cursor."""
    cursor = tx.connection.cursor()
    cursor.execute(compiled.sql, compiled.parameters(values))
    return cursor


@dataclass(frozen=True, slots=True)
class _Compiled:
    """`parameters` are what the driver takes with `sql`: in its order, or by name."""

    sql: str
    parameters: Callable[[Values], Any]
    row: Callable[..., Any]


_DIALECTS: dict[str, sa.Dialect] = {}


def _dialect(tx: sa.Connection) -> sa.Dialect:
    """One for all databases of a kind, though each brings its own: statements are compiled once."""
    return _DIALECTS.setdefault(tx.dialect.name, tx.dialect)


@lru_cache(maxsize=512)
def _compiled(
    statement: Statement, dialect: sa.Dialect, given: tuple[str, ...], length: int = 0
) -> _Compiled:
    """`given`: the names of the values; `length`: of the list `names`."""
    columns = list(given) if isinstance(statement, sa.Insert) else None
    compiled = statement.compile(dialect=dialect, column_keys=columns)
    some: dict[str, Any] = dict.fromkeys(given, 0)
    state = compiled.construct_expanded_state({**some, "names": [0] * length} if length else some)
    varied = {*given, *state.parameter_expansion.get("names", ())}
    fixed = {name: value for name, value in state.parameters.items() if name not in varied}
    names = statement.selected_columns.keys() if isinstance(statement, sa.Select) else []
    row: Callable[..., Any] = namedtuple("_Row", names)  # type: ignore[misc]
    return _Compiled(state.statement, _taking(state.positiontup, fixed), row)


def _taking(order: Sequence[str] | None, fixed: Values) -> Callable[[Values], Any]:
    """How a statement takes its values; `order` is None where it takes them by name."""
    if order is None:
        return lambda values: {**fixed, **values}
    if fixed or len(order) < 2:
        return lambda values: tuple(map({**fixed, **values}.__getitem__, order))
    return itemgetter(*order)
