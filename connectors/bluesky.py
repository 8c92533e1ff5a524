"""Bluesky, and other servers of the AT Protocol with an AppView behind them.

https://docs.bsky.app/docs/api/app-bsky-notification-list-notifications (mentions, replies, quotes)
https://docs.bsky.app/docs/api/com-atproto-repo-list-records (the account's own posts, forwards)
https://docs.bsky.app/docs/api/app-bsky-feed-get-author-feed (agents' posts)
https://docs.bsky.app/docs/api/app-bsky-feed-get-post-thread (conversations)
https://docs.bsky.app/docs/api/app-bsky-feed-get-posts (look-ups)
https://docs.bsky.app/docs/api/com-atproto-server-create-session (logins)
https://atproto.com/specs/tid (keys of records)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from heapq import nlargest
from typing import Annotated, Any, ClassVar, TypeVar
from urllib.parse import quote

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    TypeAdapter,
    field_validator,
)
from pydantic.alias_generators import to_camel

from monitor.domain.post import NO_REACH, Post, Reach
from monitor.http import Answer, Session, SignedIn, Site, Web, is_sendable, web_address
from monitor.ports.connector import Batch, Cursor, FetchError, Presence, Reason, Seen

GAP = timedelta(seconds=1)  # a stream: 3,000 requests in 5 minutes, for all accounts of a machine
SETTLE = timedelta(seconds=2)  # the AppView shows a post after 1.1 s at the worst
OVERLAP = timedelta(minutes=2)  # posts are indexed late, below newer ones; see also `_List.walk`
SKEW = timedelta(minutes=10)  # by which the clocks that make record keys may differ
ASK_AGAIN = timedelta(days=1)  # about a handle that the server did not know
LARGEST_BATCH = 200
MOST_PAGES = 1_000  # of one stream in one poll, 100,000 posts; limits end it long before
MOST_LOOKED_UP = 25  # in one request

THREAD_LIFE = timedelta(days=1)  # after its last post a thread is left alone
SOONEST = timedelta(minutes=1)  # between two readings of a thread; later, a quarter of its rest
MOST_THREADS = 100  # kept in the cursor
MOST_THREADS_READ = 5  # in one poll
DEEPEST = 40  # levels of a thread: parsers end at 200 levels of JSON, and each costs two

COLLECTION = "app.bsky.feed.post"
NOTIFICATIONS = "/xrpc/app.bsky.notification.listNotifications"
RECORDS = "/xrpc/com.atproto.repo.listRecords"
RECORD = "/xrpc/com.atproto.repo.getRecord"
FEED = "/xrpc/app.bsky.feed.getAuthorFeed"
THREAD = "/xrpc/app.bsky.feed.getPostThread"
POSTS = "/xrpc/app.bsky.feed.getPosts"
RESOLVE = "/xrpc/com.atproto.identity.resolveHandle"
LOGIN = "/xrpc/com.atproto.server.createSession"
REFRESH = "/xrpc/com.atproto.server.refreshSession"

# Without `priority` the account's own setting would hide whom it does not follow.
_REASONS = {"reasons": ["mention", "reply", "quote"], "priority": "false", "limit": "100"}
_RECORDS_A_PAGE = 100
_LET_IN_NO_MORE = (400, 401, 403)
_SPENT = ("ExpiredToken", "InvalidToken")
_UNREADABLE = (400, 500, 502, 503, 504)  # one thread's trouble is not the account's
_MILLISECOND = timedelta(milliseconds=1)
_TIME_KEY = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_POST_URI = re.compile(rf"at://(did:[^/]+)/{re.escape(COLLECTION)}/([^/]+)")
_SECURE_HOST = re.compile(r"https://[A-Za-z0-9.-]+(:\d+)?")
_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"  # of record keys; they sort as their numbers do


class BlueskyConfig(BaseModel):
    """Keys of an account on Bluesky."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", hide_input_in_errors=True)

    polls: ClassVar[bool] = True

    app_password: SecretStr
    """From Settings, Privacy and security, App passwords; never the account's own password."""
    server: Annotated[str, AfterValidator(web_address)] = "https://bsky.social"
    """Where the account logs in."""

    @field_validator("app_password")
    @classmethod
    def _is_whole(cls, password: SecretStr) -> SecretStr:
        if not is_sendable(password.get_secret_value()):
            raise ValueError("is empty or has characters that no app password has; copy it again")
        return password

    def build(self, presence: Presence, web: Web) -> Bluesky:
        handle, password = _bare(presence.handle), self.app_password.get_secret_value()
        return Bluesky(presence, SignedIn(web.sessions, _Login(web, self.server, handle, password)))


