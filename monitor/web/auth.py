"""Who may do what, once tokens or logins are set. What hands in posts always needs a token."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as Asked

from monitor.config import Http, Scope
from monitor.store.database import StoreError
from monitor.web.guard import SAFE_METHODS
from monitor.web.hearing import Hearing
from monitor.web.limits import Limits
from monitor.web.problem import API, STORE_REST, RefusedError, come_back, told
from monitor.web.session import CSRF_HEADER
from monitor.web.visitor import Reception, Visitor

if TYPE_CHECKING:
    from monitor.web.deck import Deck

OPEN = frozenset({"/-/healthy", "/metrics"})

ENTRANCE = frozenset({"/login", "/logout"})
"""These look themselves at what is shown to them."""

STATIC = "/static/"
"""What the page of the entrance is made of; there is nothing of anybody in it."""

REVIEW = 30.0
"""Seconds after which it is looked again whether somebody may still hear an answer that goes on."""

_HANDS_IN_POSTS = re.compile(r"/api/v1/accounts/[^/]+/posts")


class Auth:
    """Wraps the site. Who asks is in the request's state: `who`, by the name in the configuration,
    or empty; `visitor`; and `csrf`, which a page sends back with what changes something, empty
    where there is no session."""

    def __init__(
        self, site: ASGIApp, deck: Deck, reception: Reception, review: float = REVIEW
    ) -> None:
        self._site, self._deck, self._reception = site, deck, reception
        self._limits, self._review = Limits(), review

    async def __call__(self, asked: Asked, receive: Receive, send: Send) -> None:
        if asked["type"] != "http":
            await self._site(asked, receive, send)
            return
        request = HTTPConnection(asked)
        refusal = await self._refusal(request)
        if refusal:
            await refusal(asked, receive, send)
        elif asked["method"] in SAFE_METHODS:
            hearing = Hearing(receive, lambda: self._is_welcome(request), self._review)
            await self._site(asked, hearing.receive, send)
            if hearing.is_over:
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        else:
            await self._site(asked, receive, send)

    async def _refusal(self, request: HTTPConnection) -> Response | None:
        http, path = self._deck.config.http, request.scope["path"]
        if path in OPEN:
            return None
        try:
            visitor = await self._reception.visitor(request, http)
        except RefusedError as error:
            return come_back(path, error.status, str(error), error.more["rest"])
        except StoreError as error:
            return come_back(path, 503, f"the store cannot be used: {error}", STORE_REST)
        csrf = visitor.session.csrf if visitor.session else ""
        request.scope.setdefault("state", {}).update(who=visitor.who, visitor=visitor, csrf=csrf)
        if rest := self._limits.take(visitor.asker, self._deck.clock()):
            return come_back(path, 429, f"too many requests; come back in {rest} s", rest)
        return _not_allowed(request, visitor, http) or _forged(request, visitor)

    async def _is_welcome(self, request: HTTPConnection) -> bool:
        """Whether who was let in would be so again."""
        http = self._deck.config.http
        try:
            visitor = await self._reception.visitor(request, http)
        except StoreError:
            return True  # that tells nothing of them
        except RefusedError:
            return False
        return _not_allowed(request, visitor, http) is None


def is_closed(http: Http) -> bool:
    """Whether anybody has to show anything."""
    return bool(http.tokens or http.basic)


def needed_for(method: str, path: str) -> Scope | None:
    """The scope that a request needs; None where nothing is kept back."""
    if path in ENTRANCE:
        return None
    if method in SAFE_METHODS:
        return None if path in OPEN or path.startswith(STATIC) else Scope.READ
    return Scope.INGEST if _HANDS_IN_POSTS.match(path) else Scope.ACT


def _not_allowed(request: HTTPConnection, visitor: Visitor, http: Http) -> Response | None:
    path = request.scope["path"]
    needed = needed_for(request.scope["method"], path)
    if needed is None or visitor.may(needed):
        return None
    if not is_closed(http) and needed is not Scope.INGEST:
        return None
    if not visitor.shown and _shows_pages(request) and is_closed(http):
        return _to_the_entrance(request)
    answer = _answer(path, needed, is_known=bool(visitor.shown))
    for challenge in _challenges(http, needed, request.headers, is_known=bool(visitor.shown)):
        answer.headers.append("www-authenticate", challenge)
    return answer


def _forged(request: HTTPConnection, visitor: Visitor) -> Response | None:
    """A browser sends the cookie by itself, the page's own script alone this header."""
    scope, session = request.scope, visitor.session
    if session is None or scope["method"] in SAFE_METHODS or scope["path"] in ENTRANCE:
        return None
    shown = request.headers.get(CSRF_HEADER, "")
    if hmac.compare_digest(shown.encode("latin-1"), session.csrf.encode()):
        return None
    return told(
        scope["path"], 403, f"send the session's token in {CSRF_HEADER}: the page has it; reload it"
    )


def _shows_pages(request: HTTPConnection) -> bool:
    """A browser in which somebody goes to a page; its scripts and programs are told 401."""
    is_page = request.scope["method"] in ("GET", "HEAD") and not request.url.path.startswith(API)
    return is_page and "text/html" in request.headers.get("accept", "")


def _to_the_entrance(request: HTTPConnection) -> Response:
    query = f"?{request.url.query}" if request.url.query else ""
    wanted = urlencode({"next": f"{request.url.path}{query}"})
    return RedirectResponse(f"/login?{wanted}", 303, {"cache-control": "no-store"})


def _answer(path: str, needed: Scope, *, is_known: bool) -> Response:
    if is_known:
        return told(path, 403, f"this needs the scope {needed}, which yours does not have")
    if needed is Scope.INGEST:
        return told(path, 401, "show a token of http.tokens that has the scope ingest")
    return told(path, 401, "log in, or show a token of http.tokens")


def _challenges(http: Http, needed: Scope, headers: Headers, *, is_known: bool) -> Iterator[str]:
    """RFC 6750 and RFC 7617. A script of our own page is not told that a password may help: its
    browser would ask for one, over the page, when a session has ended."""
    if http.tokens or needed is Scope.INGEST:
        why = f', error="insufficient_scope", scope="{needed}"' if is_known else ""
        yield f'Bearer realm="replywatch"{why}'
    is_script = headers.get("sec-fetch-mode", "navigate") != "navigate"
    if http.basic and needed is not Scope.INGEST and not is_known and not is_script:
        yield 'Basic realm="replywatch", charset="UTF-8"'
