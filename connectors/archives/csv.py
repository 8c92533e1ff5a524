"""Posts as any CSV with a header, its columns mapped to the fields of the interchange form.

A column named as a field is taken as that field unless another is mapped to it; `reach` has the
columns `reach.likes` and so on. An empty cell says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from connectors.archives import rejected
from connectors.archives.table import Row, Table, spared_id, table
from monitor.ports import interchange

if TYPE_CHECKING:
    from pathlib import Path

    from monitor.domain.post import Post
    from monitor.ports.archive import Rejected

_TRUTH = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_WHOLE = re.compile(r"-?\d{1,20}(\.0+)?", re.ASCII)
_BETWEEN_NAMES = re.compile(r"[\s,;]+")

_Places = list[tuple[str, int, Callable[[str], object]]]
"""Field, position of its column, how its cells are read."""


class Csv:
    """Separated by comma, semicolon or tab, as the header shows."""

    suffixes = (".csv", ".tsv")

    def read(self, path: Path, columns: Mapping[str, str]) -> Iterator[Post | Rejected]:
        with table(path) as opened:
            places = _places(opened, columns)
            for row in opened.rows:
                yield _post(row, places) if isinstance(row, Row) else row


def _places(opened: Table, columns: Mapping[str, str]) -> _Places:
    if unknown := [field for field in columns if field not in interchange.FIELDS]:
        raise ValueError(
            f"no field of a post: {', '.join(unknown)}; there are: {', '.join(interchange.FIELDS)}"
        )
    same_name = {name: name for name in interchange.FIELDS if name in opened.header}
    chosen = same_name | dict(columns)
    if missing := [field for field in interchange.REQUIRED if field not in chosen]:
        raise ValueError(
            f"no column for {', '.join(missing)}; write --map {missing[0]}=COLUMN; {opened.told}"
        )
    return [(field, opened.position(name), _cell(field)) for field, name in chosen.items()]


def _post(row: Row, places: _Places) -> Post | Rejected:
    form: dict[str, Any] = {}
    try:
        for field, position, read in places:
            if cell := row.cells[position].strip():
                _put(form, field, read(cell))
        return interchange.parse(form)
    except ValueError as error:
        return rejected(row.line, error, row.raw)


def _put(form: dict[str, Any], field: str, value: object) -> None:
    outer, dot, inner = field.partition(".")
    if dot:
        form.setdefault(outer, {})[inner] = value
    else:
        form[field] = value


def _cell(field: str) -> Callable[[str], object]:
    """How a field's cells are read. What cannot be read stays text, for the form to refuse."""
    if field in interchange.REACH or field in ("author_followers", "rating"):
        return _whole
    if field == "author_is_bot":
        return _truth
    if field == "mentions":
        return _names
    return partial(spared_id, field) if field.endswith("id") else str


def _whole(cell: str) -> int | str:
    return int(cell.partition(".")[0]) if _WHOLE.fullmatch(cell) else cell


def _truth(cell: str) -> bool | str:
    return _TRUTH.get(cell.lower(), cell)


def _names(cell: str) -> list[str]:
    return [name for name in _BETWEEN_NAMES.split(cell) if name]
