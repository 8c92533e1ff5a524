"""Mastodon, and servers that speak its client API: GoToSocial, Pleroma, Akkoma.

https://docs.joinmastodon.org/methods/notifications/ (mentions: the newest page, then its `Link`)
https://docs.joinmastodon.org/methods/accounts/ (lookup; statuses of the account and its agents)
https://docs.joinmastodon.org/methods/statuses/ (look-ups)
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Annotated, Any, ClassVar
from urllib.parse import quote, urlsplit

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    TypeAdapter,
)

from monitor.domain.post import Post, Reach
from monitor.http import Answer, Site, Web, web_address, whole_secret
from monitor.plaintext import plain_text
from monitor.ports.connector import Batch, Cursor, FetchError, Presence, Reason, Seen

GAP = timedelta(seconds=1.5)  # a stream: 300 requests in 5 minutes, less a third for look-ups
SETTLE = timedelta(seconds=1)  # a job turns a status into a notification
OVERLAP = timedelta(seconds=60)  # ids are given before commit: lower ones may appear this late
ASK_AGAIN = timedelta(days=1)  # about a handle that the server did not know
LARGEST_BATCH = 200
MOST_PAGES = 1_000  # of one stream in one poll, 80,000 posts; limits end it long before
MOST_LOOKED_UP = 20  # in one request, since 4.3

NOTIFICATIONS = "/api/v1/notifications"
# `include_types[]` is Pleroma's; without `include_filtered` strangers' private mentions are hidden.
_MENTIONS = {
    "types[]": ["mention", "quote"],
    "include_types[]": ["mention"],
    "include_filtered": "true",
    "limit": "80",
}
_STATUSES = {"exclude_reblogs": "true", "limit": "40"}
_GONE = (404, 410)
_NO_BATCHES = (400, 403, 404, 405, 410, 422)


class MastodonConfig(BaseModel):
    """Keys of an account on Mastodon."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", hide_input_in_errors=True)

    polls: ClassVar[bool] = True

    server: Annotated[str, AfterValidator(web_address)]
    """The address of the account's own server."""
    access_token: Annotated[SecretStr, AfterValidator(whole_secret)]
    """With the scopes `read:notifications` and `read:statuses`."""

    def build(self, presence: Presence, web: Web) -> Mastodon:
        token = {"Authorization": f"Bearer {self.access_token.get_secret_value()}"}
        host = urlsplit(self.server).hostname or ""
        return Mastodon(presence, host, web.site(self.server, token), web.site(self.server))


Id = Annotated[str, Field(min_length=1)]


class _Wire(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)


class _Named(_Wire):
    id: Id


class _Account(_Named):
    acct: str
    display_name: str | None = None
    bot: bool | None = None
    followers_count: int | None = None


class _Pleroma(_Wire):
    conversation_id: str | None = None


class _Status(_Named):
    created_at: AwareDatetime
    edited_at: AwareDatetime | None = None
    account: _Account
    content: str | None = None
    spoiler_text: str | None = None
    language: str | None = None
    url: str | None = None
    uri: str | None = None
    in_reply_to_id: str | None = None
    in_reply_to_account_id: str | None = None
    mentions: list[_Named] = []
    favourites_count: int | None = None
    reblogs_count: int | None = None
    replies_count: int | None = None
    pleroma: _Pleroma | None = None


class _Notification(_Wire):
    type: str
    created_at: AwareDatetime
    status: _Status | None = None


_NAMED = TypeAdapter(_Named)
_STATUS = TypeAdapter(_Status)
_STATUS_LIST = TypeAdapter(list[_Status])
_NOTIFICATION_LIST = TypeAdapter(list[_Notification])

Item = tuple[datetime, Sequence[Post]]
"""An entry of a stream: when the server says it came about, and the versions of a post it tells."""


