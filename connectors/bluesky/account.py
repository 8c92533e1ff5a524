"""The connector: its keys, and how it reads an account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, SecretStr

from connectors.bluesky.lists import NewestFirst, feed, notifications
from connectors.bluesky.login import Login
from connectors.bluesky.posts import COLLECTION, POST_URI, parts, viewed
from connectors.bluesky.repository import Repository
from connectors.bluesky.threads import Threads, views_of
from connectors.bluesky.wire import DID, GROWN, VIEWED, Author, failure
from monitor.domain.post import Post
from monitor.http import SignedIn, Web, web_address, whole_secret
from monitor.ports.connector import Batch, Cursor, Presence, Seen

GAP = timedelta(seconds=1)  # a stream: 3,000 requests in 5 minutes, for all accounts of a machine
SETTLE = timedelta(seconds=2)  # the AppView shows a post after 1.1 s at the worst
SKEW = timedelta(minutes=10)  # by which the clocks that make record keys may differ
ASK_AGAIN = timedelta(days=1)  # about a handle that the server did not know
LARGEST_BATCH = 200
MOST_LOOKED_UP = 25  # in one request
DEEPEST = 40  # levels of a thread: parsers end at 200 levels of JSON, and each costs two

RECORD = "/xrpc/com.atproto.repo.getRecord"
THREAD = "/xrpc/app.bsky.feed.getPostThread"
POSTS = "/xrpc/app.bsky.feed.getPosts"
RESOLVE = "/xrpc/com.atproto.identity.resolveHandle"

_UNREADABLE = (400, 500, 502, 503, 504)  # one thread's trouble is not the account's


class BlueskyConfig(BaseModel):
    """Keys of an account on Bluesky."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", hide_input_in_errors=True)

    polls: ClassVar[bool] = True

    app_password: Annotated[SecretStr, AfterValidator(whole_secret)]
    """From Settings, Privacy and security, App passwords; never the account's own password."""
    server: Annotated[str, AfterValidator(web_address)] = "https://bsky.social"
    """Where the account logs in."""

    def build(self, presence: Presence, web: Web) -> Bluesky:
        handle, password = _bare(presence.handle), self.app_password.get_secret_value()
        return Bluesky(presence, SignedIn(web.sessions, Login(web, self.server, handle, password)))


