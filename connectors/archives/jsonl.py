"""Posts as JSON Lines: the interchange form, one object a line."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from connectors.archives import LONGEST_LINE, opened, rejected
from monitor.ports import interchange
from monitor.ports.archive import RAW_KEPT, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from io import BufferedReader
    from pathlib import Path

    from monitor.domain.post import Post

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class JsonLines:
    """Each line is judged by itself; blank ones are skipped."""

    suffixes = (".jsonl", ".ndjson")

    def read(self, path: Path, columns: Mapping[str, str]) -> Iterator[Post | Rejected]:
        if columns:
            raise ValueError("jsonl has no columns to map; its fields are named as posts' fields")
        with opened(path) as file:
            for number, line in _lines(file):
                if not line.isspace():
                    yield _post(number, line)


def _lines(file: BufferedReader) -> Iterator[tuple[int, bytes]]:
    """Every line with its number; of one that is too long, a little more than is allowed."""
    for number in count(1):
        line = file.readline(LONGEST_LINE + 1)
        if not line:
            return
        rest = line
        while len(rest) > LONGEST_LINE and not rest.endswith(b"\n"):
            rest = file.readline(LONGEST_LINE + 1)
        yield number, line.removeprefix(_BYTE_ORDER_MARK) if number == 1 else line


def _post(number: int, line: bytes) -> Post | Rejected:
    if len(line) > LONGEST_LINE:
        return _refused(number, line, f"the line is longer than {LONGEST_LINE:,} bytes")
    try:
        return interchange.parse(line)
    except ValueError as error:
        return _refused(number, line, error)


def _refused(number: int, line: bytes, reason: str | ValueError) -> Rejected:
    return rejected(number, reason, line[: 4 * RAW_KEPT].decode("utf-8", "replace"))
