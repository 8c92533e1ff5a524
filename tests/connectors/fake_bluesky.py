"""A Bluesky in memory: the account's own server (PDS), and the AppView behind it.

Shapes are those of answers recorded on a private network of the reference servers, in
`bluesky_examples/`; so are the rules. Notifications are ordered by min(createdAt, commit) in
milliseconds; their cursor is such a time, strictly less-than; reasons are filtered after a page is
cut. Replies notify up to four levels below the account's post, if their parents were indexed before
them. Deleted and blocked posts vanish from every list. Everything but the account's own repository
knows a post only once it is indexed.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left, insort
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx
import orjson

Json = dict[str, Any]

POST = "app.bsky.feed.post"
EPOCH = datetime.fromtimestamp(0, UTC)
ADDRESS = "https://api.test"

_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"


def example(name: str) -> Any:
    path = Path(__file__).parent / "bluesky_examples" / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8"))


ERRORS = example("errors")
NOTIFICATION = example("notification")
VIEW = example("post_view")
NODES = example("thread_nodes")
SESSION = example("session")


def error(name: str) -> httpx.Response:
    """A recorded refusal."""
    recorded = ERRORS[name]
    return httpx.Response(recorded["status"], headers=recorded["headers"], json=recorded["body"])


def iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(eq=False)
class Written:
    """A post in its author's repository; `sorted_at` is set once the AppView has indexed it."""

    uri: str
    author: str
    record: Json
    committed_at: datetime
    likes: int = 1
    sorted_at: datetime | None = None

    @property
    def key(self) -> str:
        return self.uri.rpartition("/")[2]

    @property
    def parent(self) -> str | None:
        reply = self.record.get("reply")
        return reply and str(reply["parent"]["uri"])