class Bluesky:
    """Reads one account: what it is notified of, its own posts, the posts of each agent, and the
    threads of recent conversations, where replies may stand that notify nobody.

    Own posts come from the account's repository, which needs no AppView; agents' repositories may
    lie anywhere, so their posts come from the AppView that the account itself uses. All requests
    go to the account's own server. Its cursor holds the ids of handles, a mark for each stream,
    and for each thread when it was last written in and read.

    Ids are at-uris, names are DIDs: of facets, and of those who are quoted.
    """

    settle = SETTLE

    def __init__(self, presence: Presence, site: SignedIn) -> None:
        self.least_gap = GAP * (3 + len(presence.agents))
        self._presence = presence
        self._site = site

    def fetch(self, cursor: Cursor, now: datetime) -> Iterator[Batch]:
        """See the contract. Threads come last, and count as read before they are asked for, so
        that one that cannot be read fails one poll, not all."""
        known = self._known(cursor, now)
        ids = {handle: id_ for handle, id_ in known["ids"].items() if id_}
        streams = self._streams(known, now)
        threads = Threads.resumed(known["threads"], now)
        posts: list[Post] = []
        for stream in streams:
            for page in stream.pages(self._site):
                if posts and len(posts) + len(page) > LARGEST_BATCH:
                    yield Batch(posts, known, ids=ids)
                    posts, ids = [], {}
                posts.extend(page)
                if stream.opens_threads:
                    threads.note(page)
                known = {**known, "streams": _marks(streams), "threads": threads.mark()}
        due = threads.due()
        known = {**known, "streams": _marks(streams), "threads": threads.mark()}
        if due:
            yield Batch(posts, known, ids=ids)
            floor = now - self._presence.history
            posts, ids = self._conversations(due, threads, floor), {}
        asked_at = min(stream.asked_at for stream in streams if stream.asked_at)
        yield Batch(posts, {**known, "threads": threads.mark()}, asked_at - SETTLE, ids)

    def look_up(self, ids: Sequence[str]) -> Iterator[Seen]:
        """See the contract. What is left out is gone only if its record is: a post that is hidden
        by a block, or with its author's whole account, is left out as well."""
        uris = [id_ for id_ in ids if POST_URI.fullmatch(id_)]
        for start in range(0, len(uris), MOST_LOOKED_UP):
            some = uris[start : start + MOST_LOOKED_UP]
            views = self._site.get(POSTS, {"uris": some}).read(VIEWED).posts
            yield from (Seen(view.uri, viewed(view)) for view in views)
            found = {view.uri for view in views}
            yield from (Seen(uri, None) for uri in some if uri not in found and self._is_gone(uri))

    def _is_gone(self, uri: str) -> bool:
        did, key = parts(uri)
        asked = {"repo": did, "collection": COLLECTION, "rkey": key}
        answer = self._site.get(RECORD, asked, also=(400, 404, 502))
        return answer.status == 400 and failure(answer) == "RecordNotFound"

    def _known(self, cursor: Cursor, now: datetime) -> dict[str, Any]:
        """The cursor, with ids for all handles: None for one that the server does not know."""
        me = self._site.session().user
        known = cursor if cursor.get("of") == me else {}
        ids, asked_at = known.get("ids", {}), known.get("asked_at", now.isoformat())
        others = sorted({*self._presence.agents, *self._presence.sisters})
        is_old = now - datetime.fromisoformat(asked_at) >= ASK_AGAIN and None in ids.values()
        if is_old or not ids.keys() >= set(others):
            ids = {handle: ids.get(handle) or self._id_of(handle) for handle in others}
            asked_at = now.isoformat()
        return {
            "of": me,
            "ids": {self._presence.handle: me, **{handle: ids[handle] for handle in others}},
            "asked_at": asked_at,
            "streams": known.get("streams", {}),
            "threads": known.get("threads", {}),
        }

    def _id_of(self, handle: str) -> str | None:
        if handle.startswith("did:"):
            return handle
        answer = self._site.get(RESOLVE, {"handle": _bare(handle)}, also=(400, 404))
        return answer.read(DID).did if answer.status == 200 else None

    def _streams(self, known: Mapping[str, Any], now: datetime) -> list[NewestFirst | Repository]:
        """What it is told of, its own posts, and those of everybody who speaks for it."""
        ids, marks, me = known["ids"], known["streams"], known["of"]
        floor = now - self._presence.history
        author = Author(did=me, handle=_bare(self._presence.handle))
        agents = sorted({ids[agent] for agent in self._presence.agents} - {me, None})
        return [
            notifications(floor).resumed(marks),
            Repository("own", author, floor, now - SKEW).resumed(marks),
            *(feed(agent, floor).resumed(marks) for agent in agents),
        ]

    def _conversations(self, roots: Iterable[str], threads: Threads, floor: datetime) -> list[Post]:
        posts = []
        for root in roots:
            asked = {"uri": root, "depth": str(DEEPEST), "parentHeight": "0"}
            answer = self._site.get(THREAD, asked, also=_UNREADABLE)
            if answer.status == 200:
                posts += [viewed(view) for view in views_of(answer.read(GROWN).thread)]
            elif answer.status == 400 and failure(answer) == "NotFound":
                threads.forget(root)
        posts = [post for post in posts if post.created_at >= floor]
        threads.note(posts)
        return posts


def _marks(streams: Iterable[NewestFirst | Repository]) -> Mapping[str, Any]:
    return {stream.name: stream.mark() for stream in streams}


def _bare(handle: str) -> str:
    return handle.lstrip("@")