T = TypeVar("T")
Perhaps = Annotated[T | object, Field(union_mode="left_to_right")]
"""Where people's own programs may have written anything."""

Token = Annotated[str, Field(min_length=1, pattern=r"^[!-~]+$")]
Id = Annotated[str, Field(min_length=1)]


class _Wire(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)


class _Service(_Wire):
    id: str
    service_endpoint: Perhaps[str]


class _Document(_Wire):
    service: list[_Service] = []


class _Grant(_Wire):
    access_jwt: Token
    refresh_jwt: Token
    did: Id
    did_doc: Perhaps[_Document] = None


class _Failure(_Wire):
    error: str | None = None


class _Did(_Wire):
    did: Id


class _Uri(_Wire):
    uri: Id


class _Reply(_Wire):
    root: _Uri
    parent: _Uri


class _Feature(_Wire):
    type: str = Field(alias="$type")
    did: str | None = None


class _Facet(_Wire):
    features: list[Perhaps[_Feature]] = []


class _Quote(_Wire):
    record: _Uri


class _QuoteWithMedia(_Wire):
    record: _Quote


class _Record(_Wire):
    text: str = ""
    created_at: Perhaps[AwareDatetime] = None
    langs: list[str] = []
    facets: list[_Facet] = []
    reply: _Reply | None = None
    embed: Annotated[_Quote | _QuoteWithMedia | object, Field(union_mode="left_to_right")] = None


class _Author(_Wire):
    did: Id
    handle: str
    display_name: str | None = None


class _View(_Uri):
    author: _Author
    record: Perhaps[_Record]
    indexed_at: AwareDatetime
    like_count: int | None = None
    repost_count: int | None = None
    reply_count: int | None = None


class _Notification(_Uri):
    author: _Author
    reason: str
    record: Perhaps[_Record]
    indexed_at: AwareDatetime


class _Notifications(_Wire):
    notifications: list[_Notification]
    cursor: str | None = None


class _FeedItem(_Wire):
    post: _View
    reason: object = None
    """Why it stands here, if not for having been written: a repost, or pinned."""


class _Feed(_Wire):
    feed: list[_FeedItem]
    cursor: str | None = None


class _Stored(_Uri):
    value: Perhaps[_Record]


class _Stock(_Wire):
    records: list[_Stored]


class _Branch(_Wire):
    post: _View | None = None
    replies: list[_Branch] = []


class _Tree(_Wire):
    thread: _Branch


class _Views(_Wire):
    posts: list[_View]


