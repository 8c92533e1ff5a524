"""Who may do what, once tokens or logins are set. What hands in posts always needs a token."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as Asked

from monitor.config import Http, Scope
from monitor.web.guard import SAFE_METHODS
from monitor.web.problem import API, problem

OPEN = frozenset({"/-/healthy", "/metrics"})

_HANDS_IN_POSTS = re.compile(r"/api/v1/accounts/[^/]+/posts")


class Auth:
    """Wraps the site. `http` gives the settings in force."""

    def __init__(self, site: ASGIApp, http: Callable[[], Http]) -> None:
        self._site, self._http = site, http

    async def __call__(self, asked: Asked, receive: Receive, send: Send) -> None:
        site = self._site
        if asked["type"] == "http":
            header = Headers(scope=asked).get("authorization", "")
            granted = _granted(self._http(), header)
            asked.setdefault("state", {}).update(who=granted[0].who if granted else "", csrf="")
            site = self._refusal(asked["method"], asked["path"], granted) or site
        await site(asked, receive, send)

    def _refusal(self, method: str, path: str, granted: Sequence[Grant]) -> Response | None:
        needed, http = needed_for(method, path), self._http()
        is_closed = bool(http.tokens or http.basic) or needed is Scope.INGEST
        if needed is None or not is_closed:
            return None
        if any(needed in one.scopes for one in granted):
            return None
        answer = _answer(path, needed, is_known=bool(granted))
        for challenge in _challenges(http, needed, is_known=bool(granted)):
            answer.headers.append("www-authenticate", challenge)
        return answer


def needed_for(method: str, path: str) -> Scope | None:
    """The scope that a request needs; None where nothing is kept back."""
    if method in SAFE_METHODS:
        return None if path in OPEN else Scope.READ
    return Scope.INGEST if _HANDS_IN_POSTS.match(path) else Scope.ACT


@dataclass(frozen=True, slots=True)
class Grant:
    """Who it is, by the name in the configuration, and what they may do."""

    who: str
    scopes: frozenset[Scope]


def _granted(http: Http, header: str) -> list[Grant]:
    """What each token or login that is shown allows. All are compared, in constant time."""
    kind, _, shown = header.partition(" ")
    match kind.lower():
        case "bearer":
            found = shown.strip().encode("latin-1")
            known = [
                (one.token.get_secret_value(), Grant(one.name, one.scopes)) for one in http.tokens
            ]
        case "basic":
            found = _decoded(shown)
            known = [
                (f"{one.user}:{one.password.get_secret_value()}", Grant(one.user, one.scopes))
                for one in http.basic
            ]
        case _:
            return []
    return [grant for secret, grant in known if _are_equal(found, secret.encode())]


def _decoded(shown: str) -> bytes:
    try:
        return base64.b64decode(shown.encode("latin-1"))
    except binascii.Error:
        return b""


def _are_equal(one: bytes, other: bytes) -> bool:
    """Without telling by the time it takes how much of it, or how long it is."""
    return hmac.compare_digest(hashlib.sha256(one).digest(), hashlib.sha256(other).digest())


def _answer(path: str, needed: Scope, *, is_known: bool) -> Response:
    if is_known:
        status, detail = 403, f"this needs the scope {needed}, which yours does not have"
    elif needed is Scope.INGEST:
        status, detail = 401, "show a token of http.tokens that has the scope ingest"
    else:
        status, detail = 401, "log in, or show a token of http.tokens"
    if path.startswith(API):
        return problem(status, detail)
    return PlainTextResponse(f"{detail}\n", status)


def _challenges(http: Http, needed: Scope, *, is_known: bool) -> Iterator[str]:
    """RFC 6750 and RFC 7617. A browser asks for name and password where one may help."""
    if http.tokens or needed is Scope.INGEST:
        why = f', error="insufficient_scope", scope="{needed}"' if is_known else ""
        yield f'Bearer realm="replywatch"{why}'
    if http.basic and needed is not Scope.INGEST and not is_known:
        yield 'Basic realm="replywatch", charset="UTF-8"'
