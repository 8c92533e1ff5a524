"""Reading a CSV as it comes out of spreadsheets and data frames, one faulty row at a time.

A row whose quotes or width are wrong gives up its first line only, and reading goes on with the
next line: one stray quote must not swallow the rest of the file.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from typing import TYPE_CHECKING, NamedTuple

from connectors.archives import LONGEST_LINE, opened, rejected
from monitor.ports.interchange import shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from monitor.ports.archive import Rejected

_TOLD = 1_000
_DELIMITERS = (",", ";", "\t")
_BARE_RETURN = re.compile(r"\r(?!\n)")
# A data frame leaves a bare carriage return unquoted, where it would end the row. No decoded file
# can hold this half of a pair.
_RETURN_INSIDE = "\udc0d"

_FLOAT = re.compile(r"(\d{1,40})\.0+", re.ASCII)
_ROUNDED = re.compile(r"\d+(\.\d+e\+?|e\+)\d+", re.ASCII | re.IGNORECASE)
_LARGEST_EXACT_FLOAT = 2**53


class Row(NamedTuple):
    """`line` is where it begins. Line breaks inside cells are \\n, however they were written."""

    line: int
    cells: list[str]
    raw: str


@dataclass(frozen=True, slots=True)
class Table:
    """`rows` are as wide as `header`, and are to be read while the table is open."""

    header: list[str]
    rows: Iterator[Row | Rejected]

    @property
    def told(self) -> str:
        """The columns, for an error."""
        return f"there are: {', '.join(self.header)[:_TOLD]}"

    def position(self, column: str) -> int:
        """Where a column stands. Raises ValueError where that is not one place."""
        if self.header.count(column) != 1:
            many = "several columns" if column in self.header else "no column"
            raise ValueError(f'there is {many} "{column}"; {self.told}')
        return self.header.index(column)


@contextmanager
def table(path: Path) -> Iterator[Table]:
    """Open a CSV with a header. Raises ValueError where it has none, or is not UTF-8."""
    with opened(path) as file:
        text = TextIOWrapper(file, "utf-8-sig", "surrogateescape", newline="\n")
        lines = _Lines(text)
        first = lines.peek()
        if fault := _fault(first):
            raise ValueError(f"the first line {fault}; save the file as CSV in UTF-8")
        reader = csv.reader(lines, delimiter=_delimiter(first), strict=True)
        try:
            header = [name.strip() for name in next(reader, [])]
        except csv.Error as error:
            raise ValueError(f"the header is {_reason(error, len(lines.taken))}") from None
        yield Table(header, _rows(reader, lines, len(header)))


class _Lines:
    """The lines of a file, which remembers those of the present row and can take them back."""

    def __init__(self, text: TextIOWrapper) -> None:
        self._text = text
        self._returned: deque[str] = deque()
        self.before = 0
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._returned.popleft() if self._returned else self._read()
        if not line:
            raise StopIteration
        self.taken.append(line)
        return _BARE_RETURN.sub(_RETURN_INSIDE, line) if "\r" in line else line

    def peek(self) -> str:
        self._returned.append(self._read())
        return self._returned[0]

    def done(self) -> None:
        """The present row is complete."""
        self.before += len(self.taken)
        self.taken.clear()

    def take_back(self) -> None:
        """The present row was its first line only."""
        self._returned.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]

    def _read(self) -> str:
        """A line, or of one that is too long a little more than is allowed."""
        rest = line = self._text.readline(LONGEST_LINE + 1)
        while len(rest) > LONGEST_LINE and not rest.endswith("\n"):
            rest = self._text.readline(LONGEST_LINE + 1)
        return line


def _rows(reader: Iterator[list[str]], lines: _Lines, width: int) -> Iterator[Row | Rejected]:
    while True:
        lines.done()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _first_line(lines, _reason(error, len(lines.taken)))
            continue
        if len(cells) == width:
            yield _row(lines, cells)
        elif cells:
            yield _first_line(lines, f"{len(cells)} columns; the header has {width}")


def _row(lines: _Lines, cells: list[str]) -> Row | Rejected:
    line, raw = lines.before + 1, "".join(lines.taken)
    if fault := _fault(raw):
        return rejected(line, f"the row {fault}", raw)
    if "\r" in raw:
        cells = [_breaks(cell) for cell in cells]
    return Row(line, cells, raw)


def _first_line(lines: _Lines, reason: str) -> Rejected:
    lines.take_back()
    return rejected(lines.before + 1, reason, lines.taken[0])


def _reason(error: csv.Error, lines: int) -> str:
    return f"not CSV: {error}" if lines == 1 else "not CSV: a quote opens here and does not close"


def _fault(raw: str) -> str | None:
    if len(raw) > LONGEST_LINE:
        return f"is longer than {LONGEST_LINE:,} characters"
    if "\0" in raw:
        return "holds a NUL character"
    try:
        raw.encode()
    except UnicodeEncodeError:
        return "is not UTF-8"
    return None


def _breaks(cell: str) -> str:
    return cell.replace("\r\n", "\n").replace(_RETURN_INSIDE, "\n").replace("\r", "\n")


def _delimiter(header: str) -> str:
    """The one that makes the most of the header."""
    return max(_DELIMITERS, key=lambda each: len(next(csv.reader([header], delimiter=each), [])))


def spared_id(field: str, cell: str) -> str:
    """An id as it was before something took it for a number: "3.0" was "3".

    Raises ValueError where digits are lost.
    """
    if _ROUNDED.fullmatch(cell):
        raise ValueError(f"{field}: {shown(cell)} was rounded by a spreadsheet; export ids as text")
    if not (as_float := _FLOAT.fullmatch(cell)):
        return cell
    if int(as_float[1]) > _LARGEST_EXACT_FLOAT:
        raise ValueError(f"{field}: {shown(cell)} was rounded to a float; export ids as text")
    return as_float[1]
