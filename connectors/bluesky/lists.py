"""Lists that begin with the newest: what an account is told of, and what an agent writes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from connectors.bluesky.posts import post_of, viewed
from connectors.bluesky.wire import FED, NOTIFIED
from monitor.domain.post import Post
from monitor.http import Answer, SignedIn
from monitor.ports.connector import FetchError, Reason

OVERLAP = timedelta(minutes=2)  # posts are indexed late, below newer ones
MOST_PAGES = 1_000  # in one poll, 100,000 posts; limits end it long before

NOTIFICATIONS = "/xrpc/app.bsky.notification.listNotifications"
FEED = "/xrpc/app.bsky.feed.getAuthorFeed"

# Without `priority` the account's own setting would hide whom it does not follow.
_REASONS = {"reasons": ["mention", "reply", "quote"], "priority": "false", "limit": "100"}
_MILLISECOND = timedelta(milliseconds=1)
_TIME_KEY = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@dataclass(frozen=True, slots=True)
class _Page:
    """Of a list: its posts by the times that order them, the cursor of what lies below, and how
    far down that is, where it is known."""

    items: Sequence[tuple[datetime, Post]]
    rest: str | None
    reaches: datetime | None


@dataclass(slots=True)
class NewestFirst:
    """A list, newest first by the time that its authors claim, and how far it has been read.

    Each poll reads down to `OVERLAP` before the last one. What was indexed later than that stands
    deeper: with `has_walk`, each poll reads one page more, ever further down to the beginning of
    the history, then from above again.
    """

    name: str
    path: str
    params: Mapping[str, str | Sequence[str]]
    page_of: Callable[[Answer, str | None], _Page]
    since: datetime
    has_walk: bool = False
    opens_threads: bool = True
    gone: Sequence[int] = ()
    """Statuses that say that there is no such list any more: an agent may leave."""
    read: datetime | None = None
    digest: str | None = None
    gaps: list[tuple[str, datetime]] = field(default_factory=list)
    """What is still to be read: cursors, and how far down each leads."""
    walk: str | None = None
    below: str | None = None
    """Where this poll has met known ground, if anything lies under it."""
    told: set[str] = field(default_factory=set)
    asked_at: datetime | None = None
    floor: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.floor = self.since

    def resumed(self, marks: Mapping[str, Any]) -> NewestFirst:
        """From where earlier polls left it, if there were any."""
        if mark := marks.get(self.name):
            self.since = datetime.fromisoformat(mark["since"])
            self.read = mark["read"] and datetime.fromisoformat(mark["read"])
            self.digest, self.walk = mark["digest"], mark["walk"]
            self.gaps = [(cursor, datetime.fromisoformat(end)) for cursor, end in mark["gaps"]]
        return self

    def mark(self) -> Mapping[str, Any]:
        return {
            "since": self.since.isoformat(),
            "read": self.read and self.read.isoformat(),
            "digest": self.digest,
            "gaps": [[cursor, ground.isoformat()] for cursor, ground in self.gaps],
            "walk": self.walk,
        }

    def pages(self, site: SignedIn) -> Iterator[list[Post]]:
        """The posts of the newest page if it has changed, of older ones until known ground, and of
        one more."""
        answer = site.get(self.path, self.params, also=self.gone)
        self.asked_at = answer.asked_at
        if answer.status in self.gone:
            return
        ground = max(self.since, self.read - OVERLAP) if self.read else self.since
        before, self.digest = self.digest, _digest(answer)
        posts = self._taken(answer, None, ground)
        self.read = min(answer.asked_at, answer.dated_at or answer.asked_at)
        yield posts if self.digest != before else []
        for _ in range(MOST_PAGES):
            if not self.gaps:
                break
            cursor, ground = self.gaps.pop()
            yield self._taken(self._asked(site, cursor), cursor, ground)
        else:
            raise FetchError(Reason.BAD_PAYLOAD, f"{self.path} goes on without end; is it Bluesky?")
        if self.has_walk:
            yield from self._walked(site)

    def _asked(self, site: SignedIn, cursor: str) -> Answer:
        return site.get(self.path, {**self.params, "cursor": cursor})

    def _taken(self, answer: Answer, asked: str | None, ground: datetime) -> list[Post]:
        """The posts of a page; what lies between it and the ground is left as a gap."""
        page = self.page_of(answer, asked)
        if page.rest and (page.reaches is None or page.reaches >= ground):
            self.gaps.append((page.rest, ground))
        elif page.rest and ground > max(self.since, self.floor):
            self.below = page.rest
        return self._new(page)

    def _walked(self, site: SignedIn) -> Iterator[list[Post]]:
        cursor, self.walk = self.walk or self.below, None
        if cursor is None or self.below is None:
            return
        page = self.page_of(self._asked(site, cursor), cursor)
        if page.reaches is None or page.reaches >= max(self.since, self.floor):
            self.walk = page.rest
        yield self._new(page)

    def _new(self, page: _Page) -> list[Post]:
        """Its posts since the beginning, without those that this poll has told already."""
        found = {post.id: post for at, post in page.items if at >= self.since}
        new = [post for id_, post in found.items() if id_ not in self.told]
        self.told |= found.keys()
        return new


def notifications(since: datetime) -> NewestFirst:
    """Mentions, replies and quotes."""
    return NewestFirst("mentions", NOTIFICATIONS, _REASONS, _notified, since, has_walk=True)


def feed(agent: str, since: datetime) -> NewestFirst:
    params = {"actor": agent, "filter": "posts_with_replies", "limit": "100"}
    return NewestFirst(agent, FEED, params, _fed, since, opens_threads=False, gone=(400,))


def _notified(answer: Answer, asked: str | None) -> _Page:
    """Reasons are told apart after a page was cut, so it may be short or empty and have more
    below it; only a cursor that is missing means the end."""
    page = answer.read(NOTIFIED)
    items = [
        (one.indexed_at, post_of(one.uri, one.author, one.record, one.indexed_at))
        for one in page.notifications
        if one.reason in _REASONS["reasons"]
    ]
    if page.cursor and _TIME_KEY.fullmatch(page.cursor):
        reaches = datetime.fromisoformat(page.cursor)
        return _Page(items, _overlapping(page.cursor, reaches, asked), reaches)
    return _Page(items, page.cursor, items[-1][0] if items else None)


def _overlapping(cursor: str, at: datetime, asked: str | None) -> str:
    """A millisecond above: a page ends between items of one millisecond, and the next begins below
    it. Where a whole page lies in one, there is no other way than down."""
    above = (at + _MILLISECOND).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return cursor if above == asked else above


def _fed(answer: Answer, _asked: str | None) -> _Page:
    page = answer.read(FED)
    items = [(one.post.indexed_at, viewed(one.post)) for one in page.feed if one.reason is None]
    return _Page(items, page.cursor, items[-1][0] if items else None)


def _digest(answer: Answer) -> str:
    return sha256(answer.content).hexdigest()
