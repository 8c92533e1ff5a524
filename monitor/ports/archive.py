"""The contract of an archive: a file of posts, read once from front to end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from monitor.domain.post import Post

RAW_KEPT = 4_000
"""Characters of a rejected line that are kept: enough to find it, whatever its length."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line that is no post: where it begins (1 is the first), what is wrong, and what it said.

    `line` counts lines of the file, not records. `raw` is at most `RAW_KEPT` characters.
    """

    line: int
    reason: str
    raw: str


class Archive(Protocol):
    """One format. Found by the entry point `replywatch.archives`, whose name is the format's."""

    @property
    def suffixes(self) -> tuple[str, ...]:
        """The ends of file names that suggest it, without `.gz`; the longest that fits wins."""
        ...

    def read(self, path: Path, columns: Mapping[str, str]) -> Iterator[Post | Rejected]:
        """The posts of a file (`.gz` too), in its order; memory does not grow with it.

        `columns` maps fields of a post to names of columns, for formats that have columns.
        Raises ValueError where the file as a whole cannot be read as this format, at the latest
        when the reading gets there.
        """
        ...