_GRANT = TypeAdapter(_Grant)
_FAILURE = TypeAdapter(_Failure)
_DID = TypeAdapter(_Did)
_NOTIFIED = TypeAdapter(_Notifications)
_FED = TypeAdapter(_Feed)
_STOCKED = TypeAdapter(_Stock)
_GROWN = TypeAdapter(_Tree)
_VIEWED = TypeAdapter(_Views)


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
        threads = _Threads.resumed(known["threads"], now)
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
        uris = [id_ for id_ in ids if _POST_URI.fullmatch(id_)]
        for start in range(0, len(uris), MOST_LOOKED_UP):
            some = uris[start : start + MOST_LOOKED_UP]
            views = self._site.get(POSTS, {"uris": some}).read(_VIEWED).posts
            yield from (Seen(view.uri, _viewed(view)) for view in views)
            found = {view.uri for view in views}
            yield from (Seen(uri, None) for uri in some if uri not in found and self._is_gone(uri))

    def _is_gone(self, uri: str) -> bool:
        did, key = _parts(uri)
        asked = {"repo": did, "collection": COLLECTION, "rkey": key}
        answer = self._site.get(RECORD, asked, also=(400, 404, 502))
        return answer.status == 400 and _failure(answer) == "RecordNotFound"

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
        return answer.read(_DID).did if answer.status == 200 else None

    def _streams(self, known: Mapping[str, Any], now: datetime) -> list[_List | _Repository]:
        """What it is told of, its own posts, and those of everybody who speaks for it."""
        ids, marks, me = known["ids"], known["streams"], known["of"]
        floor = now - self._presence.history
        author = _Author(did=me, handle=_bare(self._presence.handle))
        agents = sorted({ids[agent] for agent in self._presence.agents} - {me, None})
        return [
            _List("mentions", NOTIFICATIONS, _REASONS, _notified, floor, has_walk=True).resumed(
                marks
            ),
            _Repository("own", author, floor, now - SKEW).resumed(marks),
            *(_feed_of(agent, floor).resumed(marks) for agent in agents),
        ]

    def _conversations(
        self, roots: Iterable[str], threads: _Threads, floor: datetime
    ) -> list[Post]:
        posts = []
        for root in roots:
            asked = {"uri": root, "depth": str(DEEPEST), "parentHeight": "0"}
            answer = self._site.get(THREAD, asked, also=_UNREADABLE)
            if answer.status == 200:
                posts += [_viewed(view) for view in _views(answer.read(_GROWN).thread)]
            elif _failure(answer) == "NotFound":
                threads.forget(root)
        posts = [post for post in posts if post.created_at >= floor]
        threads.note(posts)
        return posts


class _Login:
    """Lets an account in by its app password."""

    def __init__(self, web: Web, server: str, handle: str, password: str) -> None:
        self.key = f"{handle} on {server}"
        self.credential = password
        self._web = web
        self._server = server
        self._handle = handle

    def login(self) -> Session | None:
        asked = {"identifier": self._handle, "password": self.credential}
        return self._granted(self._web.site(self._server).post(LOGIN, asked, also=_LET_IN_NO_MORE))

    def refresh(self, session: Session) -> Session | None:
        site = self._web.site(session.address, _bearing(session.refresh))
        return self._granted(site.post(REFRESH, also=_LET_IN_NO_MORE))

    def site(self, session: Session) -> Site:
        return self._web.site(session.address, _bearing(session.access))

    def is_spent(self, answer: Answer) -> bool:
        return answer.status == 401 or _failure(answer) in _SPENT

    def _granted(self, answer: Answer) -> Session | None:
        if answer.status in _LET_IN_NO_MORE and not answer.is_page:
            return None
        granted = answer.read(_GRANT)
        return Session(granted.access_jwt, granted.refresh_jwt, granted.did, self._home(granted))

    def _home(self, granted: _Grant) -> str:
        """The server that the account lies on, behind the one that it logs in at."""
        document = granted.did_doc
        services = document.service if isinstance(document, _Document) else []
        for service in services:
            endpoint = service.service_endpoint
            if service.id.endswith("#atproto_pds") and isinstance(endpoint, str):
                return endpoint if _SECURE_HOST.fullmatch(endpoint) else self._server
        return self._server


@dataclass(frozen=True, slots=True)
class _Page:
    """Of a list: its posts by the times that order them, the cursor of what lies below, and how
    far down that is, where it is known."""

    items: Sequence[tuple[datetime, Post]]
    rest: str | None
    reaches: datetime | None


@dataclass(slots=True)
class _List:
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

    def resumed(self, marks: Mapping[str, Any]) -> _List:
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


