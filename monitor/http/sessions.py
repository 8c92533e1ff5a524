"""Logins that platforms have granted: kept in a file, renewed once for all who use them.

The one file of state outside the database, since what is in it is secret and can be had anew.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import structlog
from pydantic import TypeAdapter, ValidationError

from monitor.http.address import is_sendable, place, web_address
from monitor.http.answer import Answer, refusal
from monitor.ports.clock import Clock
from monitor.ports.connector import FetchError, Reason

if TYPE_CHECKING:  # the way to the web has the sessions with it
    from monitor.http.web import Params, Site

REST = timedelta(minutes=15)
"""After a refused login, before it is tried again: logins are scarce (Bluesky: 300 a day)."""

_ABOUT_TOKENS = (400, 401)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Session:
    """A granted login. `user`: whose, by the platform's id. `address`: the host that it is for.

    ValueError where it cannot be used.
    """

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    user: str
    address: str

    def __post_init__(self) -> None:
        web_address(self.address)
        if not (is_sendable(self.access) and is_sendable(self.refresh)):
            raise ValueError("a token cannot be sent")


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Of a login. `credential` is a fingerprint, so that a corrected one need not rest."""

    at: datetime
    credential: str


@dataclass(frozen=True, slots=True)
class _Kept:
    sessions: dict[str, Session] = field(default_factory=dict)
    refusals: dict[str, _Refusal] = field(default_factory=dict)


_KEPT = TypeAdapter(_Kept)


class Flow(Protocol):
    """How a platform lets somebody in, and takes a token; a connector supplies it.

    `key` tells logins apart in the file. All methods may raise FetchError.
    """

    key: str
    credential: str

    def login(self) -> Session | None:
        """A new session, or None where the credential is refused."""
        ...

    def refresh(self, session: Session) -> Session | None:
        """The session that follows this one, or None where only a login helps."""
        ...

    def site(self, session: Session) -> Site:
        """The host, with the session's token."""
        ...

    def is_spent(self, answer: Answer) -> bool:
        """Whether this answer, a 400 or 401, says that the token holds no more."""
        ...


class Sessions:
    """The sessions of all accounts; in memory alone without `path`, and lost with the process.

    OSError where the file is there and cannot be read. A damaged one is as good as none.
    """

    def __init__(self, clock: Clock, path: Path | None = None) -> None:
        self._clock = clock
        self._path = path
        self._kept = _read(path) if path else _Kept()
        self._lock = threading.Lock()
        self._turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def current(self, flow: Flow) -> Session:
        """The session in force; a login where there is none. Raises FetchError."""
        return self._kept.sessions.get(flow.key) or self.renewed(flow, None)

    def renewed(self, flow: Flow, spent: Session | None) -> Session:
        """The session that follows `spent`: of several who ask at once, one renews it.

        Raises FetchError: `auth` where the credential is refused, or was less than `REST` ago.
        """
        with self._lock:
            turn = self._turns[flow.key]
        with turn:
            current = self._kept.sessions.get(flow.key)
            if current and current != spent:
                return current
            session = (flow.refresh(current) if current else None) or self._logged_in(flow)
            self.keep(flow.key, session)
            return session

    def keep(self, key: str, session: Session) -> None:
        """Put a session in force."""
        with self._lock:
            refusals = {of: one for of, one in self._kept.refusals.items() if of != key}
            self._put(_Kept({**self._kept.sessions, key: session}, refusals))

    def _logged_in(self, flow: Flow) -> Session:
        now, refused = self._clock(), self._kept.refusals.get(flow.key)
        if refused and abs(now - refused.at) < REST and refused.credential == _fingerprint(flow):
            raise _refused(flow, refused.at)
        session = flow.login()
        if session is None:
            with self._lock:
                refusals = {**self._kept.refusals, flow.key: _Refusal(now, _fingerprint(flow))}
                self._put(replace(self._kept, refusals=refusals))
            raise _refused(flow, now)
        return session

    def _put(self, kept: _Kept) -> None:
        """What cannot be written holds for this process all the same."""
        self._kept = kept
        if self._path is None:
            return
        try:
            _write(self._path, _KEPT.dump_json(kept))
        except OSError as error:
            log.warning("sessions.not_kept", path=str(self._path), error=error.strerror)


class SignedIn:
    """A host as somebody who has logged in sees it."""

    def __init__(self, sessions: Sessions, flow: Flow) -> None:
        self._sessions = sessions
        self._flow = flow

    def session(self) -> Session:
        """The one in force. Raises FetchError."""
        return self._sessions.current(self._flow)

    def get(self, path: str, params: Params | None = None, *, also: Collection[int] = ()) -> Answer:
        """As `Site.get`, with the session renewed where its token holds no more."""
        session = self.session()
        answer = self._asked(session, path, params, also)
        if self._is_spent(answer):
            answer = self._asked(self._sessions.renewed(self._flow, session), path, params, also)
        if self._is_spent(answer):
            told = f"{place(answer.url)} takes no token; see what the credential may do"
            raise FetchError(Reason.AUTH, told)
        if answer.status in _ABOUT_TOKENS and answer.status not in also:
            raise refusal(answer)
        return answer

    def _asked(
        self, session: Session, path: str, params: Params | None, also: Collection[int]
    ) -> Answer:
        return self._flow.site(session).get(path, params, also={*also, *_ABOUT_TOKENS})

    def _is_spent(self, answer: Answer) -> bool:
        return answer.status in _ABOUT_TOKENS and self._flow.is_spent(answer)


def _refused(flow: Flow, at: datetime) -> FetchError:
    told = f"the login of {flow.key} was refused at {at:%H:%M:%S} UTC; renew the credential"
    return FetchError(Reason.AUTH, told, retry_at=at + REST)


def _fingerprint(flow: Flow) -> str:
    """Slow to guess from, should the file be lost."""
    secret, salt = flow.credential.encode(), flow.key.encode()
    return hashlib.scrypt(secret, salt=salt, n=2**14, r=8, p=1, dklen=16).hex()


def _read(path: Path) -> _Kept:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return _Kept()
    path.chmod(0o600)
    try:
        return _KEPT.validate_json(content)
    except ValidationError:
        log.warning("sessions.damaged", path=str(path))
        return _Kept()


def _write(path: Path, content: bytes) -> None:
    """All or nothing, and never for others to read."""
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
