"""A Mastodon in memory, with the paging rules of real servers, odd ones included.

Mastodon 4.3: newest first; `max_id` goes back; `Link` names the next page if this one is full.
GoToSocial: ids are ULIDs; entries are hidden after the limit was counted, so a page may be short
or empty and still have a next one; links carry another host; notifications' times are cut.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

import httpx

Json = dict[str, Any]


@dataclass(eq=False)
class Entry:
    """Something with an id in a list. What is not yet committed has its id already."""

    number: int
    json: Json
    committed: bool = True
    hidden: bool = False

    @property
    def id(self) -> str:
        return str(self.json["id"])


@dataclass
class FakeMastodon:
    """`brand`'s server. `now` is its clock. Pages hold at most `page_size` entries."""

    now: datetime
    token: str
    page_size: int = 80
    gotosocial: bool = False
    accounts: dict[str, Json] = field(default_factory=dict)
    statuses: list[Entry] = field(default_factory=list)
    notifications: list[Entry] = field(default_factory=list)
    requests: list[httpx.Request] = field(default_factory=list)
    fails: Callable[[httpx.Request], httpx.Response | None] = lambda _: None
    """Called with each request: what to answer instead of the truth, or None."""
    _numbers: int = 0

    def __post_init__(self) -> None:
        self.join("brand")

    def join(self, acct: str) -> str:
        """A new account; its id."""
        number = self._number()
        name = acct.split("@")[0]
        self.accounts[acct] = {
            "id": self._id(number),
            "username": name,
            "acct": acct,
            "display_name": name.title(),
            "bot": False,
            "followers_count": 10 * number,
            "url": f"https://mastodon.example/@{acct}",
        }
        return str(self.accounts[acct]["id"])

    def post(
        self,
        author: str,
        text: str = "hello",
        *,
        to: str | None = None,
        names: Sequence[str] = (),
        noticed: timedelta = timedelta(0),
        committed: bool = True,
        **more: Any,
    ) -> Entry:
        """A status; the notification of its author's naming `brand` comes `noticed` later.

        Of one that is not committed, the list shows nothing; of its notification neither.
        """
        number = self._number()
        parent = next((entry.json for entry in self.statuses if entry.id == to), None)
        status = {
            "id": self._id(number),
            "created_at": _iso(self.now),
            "edited_at": None,
            "account": self.accounts[author],
            "content": f"<p>{text}</p>",
            "spoiler_text": "",
            "visibility": "public",
            "language": "en",
            "url": f"https://mastodon.example/@{author}/{number}",
            "uri": f"https://mastodon.example/users/{author}/statuses/{number}",
            "in_reply_to_id": to,
            "in_reply_to_account_id": parent and parent["account"]["id"],
            "mentions": [_named(self.accounts[name]) for name in names],
            "favourites_count": 1,
            "reblogs_count": 2,
            "replies_count": 0,
            **more,
        }
        entry = Entry(number, status, committed)
        self.statuses.append(entry)
        if "brand" in names:
            self.notify("mention", entry, self.now + noticed)
        return entry

    def mention(self, author: str, text: str = "help", **more: Any) -> Entry:
        return self.post(author, text, names=["brand"], **more)

    def notify(self, kind: str, status: Entry | None, at: datetime) -> Entry:
        number = self._number()
        at = at.replace(microsecond=0) if self.gotosocial else at
        told = {"id": self._id(number), "type": kind, "created_at": _iso(at)}
        entry = Entry(number, {**told, "status": status and status.json})
        entry.committed = status is None or status.committed
        self.notifications.append(entry)
        return entry

    def commit(self, entry: Entry) -> None:
        entry.committed = True
        for notification in self.notifications:
            if notification.json["status"] is entry.json:
                notification.committed = True

    def edit(self, entry: Entry, text: str, *, names: Sequence[str] = ()) -> None:
        """An edit; naming `brand` for the first time notifies it."""
        before = {named["id"] for named in entry.json["mentions"]}
        mentions = [_named(self.accounts[name]) for name in names]
        entry.json.update(content=f"<p>{text}</p>", edited_at=_iso(self.now), mentions=mentions)
        if "brand" in names and self.accounts["brand"]["id"] not in before:
            self.notify("mention", entry, self.now)

    def delete(self, entry: Entry) -> None:
        """Gone, and with it the notification."""
        self.statuses.remove(entry)
        self.notifications = [
            each for each in self.notifications if each.json["status"] is not entry.json
        ]

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if failure := self.fails(request):
            return failure
        with_token = request.headers.get("authorization") == f"Bearer {self.token}"
        path = request.url.path.removeprefix("/api/v1/")
        if path == "accounts/lookup":
            return self._lookup(request.url.params.get("acct", ""), with_token=with_token)
        if not with_token:
            return error(401)
        if path == "notifications":
            return self._page(request, self._asked_notifications(request), 80)
        if path == "statuses":
            return self._batch(request.url.params.get_list("id[]"))
        _, subject, *more = path.split("/")
        if more:
            return self._page(request, self._asked_statuses(request, subject), 40)
        return next((_ok(each.json) for each in self._seen() if each.id == subject), error(404))

    def _lookup(self, acct: str, *, with_token: bool) -> httpx.Response:
        if with_token and not self.gotosocial:
            return error(403)
        found = self.accounts.get(acct.removesuffix("@mastodon.example"))
        return _ok(found) if found else error(404)

    def _batch(self, ids: Sequence[str]) -> httpx.Response:
        if self.gotosocial:
            return error(404)
        if len(ids) > 20:
            return error(422)
        return _ok([each.json for each in self._seen() if each.id in ids])

    def _seen(self) -> Iterable[Entry]:
        return (entry for entry in self.statuses if entry.committed)

    def _asked_notifications(self, request: httpx.Request) -> list[Entry]:
        types = request.url.params.get_list("types[]")
        all_shown = request.url.params.get("include_filtered") == "true" or self.gotosocial
        shown = (entry for entry in self.notifications if all_shown or not entry.hidden)
        return [entry for entry in shown if not types or entry.json["type"] in types]

    def _asked_statuses(self, request: httpx.Request, account_id: str) -> list[Entry]:
        own = [each for each in self.statuses if each.json["account"]["id"] == account_id]
        without_boosts = request.url.params.get("exclude_reblogs") == "true"
        return [each for each in own if not (without_boosts and each.json.get("reblog"))]

    def _page(self, request: httpx.Request, entries: list[Entry], most: int) -> httpx.Response:
        params = request.url.params
        limit = min(int(params.get("limit", 20)), most, self.page_size)
        older = [entry for entry in entries if entry.committed]
        if "max_id" in params:
            older = [entry for entry in older if self._id(entry.number) < params["max_id"]]
        page = sorted(older, key=lambda entry: entry.number, reverse=True)[:limit]
        shown = [entry for entry in page if not (self.gotosocial and entry.hidden)]
        return _ok([entry.json for entry in shown], **self._headers(request, page, limit))

    def _headers(self, request: httpx.Request, page: list[Entry], limit: int) -> dict[str, str]:
        dated = {"date": format_datetime(self.now, usegmt=True)}
        if not page or not (self.gotosocial or len(page) == limit):
            return dated
        origin = "http://localhost:38080" if self.gotosocial else "https://api.test"
        kept = [pair for pair in request.url.params.multi_items() if pair[0] != "max_id"]
        query = urlencode([*kept, ("max_id", page[-1].id)])
        return {**dated, "link": f'<{origin}{request.url.path}?{query}>; rel="next"'}

    def _number(self) -> int:
        self._numbers += 1
        return self._numbers

    def _id(self, number: int) -> str:
        """Both sorts of ids are as long as each other here, so that text order is their order."""
        return f"01J{number:023d}" if self.gotosocial else f"1176{number:014d}"


def _named(account: Json) -> Json:
    return {key: account[key] for key in ("id", "username", "acct", "url")}


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _ok(json: Any, **headers: str) -> httpx.Response:
    return httpx.Response(200, json=json, headers=headers)


def error(status: int) -> httpx.Response:
    return httpx.Response(status, json={"error": "no"})