class Mastodon:
    """Reads one account: a stream of mentions, one of its own statuses, and one for each agent.

    Its cursor holds the ids of handles, and for each stream since when it is read, the time of
    the newest entry, a digest of the newest page (an equal one has nothing new), and the gaps: a
    poll that is cut off, by the limits perhaps, leaves the rest of its way back to the next.

    A status that is `direct` is public here: it stands in a thread and names whom it addresses,
    unlike a message. Handles are qualified with the server's host, names are told as ids.
    """

    settle = SETTLE

    def __init__(self, presence: Presence, host: str, site: Site, public: Site) -> None:
        self.least_gap = GAP * (2 + len(presence.agents))
        self._presence = presence
        self._host = host
        self._site = site
        self._public = public

    def fetch(self, cursor: Cursor, now: datetime) -> Iterator[Batch]:
        """See the contract. The posts of a page come anew whenever anything on it has changed."""
        known = self._known(cursor, now)
        ids = {handle: id_ for handle, id_ in known["ids"].items() if id_}
        streams = self._streams(known, now)
        posts: list[Post] = []
        for stream in streams:
            for page in stream.pages(self._site):
                if posts and len(posts) + len(page) > LARGEST_BATCH:
                    yield Batch(posts, known, ids=ids)
                    posts, ids = [], {}
                posts.extend(page)
                known = {**known, "streams": {each.path: each.mark() for each in streams}}
        known = {**known, "streams": {each.path: each.mark() for each in streams}}
        asked_at = min(stream.asked_at for stream in streams if stream.asked_at)
        yield Batch(posts, known, asked_at - SETTLE, ids)

    def look_up(self, ids: Sequence[str]) -> Iterator[Seen]:
        """See the contract. What a batch leaves out is asked for by itself before it is called
        gone: not every server knows batches, and a web page's 404 tells of no status."""
        for start in range(0, len(ids), MOST_LOOKED_UP):
            some = ids[start : start + MOST_LOOKED_UP]
            answer = self._site.get("/api/v1/statuses", {"id[]": list(some)}, also=_NO_BATCHES)
            found = answer.read(_STATUS_LIST) if answer.status == 200 else []
            yield from (Seen(status.id, _post(status, self._host)) for status in found)
            for id_ in set(some) - {status.id for status in found}:
                yield from self._look_up_one(id_)

    def _look_up_one(self, id_: str) -> Iterator[Seen]:
        answer = self._site.get(f"/api/v1/statuses/{quote(id_, safe='')}", also=_GONE)
        if answer.status not in _GONE:
            yield Seen(id_, _post(answer.read(_STATUS), self._host))
        elif not answer.is_page:
            yield Seen(id_, None)

    def _known(self, cursor: Cursor, now: datetime) -> dict[str, Any]:
        """The cursor, with ids for all handles: None for one that the server does not know."""
        of = f"{self._presence.handle} on {self._host}"
        known = cursor if cursor.get("of") == of else {}
        handles = {self._presence.handle, *self._presence.agents, *self._presence.sisters}
        ids, asked_at = known.get("ids", {}), known.get("asked_at", now.isoformat())
        is_old = now - datetime.fromisoformat(asked_at) >= ASK_AGAIN and None in ids.values()
        if handles - ids.keys() or is_old:
            ids = {handle: ids.get(handle) or self._id_of(handle) for handle in sorted(handles)}
            asked_at = now.isoformat()
        ids = {handle: ids[handle] for handle in sorted(handles)}
        if ids[self._presence.handle] is None:
            told = f"{self._host} knows no account {self._presence.handle}; correct its handle"
            raise FetchError(Reason.REJECTED, told)
        return {"of": of, "ids": ids, "asked_at": asked_at, "streams": known.get("streams", {})}

    def _id_of(self, handle: str) -> str | None:
        """Mastodon tells it to anybody, but to no token without `read:accounts`; GoToSocial to
        nobody but such a token."""
        lookup, params = "/api/v1/accounts/lookup", {"acct": handle.lstrip("@")}
        answer = self._site.get(lookup, params, also=(403, *_GONE))
        if answer.status == 403:
            answer = self._public.get(lookup, params, also=_GONE)
        return None if answer.status in _GONE else answer.read(_NAMED).id

    def _streams(self, known: Mapping[str, Any], now: datetime) -> list[_Stream]:
        """Mentions, and the statuses of everybody who speaks for the brand."""
        ids, marks = known["ids"], known["streams"]
        me = ids[self._presence.handle]
        mentions, since = self._mentions_of(me), now - self._presence.history
        agents = {ids[agent] for agent in self._presence.agents} - {me, None}
        return [
            _Stream(NOTIFICATIONS, _MENTIONS, mentions, (), since).resumed(marks),
            _Stream(_statuses_of(me), _STATUSES, self._statuses, (), since).resumed(marks),
            *(
                _Stream(_statuses_of(agent), _STATUSES, self._statuses, _GONE, since).resumed(marks)
                for agent in sorted(agents)
            ),
        ]

    def _mentions_of(self, me: str) -> Callable[[Answer], list[Item]]:
        return lambda answer: [
            (entry.created_at, _versions(entry, me, self._host))
            for entry in answer.read(_NOTIFICATION_LIST)
        ]

    def _statuses(self, answer: Answer) -> list[Item]:
        statuses = answer.read(_STATUS_LIST)
        return [(status.created_at, (_post(status, self._host),)) for status in statuses]


