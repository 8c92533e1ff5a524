"""What all archives share: opening a file that may be compressed, and turning a line away."""

from __future__ import annotations

import gzip
import zlib
from contextlib import contextmanager
from io import BufferedReader
from typing import TYPE_CHECKING

from monitor.ports.archive import RAW_KEPT, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LONGEST_LINE = 1_000_000
"""Bytes or characters. No platform lets people write that much; a file without line ends does."""

_GZIP = b"\x1f\x8b"


@contextmanager
def opened(path: Path) -> Iterator[BufferedReader]:
    """The bytes of a file, unpacked if it is gzip by its first bytes, whatever it is called.

    Raises ValueError where the packed stream is damaged.
    """
    with path.open("rb") as file:
        packed = file.peek(2).startswith(_GZIP)
        try:
            yield BufferedReader(gzip.GzipFile(fileobj=file)) if packed else file
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise ValueError(f"{path.name} is no whole gzip file: {error}") from None


def rejected(line: int, reason: str | Exception, raw: str) -> Rejected:
    """Turn a line away. What was not UTF-8 in it is shown as replacement characters."""
    kept = raw[:RAW_KEPT].rstrip("\r\n").encode("utf-8", "surrogateescape")
    return Rejected(line, str(reason), kept.decode("utf-8", "replace"))