@dataclass(slots=True)
class _Repository:
    """The account's own posts by their keys, which are times of the clocks that made them: read
    from the last, but not from later than `latest`, since those clocks differ."""

    name: str
    author: _Author
    since: datetime
    latest: datetime
    key: str = ""
    opens_threads: bool = True
    asked_at: datetime | None = None

    def resumed(self, marks: Mapping[str, Any]) -> _Repository:
        """From where earlier polls left it, if there were any."""
        self.key = _key_at(self.since)
        if mark := marks.get(self.name):
            self.since, self.key = datetime.fromisoformat(mark["since"]), mark["key"]
        return self

    def mark(self) -> Mapping[str, Any]:
        return {"since": self.since.isoformat(), "key": self.key}

    def pages(self, site: SignedIn) -> Iterator[list[Post]]:
        """The posts from the mark on."""
        asked = {"repo": self.author.did, "collection": COLLECTION, "reverse": "true"}
        after = min(self.key, _key_at(self.latest))
        for _ in range(MOST_PAGES):
            page = {**asked, "limit": str(_RECORDS_A_PAGE), "cursor": after}
            answer = site.get(RECORDS, page)
            self.asked_at = self.asked_at or answer.asked_at
            records = answer.read(_STOCKED).records
            if records:
                self.key = after = _parts(records[-1].uri)[1]
            posts = (self._post(stored, answer.answered_at) for stored in records)
            yield [post for post in posts if post.created_at >= self.since]
            if len(records) < _RECORDS_A_PAGE:
                return
        raise FetchError(Reason.BAD_PAYLOAD, f"{RECORDS} goes on without end; is it Bluesky?")

    def _post(self, stored: _Stored, answered_at: datetime) -> Post:
        """The AppView's time is not known here; a thread that it stands in tells it later."""
        return _post(stored.uri, self.author, stored.value, answered_at)


@dataclass(slots=True)
class _Threads:
    """Roots of recent conversations, with when each was last written in, and read.

    A thread is read when it has rested for a quarter of the time since its last post.
    """

    now: datetime
    known: dict[str, tuple[datetime, datetime]]

    @classmethod
    def resumed(cls, marks: Mapping[str, Sequence[str]], now: datetime) -> _Threads:
        at = datetime.fromisoformat
        return cls(now, {root: (at(active), at(read)) for root, (active, read) in marks.items()})

    def mark(self) -> Mapping[str, Sequence[str]]:
        return {
            root: [active.isoformat(), read.isoformat()]
            for root, (active, read) in sorted(self.known.items())
            if self.now - active < THREAD_LIFE
        }

    def note(self, posts: Iterable[Post]) -> None:
        """Only the threads last written in are kept."""
        for post in posts:
            root = post.root_id or post.id
            active, read = self.known.get(root, (post.created_at, self.now))
            if _POST_URI.fullmatch(root) and self.now - post.created_at < THREAD_LIFE:
                self.known[root] = max(active, post.created_at), read
        self.known = dict(nlargest(MOST_THREADS, self.known.items(), key=lambda one: one[1]))

    def due(self) -> list[str]:
        """The threads to be read now, those that have waited longest first; they count as read."""
        waits = {
            root: self.now - read - max(SOONEST, (self.now - active) / 4)
            for root, (active, read) in self.known.items()
        }
        late = sorted((root for root in waits if waits[root] >= timedelta()), key=waits.__getitem__)
        chosen = late[-MOST_THREADS_READ:]
        for root in chosen:
            self.known[root] = self.known[root][0], self.now
        return chosen

    def forget(self, root: str) -> None:
        self.known.pop(root, None)


def _feed_of(agent: str, since: datetime) -> _List:
    params = {"actor": agent, "filter": "posts_with_replies", "limit": "100"}
    return _List(agent, FEED, params, _fed, since, opens_threads=False, gone=(400,))


