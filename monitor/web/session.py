"""Logged in by a page: a signed cookie, as an event stream sends no header of its own.

The cookie holds who it is and until when, and a mark of the password or token by which it was got:
so it ends when that login is changed or removed, and who has read the key in a copy of the database
can still make none without the password. Logging out ends it for good, by its id.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum, auto
from typing import Any

from itsdangerous import BadData, Signer, URLSafeSerializer

from monitor.config import Http, Scope
from monitor.store import signing
from monitor.store.database import Store

COOKIE = "replywatch_session"
CSRF_HEADER = "X-CSRF-Token"

LASTS = timedelta(days=14)
"""A screen on a wall is not logged in each morning."""

_HOW: dict[str, Any] = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}


class By(StrEnum):
    """What somebody has shown."""

    LOGIN = auto()
    TOKEN = auto()


@dataclass(frozen=True, slots=True)
class Known:
    """A login or a token of the configuration: who it is, what they may do, and by which secret."""

    by: By
    name: str
    secret: str = field(repr=False)
    scopes: frozenset[Scope]

    @property
    def allows(self) -> frozenset[Scope]:
        """What a page may do: posts are handed in with a token only."""
        return self.scopes - {Scope.INGEST}


@dataclass(frozen=True, slots=True)
class Session:
    id: str
    known: Known
    until: datetime
    csrf: str = field(repr=False)


def known_to(http: Http) -> Iterator[Known]:
    for token in http.tokens:
        yield Known(By.TOKEN, token.name, token.token.get_secret_value(), token.scopes)
    for login in http.basic:
        yield Known(By.LOGIN, login.user, login.password.get_secret_value(), login.scopes)


class Sessions:
    """The store is asked: call it from threads. Raises StoreError."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._key: str | None = None

    def begun(self, known: Known, now: datetime) -> str:
        """The cookie of a new session."""
        told = {
            "id": secrets.token_urlsafe(16),
            "by": known.by,
            "name": known.name,
            "mark": self._mark(known),
            "until": int((now + LASTS).timestamp()),
        }
        return str(self._serializer().dumps(told))

    def read(self, cookie: str, http: Http, now: datetime) -> Session | None:
        """None where it was not signed here, is over, or its login is not as it was."""
        try:
            told = self._serializer().loads(cookie)
        except BadData:
            return None
        until = datetime.fromtimestamp(told["until"], UTC)
        if now >= until:
            return None
        for known in known_to(http):
            if (known.by, known.name) == (told["by"], told["name"]):
                is_same = secrets.compare_digest(self._mark(known), told["mark"])
                if is_same and not self._has_ended(told["id"]):
                    return Session(told["id"], known, until, self._signed("csrf", told["id"]))
        return None

    def end(self, session: Session, now: datetime) -> None:
        with self._store.write() as tx:
            signing.end(tx, session.id, session.until, now)

    def _has_ended(self, session: str) -> bool:
        with self._store.read() as tx:
            return signing.has_ended(tx, session)

    def _mark(self, known: Known) -> str:
        return self._signed("mark", f"{known.by}:{known.name}:{known.secret}")

    def _signed(self, purpose: str, what: str) -> str:
        return Signer(self._signing_key(), salt=purpose, **_HOW).get_signature(what).decode()

    def _serializer(self) -> URLSafeSerializer:
        return URLSafeSerializer(self._signing_key(), salt="session", signer_kwargs=_HOW)

    def _signing_key(self) -> str:
        if self._key is None:
            with self._store.write() as tx:
                self._key = signing.key(tx)
        return self._key
