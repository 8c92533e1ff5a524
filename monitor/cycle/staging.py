"""A file's posts, set aside until it is known which conversations are about the account.

A link may stand in the file long before what it links, so nothing can be decided line by line.
Everything is kept in a temporary database, but for five bytes an id, and the posts of a short file.
"""

from __future__ import annotations

import sqlite3
from array import array
from dataclasses import fields
from datetime import datetime
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Self

import orjson

from monitor.cycle.arriving import words_of
from monitor.domain.post import DeletedBy, Post, Reach, Surface

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

_BATCH = 1_000
_AT_HAND = 12_000_000
"""Characters of the posts that are kept as they are: some 20 MB, and 50 at the worst."""

_BESIDES = 1_000
"""What a post takes beside what is written in it, in characters."""

_BESIDE_A_NAME = 60
"""What each of its mentions takes beside the name."""

# A lost file is a file imported anew: nothing here need survive.
_SET_UP = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA cache_size = -8000;
CREATE TABLE node (id TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE post (number INTEGER PRIMARY KEY, node INTEGER NOT NULL, body BLOB);
"""

_ARRANGE = """
DROP TABLE IF EXISTS arranged;
CREATE TABLE arranged AS
    SELECT number FROM post WHERE is_about(node) ORDER BY conversation(node), number;
"""


class Staging:
    """Takes posts in any order, and gives back the conversations that are about the account.

    Posts are joined by id, parent and root (rule 1): an id that is only named joins all that name
    it. `directory` is where the temporary database goes, which may grow to twice the size of the
    unpacked file.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self.total = 0
        self._room = TemporaryDirectory(prefix="replywatch-", dir=directory)
        self._database = sqlite3.connect(Path(self._room.name) / "staging.db")
        self._database.executescript(_SET_UP)
        self._forest = _Forest()
        self._database.create_function("conversation", 1, self._forest.conversation)
        self._database.create_function("is_about", 1, self._forest.is_about)
        self._batch: list[tuple[Post, bool]] = []
        self._at_hand: list[Post] = []
        self._room_at_hand = _AT_HAND
        self._arranged: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._database.close()
        self._room.cleanup()

    @property
    def strangers(self) -> int:
        """How many posts stand in conversations that are not about the account."""
        return self.total - self._arrange()

    def add(self, post: Post, about: bool) -> None:
        """Set a post aside. `about`: it concerns the account by itself."""
        self.total += 1
        self._arranged = None
        self._batch.append((post, about))
        if len(self._batch) >= _BATCH:
            self._flush()

    def relevant(self) -> Iterator[Post]:
        """The posts of conversations about the account, all versions of each.

        A conversation's posts stand together, in the file's order; conversations in the order in
        which the file first touches them.
        """
        self._arrange()
        rows = self._database.execute(
            "SELECT number, body FROM arranged JOIN post USING (number) ORDER BY arranged.rowid"
        )
        for number, body in rows:
            yield _unpacked(body) if body else self._at_hand[number - 1]

    def _arrange(self) -> int:
        """How many posts are relevant, once they stand in order."""
        if self._arranged is None:
            self._flush()
            self._forest.settle()
            self._database.executescript(_ARRANGE)
            (self._arranged,) = self._database.execute("SELECT count(*) FROM arranged").fetchone()
        return self._arranged

    def _flush(self) -> None:
        numbers = self._numbers(
            dict.fromkeys(name for post, _ in self._batch for name in _named(post))
        )
        for post, about in self._batch:
            self._forest.join([numbers[name] for name in _named(post)], about)
        rows = [(numbers[post.id], self._body(post)) for post, _ in self._batch]
        self._database.executemany("INSERT INTO post (node, body) VALUES (?, ?)", rows)
        self._batch.clear()

    def _body(self, post: Post) -> bytes | None:
        """None where the post stays at hand, at the place of its number."""
        self._room_at_hand -= _room(post)
        if self._room_at_hand < 0:
            return _packed(post)
        self._at_hand.append(post)
        return None

    def _numbers(self, names: dict[str, None]) -> dict[str, int]:
        """A number for each id, given out in the order in which ids are first named."""
        known = dict(
            self._database.execute(
                "SELECT id, number FROM node WHERE id IN (SELECT value FROM json_each(?))",
                (orjson.dumps(list(names)).decode(),),
            )
        )
        fresh = {name: self._forest.plant() for name in names if name not in known}
        self._database.executemany("INSERT INTO node VALUES (?, ?)", sorted(fresh.items()))
        return known | fresh


class _Forest:
    """Which numbers belong together: each points to a smaller one, at last to the smallest."""

    def __init__(self) -> None:
        self._smaller = array("i")
        self._about = bytearray()

    def plant(self) -> int:
        """A new number, alone."""
        number = len(self._smaller)
        self._smaller.append(number)
        self._about.append(False)
        return number

    def join(self, numbers: list[int], about: bool) -> None:
        one = self._smallest(numbers[0])
        for number in numbers[1:]:
            other = self._smallest(number)
            one, larger = min(one, other), max(one, other)
            self._smaller[larger] = one
        self._about[one] |= about

    def settle(self) -> None:
        """Let every number point to its smallest, and that one know what any of them is."""
        for number, smaller in enumerate(self._smaller):
            self._smaller[number] = smallest = self._smaller[smaller]
            self._about[smallest] |= self._about[number]

    def conversation(self, number: int) -> int:
        """Of a settled forest: the smallest number joined to this one."""
        return self._smaller[number]

    def is_about(self, number: int) -> bool:
        return bool(self._about[self._smaller[number]])

    def _smallest(self, number: int) -> int:
        smaller = self._smaller
        while smaller[number] != number:
            smaller[number] = number = smaller[smaller[number]]
        return number


def _named(post: Post) -> list[str]:
    return [name for name in (post.id, post.parent_id, post.root_id) if name is not None]


_NAMES = tuple(field.name for field in fields(Post))
_values = attrgetter(*_NAMES)


def _room(post: Post) -> int:
    """What a post takes, in characters."""
    words = sum(map(len, filter(None, words_of(post))))
    return _BESIDES + words + sum(map(len, post.mentions)) + _BESIDE_A_NAME * len(post.mentions)


def _packed(post: Post) -> bytes:
    return orjson.dumps(_values(post))


def _unpacked(body: bytes) -> Post:
    said: dict[str, Any] = dict(zip(_NAMES, orjson.loads(body), strict=True))
    for name in ("created_at", "edited_at", "deleted_at"):
        said[name] = said[name] and datetime.fromisoformat(said[name])
    said["mentions"] = tuple(said["mentions"])
    said["surface"] = Surface(said["surface"])
    said["reach"] = Reach(**said["reach"])
    said["deleted_by"] = DeletedBy(said["deleted_by"])
    return Post(**said)
