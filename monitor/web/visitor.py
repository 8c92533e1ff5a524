"""Who asks: by a token, by a login, by the session of a page, or nobody known."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection

from monitor.config import Http, Scope
from monitor.ports.clock import Clock
from monitor.web.limits import Attempts, place_of
from monitor.web.problem import RefusedError
from monitor.web.session import COOKIE, By, Known, Session, Sessions, known_to


@dataclass(frozen=True, slots=True)
class Visitor:
    """From where, and what they have shown that is known."""

    place: str
    shown: tuple[Known, ...] = ()
    session: Session | None = None

    @property
    def who(self) -> str:
        """The name in the configuration, or nothing."""
        return self.shown[0].name if self.shown else ""

    @property
    def asker(self) -> str:
        """Whose requests are counted together."""
        return f"{self.shown[0].by}:{self.who}" if self.shown else self.place

    def may(self, scope: Scope) -> bool:
        if self.session:
            return scope in self.session.known.allows
        return any(scope in one.scopes for one in self.shown)


class Reception:
    """Looks at what a request shows."""

    def __init__(self, sessions: Sessions, attempts: Attempts, clock: Clock) -> None:
        self._sessions, self._attempts, self._clock = sessions, attempts, clock

    async def visitor(self, request: HTTPConnection, http: Http) -> Visitor:
        """A header counts before a cookie. Raises RefusedError where a password was wrong too
        often, StoreError."""
        place = place_of(request.client.host if request.client else "")
        kind, _, shown = request.headers.get("authorization", "").partition(" ")
        cookie = request.cookies.get(COOKIE)
        match kind.lower():
            case "bearer":
                return Visitor(place, by_token(http, shown.strip()))
            case "basic":
                return Visitor(place, self._by_password(http, shown, place))
            case "" if cookie and (http.tokens or http.basic):
                now = self._clock()
                session = await run_in_threadpool(self._sessions.read, cookie, http, now)
                return Visitor(place, (session.known,) if session else (), session)
        return Visitor(place)

    def _by_password(self, http: Http, shown: str, place: str) -> tuple[Known, ...]:
        user, _, password = _decoded(shown).partition(b":")
        return self.tried_password(http, place, user, password)

    def tried_password(
        self, http: Http, place: str, user: bytes, password: bytes
    ) -> tuple[Known, ...]:
        """The login of this name, if the password is right. Raises RefusedError: 429, for names
        that are nobody's too: which are somebody's is not to be learnt."""
        claim = f"{place} {hashlib.sha256(user).hexdigest()}"
        return self._tried(claim, lambda: _by_login(http, user, password))

    def tried_token(self, http: Http, place: str, token: str) -> tuple[Known, ...]:
        """The same of a token that somebody types."""
        return self._tried(f"{place} token", lambda: by_token(http, token))

    def _tried(self, claim: str, look: Callable[[], tuple[Known, ...]]) -> tuple[Known, ...]:
        now = self._clock()
        if rest := self._attempts.wait(claim, now):
            raise RefusedError(429, f"wrong too often; come back in {rest} s", rest=rest)
        found = look()
        if found:
            self._attempts.succeeded(claim)
        else:
            self._attempts.failed(claim, now)
        return found


def by_token(http: Http, shown: str) -> tuple[Known, ...]:
    """All are compared, in constant time."""
    token = shown.encode("utf-8", "surrogateescape")
    return tuple(
        known
        for known in known_to(http)
        if known.by is By.TOKEN and _same(token, known.secret.encode())
    )


def _by_login(http: Http, user: bytes, password: bytes) -> tuple[Known, ...]:
    return tuple(
        known
        for known in known_to(http)
        if known.by is By.LOGIN and _are_equal(user, password, known)
    )


def _are_equal(user: bytes, password: bytes, known: Known) -> bool:
    is_named = _same(user, known.name.encode())
    return _same(password, known.secret.encode()) and is_named


def _same(one: bytes, other: bytes) -> bool:
    """Without telling by the time it takes how much of it, or how long it is."""
    return hmac.compare_digest(hashlib.sha256(one).digest(), hashlib.sha256(other).digest())


def _decoded(shown: str) -> bytes:
    try:
        return base64.b64decode(shown.encode("latin-1"))
    except (binascii.Error, UnicodeError):
        return b""