@dataclass(slots=True)
class _Stream:
    """A list, newest first, and how far it has been read."""

    path: str
    params: Mapping[str, str | Sequence[str]]
    items: Callable[[Answer], list[Item]]
    gone: Collection[int]
    """Statuses that say that there is no such list any more: an agent may leave."""
    since: datetime
    newest: datetime | None = None
    digest: str | None = None
    gaps: list[tuple[str, datetime]] = field(default_factory=list)
    """What is still to be read: queries, and how far down each leads."""
    asked_at: datetime | None = None

    def resumed(self, marks: Mapping[str, Any]) -> _Stream:
        """From where earlier polls left it, if there were any."""
        if mark := marks.get(self.path):
            self.since = datetime.fromisoformat(mark["since"])
            self.newest = mark["newest"] and datetime.fromisoformat(mark["newest"])
            self.digest = mark["digest"]
            self.gaps = [(query, datetime.fromisoformat(ground)) for query, ground in mark["gaps"]]
        return self

    def mark(self) -> Mapping[str, Any]:
        return {
            "since": self.since.isoformat(),
            "newest": self.newest and self.newest.isoformat(),
            "digest": self.digest,
            "gaps": [[query, ground.isoformat()] for query, ground in self.gaps],
        }

    def pages(self, site: Site) -> Iterator[list[Post]]:
        """The posts of the newest page if it has changed, and of older ones until known ground.

        Known ground is told by the server's own times: entries vanish, and ids are no order.
        """
        answer = site.get(self.path, self.params, also=self.gone)
        self.asked_at = answer.asked_at
        if answer.status in self.gone:
            return
        digest, ground = _digest(answer), self.since
        if self.newest:
            ground = max(ground, self.newest - OVERLAP)
        if digest != self.digest:
            posts, is_settled = self._taken(answer, ground)
            self.digest = digest if is_settled else None
            yield posts
        for _ in range(MOST_PAGES):
            if not self.gaps:
                return
            query, ground = self.gaps.pop()
            yield self._taken(site.get(self.path, query), ground)[0]
        raise FetchError(Reason.BAD_PAYLOAD, f"{self.path} goes on without end; see its links")

    def _taken(self, answer: Answer, ground: datetime) -> tuple[list[Post], bool]:
        """The posts of a page; what lies between it and the ground is left as a gap. And whether
        nothing older than the page's end can still appear below an equal newest page."""
        items, rest = self.items(answer), answer.next_query
        self.newest = newest = max([self.newest or self.since, *_times(items, answer)])
        oldest = items[-1][0] if items else newest
        if rest and oldest >= ground:
            self.gaps.append((rest, ground))
        now = answer.dated_at or answer.asked_at
        is_settled = rest is None or oldest < newest - OVERLAP or now >= newest + OVERLAP
        return [post for at, posts in items if at >= self.since for post in posts], is_settled


def _digest(answer: Answer) -> str:
    """With its links, since GoToSocial drops entries from a page after counting them."""
    links = answer.headers.get("link", "").encode()
    digest = sha256(answer.content)
    digest.update(links)
    return digest.hexdigest()


def _times(items: Sequence[Item], answer: Answer) -> list[datetime]:
    """When the entries came about; none later than now, whatever an agent's server claims."""
    return [min(at, answer.dated_at or at) for at, _ in items]


def _statuses_of(account_id: str) -> str:
    return f"/api/v1/accounts/{quote(account_id, safe='')}/statuses"


def _versions(entry: _Notification, me: str, host: str) -> Sequence[Post]:
    """The post that a notification tells of. If it came only after an edit, the edit brought the
    name: then the version before it is told, too."""
    status = entry.status
    if status is None or entry.type not in ("mention", "quote"):
        return ()
    post = _post(status, host, entry.created_at)
    if entry.type == "quote" and me not in post.mentions:
        post = replace(post, mentions=(*post.mentions, me))
    if status.edited_at is None or _is_before(entry.created_at, status.edited_at):
        return (post,)
    others = tuple(name for name in post.mentions if name != me)
    return (replace(post, edited_at=None, mentions=others), post)


def _post(status: _Status, host: str, noticed_at: datetime | None = None) -> Post:
    """`noticed_at`: when the home server learned of it, which holds if its author says later."""
    author = status.account
    too_late = noticed_at is not None and _is_before(noticed_at, status.created_at)
    thread = status.pleroma and status.pleroma.conversation_id
    return Post(
        id=status.id,
        author_id=author.id,
        author_handle=author.acct if "@" in author.acct else f"{author.acct}@{host}",
        created_at=_in_utc(noticed_at if noticed_at and too_late else status.created_at),
        text=_text(status),
        parent_id=status.in_reply_to_id,
        parent_author_id=status.in_reply_to_account_id,
        root_id=f"thread:{thread}" if thread else None,
        mentions=tuple([named.id for named in status.mentions]),
        lang=status.language,
        url=_link(status),
        author_name=author.display_name,
        author_followers=author.followers_count,
        author_is_bot=bool(author.bot),
        reach=Reach(status.favourites_count, status.reblogs_count, status.replies_count),
        edited_at=status.edited_at,
    )


def _text(status: _Status) -> str:
    text = plain_text(status.content or "")
    return f"{status.spoiler_text}\n\n{text}" if status.spoiler_text else text


def _link(status: _Status) -> str | None:
    for url in (status.url, status.uri):
        if url and url.startswith(("https://", "http://")):
            return url
    return None


def _in_utc(at: datetime) -> datetime:
    """Instants of one zone are compared faster. At both ends of the calendar UTC may lack a day
    that an author states."""
    return at.astimezone(UTC) if 1 < at.year < 9999 else at


def _is_before(one: datetime, other: datetime) -> bool:
    """At the precision of the coarser: GoToSocial cuts its notifications to the second."""
    if not (one.microsecond and other.microsecond):
        return one.replace(microsecond=0) < other.replace(microsecond=0)
    return one < other