def _notified(answer: Answer, asked: str | None) -> _Page:
    """Reasons are told apart after a page was cut, so it may be short or empty and have more
    below it; only a cursor that is missing means the end."""
    page = answer.read(_NOTIFIED)
    items = [
        (one.indexed_at, _post(one.uri, one.author, one.record, one.indexed_at))
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
    page = answer.read(_FED)
    items = [(one.post.indexed_at, _viewed(one.post)) for one in page.feed if one.reason is None]
    return _Page(items, page.cursor, items[-1][0] if items else None)


def _views(branch: _Branch) -> Iterator[_View]:
    """All posts of a thread. What is deleted or blocked is a branch without a post."""
    if branch.post:
        yield branch.post
    for reply in branch.replies:
        yield from _views(reply)


def _viewed(view: _View) -> Post:
    reach = Reach(view.like_count, view.repost_count, view.reply_count)
    return _post(view.uri, view.author, view.record, view.indexed_at, reach)


def _post(
    uri: str, author: _Author, shown: object, indexed_at: datetime, reach: Reach = NO_REACH
) -> Post:
    """A post. What its author's program wrote wrongly is left out."""
    record = shown if isinstance(shown, _Record) else _Record()
    parent = record.reply.parent.uri if record.reply else None
    return Post(
        id=uri,
        author_id=author.did,
        author_handle=author.handle,
        created_at=_earlier(record.created_at, indexed_at),
        text=record.text.replace("\0", ""),
        parent_id=parent,
        parent_author_id=_did_of(parent),
        root_id=record.reply.root.uri if record.reply else None,
        mentions=tuple(dict.fromkeys(_names(record, author.did))),
        lang=record.langs[0] if record.langs else None,
        url=_link(author, uri),
        author_name=author.display_name,
        reach=reach,
    )


def _earlier(claimed: object, indexed_at: datetime) -> datetime:
    """A client may claim any time (rule 2)."""
    return min(claimed, indexed_at) if isinstance(claimed, datetime) else indexed_at


def _names(record: _Record, author: str) -> Iterator[str]:
    """Whom facets name, wherever they lie in the text, and who is quoted."""
    for facet in record.facets:
        for feature in facet.features:
            if isinstance(feature, _Feature) and feature.type.endswith("#mention") and feature.did:
                yield feature.did
    quoted = _quoted(record.embed)
    did = _did_of(quoted)
    if quoted and did and did != author and _POST_URI.fullmatch(quoted):
        yield did


def _quoted(embed: object) -> str | None:
    quote_ = embed.record if isinstance(embed, _QuoteWithMedia) else embed
    return quote_.record.uri if isinstance(quote_, _Quote) else None


def _link(author: _Author, uri: str) -> str:
    who = author.did if author.handle in ("", "handle.invalid") else author.handle
    return f"https://bsky.app/profile/{quote(who, safe=':')}/post/{quote(_parts(uri)[1], safe=':')}"


def _parts(uri: str) -> tuple[str, str]:
    """Whose repository a record lies in, and its key there."""
    return uri.removeprefix("at://").split("/")[0], uri.rpartition("/")[2]


def _did_of(uri: str | None) -> str | None:
    did = _parts(uri)[0] if uri else ""
    return did if did.startswith("did:") else None


def _key_at(at: datetime) -> str:
    """The least key that a clock makes at this instant."""
    number = max(int((at - datetime.fromtimestamp(0, UTC)) / timedelta(microseconds=1)), 0) << 10
    return "".join(_DIGITS[number >> shift & 31] for shift in range(60, -1, -5))


def _marks(streams: Iterable[_List | _Repository]) -> Mapping[str, Any]:
    return {stream.name: stream.mark() for stream in streams}


def _failure(answer: Answer) -> str | None:
    """The name of an error; None where it is a web page."""
    return None if answer.is_page else answer.read(_FAILURE).error


def _digest(answer: Answer) -> str:
    return blake2b(answer.content, digest_size=16).hexdigest()


def _bare(handle: str) -> str:
    return handle.lstrip("@")


def _bearing(token: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {token}"}
