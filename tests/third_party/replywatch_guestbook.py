"""Guestbooks: an invented platform, and a worked example of a connector.

GET /api/books/NAME/entries?from=INSTANT (the first page: what was written since)
GET /api/books/NAME/entries?since=TOKEN (what has happened behind the token of the page before)

A page is the oldest first: `{"entries": [..], "since": TOKEN, "more": BOOL}`. An entry that is
changed or removed is told again, behind all tokens given out before.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, ClassVar
from urllib.parse import quote

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    TypeAdapter,
)

from monitor.domain.post import Post, Surface
from monitor.http import Site, Web, web_address, whole_secret
from monitor.plaintext import plain_text
from monitor.ports.connector import Batch, Cursor, FetchError, Presence, Reason

GAP = timedelta(seconds=2)  # 30 requests a minute
SETTLE = timedelta(seconds=1)  # an entry is told within a second
MOST_PAGES = 1_000  # of 50 entries, in one poll; a book with more has a token that does not move on


class GuestbookConfig(BaseModel):
    """Keys of a guestbook."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", hide_input_in_errors=True)

    polls: ClassVar[bool] = True

    server: Annotated[str, AfterValidator(web_address)]
    """Where the book lies."""
    key: Annotated[SecretStr, AfterValidator(whole_secret)]
    """From the back of the book."""

    def build(self, presence: Presence, web: Web) -> Guestbook:
        sent = {"Authorization": f"Bearer {self.key.get_secret_value()}"}
        return Guestbook(presence, self.server, web.site(self.server, sent))


class _Wire(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)


class _Entry(_Wire):
    number: Annotated[str, Field(min_length=1)]
    guest: Annotated[str, Field(min_length=1)]
    written_at: AwareDatetime
    html: str | None = None
    answers: str | None = None
    edited_at: AwareDatetime | None = None
    removed_at: AwareDatetime | None = None


class _Page(_Wire):
    entries: list[_Entry]
    since: str
    more: bool


_PAGE = TypeAdapter(_Page)


class Guestbook:
    """Reads one book. All that guests and the brand write stands in it, so it is one stream; its
    cursor is the platform's own token, and whose it is."""

    least_gap = GAP
    settle = SETTLE

    def __init__(self, presence: Presence, server: str, site: Site) -> None:
        name = quote(presence.handle.lstrip("@"), safe="")
        self._book = f"{server}/books/{name}"
        self._path = f"/api/books/{name}/entries"
        self._history = presence.history
        self._site = site

    def fetch(self, cursor: Cursor, now: datetime) -> Iterator[Batch]:
        """See the contract."""
        asked = {"from": (now - self._history).isoformat()}
        if cursor.get("of") == self._book:
            asked = {"since": cursor["since"]}
        began = None
        for _ in range(MOST_PAGES):
            answer = self._site.get(self._path, asked)
            page = answer.read(_PAGE)
            began = began or answer.asked_at
            asked = {"since": page.since}
            posts = [_post(entry, self._book) for entry in page.entries]
            until = None if page.more else began - SETTLE
            yield Batch(posts, {"of": self._book, **asked}, until)
            if until:
                return
        raise FetchError(Reason.BAD_PAYLOAD, f"{self._path} goes on without end; is it a book?")


def _post(entry: _Entry, book: str) -> Post:
    """A guest's name is an id as well: it is never given twice."""
    return Post(
        id=entry.number,
        author_id=entry.guest,
        author_handle=entry.guest,
        created_at=entry.written_at,
        text=plain_text(entry.html or ""),
        parent_id=entry.answers,
        surface=Surface.COMMENT,
        url=f"{book}#{quote(entry.number)}",
        edited_at=entry.edited_at,
        deleted_at=entry.removed_at,
    )