@dataclass
class FakeBluesky:
    """The server of `brand`; `now` is its clock. Pages hold at most `page_size` items."""

    now: datetime
    password: str
    page_size: int = 100
    home: str = ADDRESS
    """Where the account lies, as a login tells."""
    handles: dict[str, str] = field(default_factory=dict)
    written: dict[str, Written] = field(default_factory=dict)
    notices: list[tuple[int, int, str, Json]] = field(default_factory=list)
    """By time in milliseconds, oldest first: a number of its own, the reason, and the JSON."""
    blocked: set[str] = field(default_factory=set)
    access: set[str] = field(default_factory=set)
    refresh: set[str] = field(default_factory=set)
    requests: list[httpx.Request] = field(default_factory=list)
    fails: Callable[[httpx.Request], httpx.Response | None] = lambda _: None
    """Called with each request: what to answer instead of the truth, or None."""
    _numbers: int = 0
    _below: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.brand = self.join("brand")

    def join(self, name: str) -> str:
        """A new account; its DID."""
        return self.handles.setdefault(f"{name}.test", f"did:plc:{name}")

    def post(
        self,
        author: str,
        text: str = "hello",
        *,
        to: str | None = None,
        names: Sequence[str] = (),
        quotes: str | None = None,
        claims: datetime | None = None,
        key: str | None = None,
        indexed: bool = True,
        **more: Any,
    ) -> str:
        """A post, and its uri. Its author's program says that it was written at `claims`."""
        record: Json = {
            "$type": POST,
            "text": text,
            "langs": ["en"],
            "createdAt": iso(claims or self.now),
        }
        if to:
            root = self.written[to].record.get("reply", {}).get("root", {"uri": to})
            record["reply"] = {"root": root, "parent": {"uri": to}}
        if names:
            record["facets"] = [_mention(f"did:plc:{name}") for name in names]
        if quotes:
            record["embed"] = {"$type": "app.bsky.embed.record", "record": {"uri": quotes}}
        did = f"did:plc:{author}"
        uri = f"at://{did}/{POST}/{key or self.key_at(self.now)}"
        self.written[uri] = Written(uri, did, {**record, **more}, self.now)
        if to:
            self._below.setdefault(to, []).append(uri)
        if indexed:
            self.index(uri)
        return uri

    def mention(self, author: str, text: str = "help", **more: Any) -> str:
        return self.post(author, text, names=["brand"], **more)

    def index(self, uri: str) -> None:
        """The AppView learns of a post, at last. Only now may the account be notified."""
        one = self.written[uri]
        if one.sorted_at is None:
            claimed = datetime.fromisoformat(one.record["createdAt"])
            one.sorted_at = min(claimed, one.committed_at)
            if reason := self._reason(one):
                self.notify(reason, one.sorted_at, one)

    def notify(self, reason: str, at: datetime, one: Written | None = None) -> None:
        self._numbers += 1
        told = {**NOTIFICATION, "reason": reason, "indexedAt": iso(at)}
        if one:
            told.update(uri=one.uri, record=one.record, author=self._author(one.author))
        insort(self.notices, (_milliseconds(at), self._numbers, reason, told))

    def delete(self, uri: str) -> None:
        """Gone; so are the notifications of it, and of the replies to it if it was the brand's."""
        one = self.written.pop(uri)
        gone = {uri}
        if one.author == self.brand:
            gone |= set(self._below.get(uri, ()))
        self.notices = [notice for notice in self.notices if notice[3]["uri"] not in gone]

    def key_at(self, at: datetime) -> str:
        """A new record key, as a clock that shows `at` makes it."""
        self._numbers += 1
        number = (_microseconds(at) << 10) + self._numbers % 1024
        return "".join(_DIGITS[number >> shift & 31] for shift in range(60, -1, -5))

    def let_in(self) -> tuple[str, str]:
        """New tokens; the earlier ones still hold."""
        self._numbers += 1
        access, refresh = f"access-{self._numbers}", f"refresh-{self._numbers}"
        self.access.add(access)
        self.refresh.add(refresh)
        return access, refresh

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        found = self.fails(request) or self._answered(request)
        found.headers["date"] = format_datetime(self.now, usegmt=True)
        return found

    def _answered(self, request: httpx.Request) -> httpx.Response:
        method, params = request.url.path.removeprefix("/xrpc/"), request.url.params
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        match method:
            case "com.atproto.server.createSession":
                return self._login(json.loads(request.content))
            case "com.atproto.server.refreshSession":
                return self._refresh(token, request.content)
            case "com.atproto.repo.listRecords":
                return self._records(params)
        if token not in self.access:
            return error("expired_token") if token else error("no_token")
        return self._viewed(method, params)

    def _viewed(self, method: str, params: httpx.QueryParams) -> httpx.Response:
        match method:
            case "app.bsky.notification.listNotifications":
                return self._notifications(params)
            case "app.bsky.feed.getAuthorFeed":
                return self._feed(params)
            case "app.bsky.feed.getPostThread":
                return self._thread(params["uri"], int(params.get("depth", 6)))
            case "app.bsky.feed.getPosts":
                uris = params.get_list("uris")
                views = [self._view(one) for one in self._seen() if one.uri in uris]
                return _ok({"posts": views}) if len(uris) <= 25 else error("limit_too_high")
            case "com.atproto.repo.getRecord":
                uri = f"at://{params['repo']}/{params['collection']}/{params['rkey']}"
                found = self.written.get(uri)
                return _ok({"uri": uri, "value": found.record}) if found else error("no_record")
            case "com.atproto.identity.resolveHandle":
                did = self.handles.get(params["handle"])
                return _ok({"did": did}) if did else _invalid("Unable to resolve handle")
        return error("unknown_method")

    def _login(self, asked: Json) -> httpx.Response:
        if asked["password"] != self.password or asked["identifier"] not in self.handles:
            return error("wrong_password")
        return self._granted()

    def _refresh(self, token: str, content: bytes) -> httpx.Response:
        if content:
            return _invalid("A request body was provided when none was expected")
        return self._granted() if token in self.refresh else error("expired_token")

    def _granted(self) -> httpx.Response:
        access, refresh = self.let_in()
        service = {**SESSION["didDoc"]["service"][0], "serviceEndpoint": self.home}
        document = {**SESSION["didDoc"], "service": [service]}
        told = {**SESSION, "didDoc": document}
        return _ok({**told, "accessJwt": access, "refreshJwt": refresh})

    def _notifications(self, params: httpx.QueryParams) -> httpx.Response:
        limit, cursor = int(params.get("limit", 50)), params.get("cursor")
        if limit > 100:
            return error("limit_too_high")
        if cursor and not re.fullmatch(r"[\d-]{10}T[\d:.]{12}Z", cursor):
            return error("bad_cursor")
        end = len(self.notices)
        if cursor:
            end = bisect_left(self.notices, (_milliseconds(datetime.fromisoformat(cursor)), 0))
        limit = min(limit, self.page_size)
        page = self.notices[max(end - limit, 0) : end][::-1]
        reasons = params.get_list("reasons")
        shown = [told for _, _, reason, told in page if reason in reasons and self._shows(told)]
        more = {"cursor": page[-1][3]["indexedAt"]} if len(page) == limit else {}
        return _ok({"notifications": shown, "priority": False, **more})

    def _records(self, params: httpx.QueryParams) -> httpx.Response:
        if params["repo"] != self.brand:
            return _invalid(f"Could not find repo: {params['repo']}")
        own = sorted(each.key for each in self.written.values() if each.author == self.brand)
        own = own if params.get("reverse") == "true" else own[::-1]
        after = [key for key in own if key > params["cursor"]][: int(params["limit"])]
        found = [self.written[f"at://{self.brand}/{POST}/{key}"] for key in after]
        records = [{"uri": one.uri, "cid": "bafy", "value": one.record} for one in found]
        return _ok({"records": records, **({"cursor": after[-1]} if after else {})})

    def _feed(self, params: httpx.QueryParams) -> httpx.Response:
        if params["actor"] in self.blocked:
            return error("blocked_by_agent")
        own = [each for each in self._seen() if each.author == params["actor"]]
        own.sort(key=lambda one: (_sorted_at(one), one.key), reverse=True)
        if "cursor" in params:
            at, _, key = params["cursor"].partition("::")
            own = [each for each in own if (_sorted_at(each), each.key) < (int(at), key)]
        limit = min(int(params["limit"]), self.page_size)
        page = own[:limit]
        full = {"cursor": f"{_sorted_at(page[-1])}::{page[-1].key}"} if len(page) == limit else {}
        return _ok({"feed": [{"post": self._view(each)} for each in page], **full})

    def _thread(self, uri: str, depth: int) -> httpx.Response:
        found = self.written.get(uri)
        if found is None or found.sorted_at is None:
            return error("no_thread")
        return _ok({"thread": self._node(found, depth)})

    def _node(self, one: Written, depth: int) -> Json:
        if one.author in self.blocked:
            return {**NODES["blocked"], "uri": one.uri}
        below = [self.written[uri] for uri in self._below.get(one.uri, ()) if uri in self.written]
        seen = [each for each in below if each.sorted_at and depth]
        replies = [self._node(each, depth - 1) for each in seen]
        return {**NODES["post"], "post": self._view(one), "replies": replies}

    def _seen(self) -> Iterator[Written]:
        known = (each for each in self.written.values() if each.sorted_at)
        return (each for each in known if each.author not in self.blocked)

    def _shows(self, told: Json) -> bool:
        return told["author"]["did"] not in self.blocked

    def _view(self, one: Written) -> Json:
        told = {"uri": one.uri, "record": one.record, "author": self._author(one.author)}
        at = one.sorted_at or one.committed_at
        return {**VIEW, **told, "indexedAt": iso(at), "likeCount": one.likes}

    def _author(self, did: str) -> Json:
        name = did.removeprefix("did:plc:")
        author: Json = NOTIFICATION["author"]
        return {**author, "did": did, "handle": f"{name}.test", "displayName": name.title()}

    def _reason(self, one: Written) -> str | None:
        """Why the account hears of it; a mention wins over a quote, and that over a reply."""
        record = one.record
        named = [each["features"][0].get("did") for each in record.get("facets", ())]
        if one.author == self.brand:
            return None
        if self.brand in named:
            return "mention"
        if (
            record.get("embed", {})
            .get("record", {})
            .get("uri", "")
            .startswith(f"at://{self.brand}/")
        ):
            return "quote"
        above = one.parent
        for _ in range(4):
            parent = self.written.get(above or "")
            if parent is None or parent.sorted_at is None:
                return None
            if parent.author == self.brand:
                return "reply"
            above = parent.parent
        return None


def _mention(did: str) -> Json:
    feature = {"$type": "app.bsky.richtext.facet#mention", "did": did}
    return {"index": {"byteStart": 0, "byteEnd": 6}, "features": [feature]}


def _sorted_at(one: Written) -> int:
    return _milliseconds(one.sorted_at or one.committed_at)


def _milliseconds(at: datetime) -> int:
    return _microseconds(at) // 1_000


def _microseconds(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def _ok(content: Json) -> httpx.Response:
    return httpx.Response(
        200, content=orjson.dumps(content), headers={"content-type": "application/json"}
    )


def _invalid(message: str) -> httpx.Response:
    return httpx.Response(400, json={"error": "InvalidRequest", "message": message})
