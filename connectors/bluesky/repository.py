"""The account's own posts, from its repository."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.bluesky.posts import COLLECTION, key_at, parts, post_of
from connectors.bluesky.wire import STOCKED, Author, Stored
from monitor.domain.post import Post
from monitor.http import SignedIn
from monitor.ports.connector import FetchError, Reason

MOST_PAGES = 1_000  # in one poll, 100,000 posts

RECORDS = "/xrpc/com.atproto.repo.listRecords"
_RECORDS_A_PAGE = 100


@dataclass(slots=True)
class Repository:
    """The account's own posts by their keys, which are times of the clocks that made them: read
    from the last, but not from later than `latest`, since those clocks differ."""

    name: str
    author: Author
    since: datetime
    latest: datetime
    key: str = ""
    opens_threads: bool = True
    asked_at: datetime | None = None

    def resumed(self, marks: Mapping[str, Any]) -> Repository:
        """From where earlier polls left it, if there were any."""
        self.key = key_at(self.since)
        if mark := marks.get(self.name):
            self.since, self.key = datetime.fromisoformat(mark["since"]), mark["key"]
        return self

    def mark(self) -> Mapping[str, Any]:
        return {"since": self.since.isoformat(), "key": self.key}

    def pages(self, site: SignedIn) -> Iterator[list[Post]]:
        """The posts from the mark on."""
        asked = {"repo": self.author.did, "collection": COLLECTION, "reverse": "true"}
        after = min(self.key, key_at(self.latest))
        for _ in range(MOST_PAGES):
            page = {**asked, "limit": str(_RECORDS_A_PAGE), "cursor": after}
            answer = site.get(RECORDS, page)
            self.asked_at = self.asked_at or answer.asked_at
            records = answer.read(STOCKED).records
            if records:
                self.key = after = parts(records[-1].uri)[1]
            posts = (self._post(stored, answer.answered_at) for stored in records)
            yield [post for post in posts if post.created_at >= self.since]
            if len(records) < _RECORDS_A_PAGE:
                return
        raise FetchError(Reason.BAD_PAYLOAD, f"{RECORDS} goes on without end; is it Bluesky?")

    def _post(self, stored: Stored, answered_at: datetime) -> Post:
        """The AppView's time is not known here; a thread that it stands in tells it later."""
        return post_of(stored.uri, self.author, stored.value, answered_at)
