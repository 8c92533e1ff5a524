"""The public data set "Customer Support on Twitter", a CSV.

https://www.kaggle.com/datasets/thoughtvector/customer-support-on-twitter

Customers are numbered and brands keep their handles. `response_tweet_id` holds lists that
spreadsheets mangle and is not read: `in_response_to_tweet_id` says the same.
"""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from operator import itemgetter
from typing import TYPE_CHECKING

from connectors.archives import rejected
from connectors.archives.table import Row, Table, spared_id, table
from monitor.domain.post import Post
from monitor.ports.interchange import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from monitor.ports.archive import Rejected

_COLUMNS = ("tweet_id", "author_id", "created_at", "text", "in_response_to_tweet_id")
_NO_PARENT = {"", "nan"}
# Twitter's own rule: neither the tail of an e-mail address, nor the head of @name@server.
_NAME = re.compile(r"(?<![A-Za-z0-9_!#$%&*@])[@＠]([A-Za-z0-9_]{1,20})(?![A-Za-z0-9_@À-ɏ])")
_AUTHOR = re.compile(r"\w{1,50}", re.ASCII)
_TWEET = re.compile(r"\d{1,20}", re.ASCII)

# strptime takes ten times as long.
_CREATED = re.compile(
    r"\A[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) ([\d:]{8}) ([+-]\d{4}) (\d{4})\Z", re.ASCII
)
_EXAMPLE = "Tue Oct 31 22:10:47 +0000 2017"
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
_MONTH = {name: f"{number:02}" for number, name in enumerate(_MONTHS.split(), 1)}


class Twcs:
    """The original columns, in any order."""

    suffixes = ("twcs.csv",)

    def read(self, path: Path, columns: Mapping[str, str]) -> Iterator[Post | Rejected]:
        if columns:
            raise ValueError("twcs has columns of its own; for other names use --format csv")
        with table(path) as opened:
            pick = itemgetter(*_positions(opened))
            for row in opened.rows:
                yield _post(row, *pick(row.cells)) if isinstance(row, Row) else row


def _positions(opened: Table) -> list[int]:
    if missing := [name for name in _COLUMNS if name not in opened.header]:
        raise ValueError(f"no twcs file: it lacks {', '.join(missing)}; {opened.told}")
    return [opened.position(name) for name in _COLUMNS]


def _post(
    row: Row, tweet: str, author: str, created: str, text: str, parent: str
) -> Post | Rejected:
    try:
        text = html.unescape(text) if "&" in text else text
        author = _author(author)
        return Post(
            id=_tweet("tweet_id", tweet),
            author_id=author,
            author_handle=author,
            created_at=_instant(created),
            text=text,
            parent_id=_parent(parent),
            mentions=tuple(dict.fromkeys(_NAME.findall(text))) if "@" in text else (),
        )
    except ValueError as error:
        return rejected(row.line, error, row.raw)


def _tweet(column: str, cell: str) -> str:
    tweet = spared_id(column, cell.strip())
    if not _TWEET.fullmatch(tweet):
        raise ValueError(f"{column}: {shown(cell)} is no number of a tweet")
    return tweet


def _parent(cell: str) -> str | None:
    if cell.strip().lower() in _NO_PARENT:
        return None
    return _tweet("in_response_to_tweet_id", cell)


def _author(cell: str) -> str:
    author = spared_id("author_id", cell.strip())
    if not _AUTHOR.fullmatch(author):
        raise ValueError(f"author_id: {shown(cell)} is neither a number nor a handle")
    return author


def _instant(cell: str) -> datetime:
    try:
        ((month, day, time, offset, year),) = _CREATED.findall(cell)
        instant = datetime.fromisoformat(f"{year}-{_MONTH[month]}-{day}T{time}{offset}")
        return instant.astimezone(UTC)
    except (KeyError, ValueError, OverflowError):
        raise ValueError(f"created_at: {shown(cell)} is no date like {_EXAMPLE}") from None
