"""Asking: one request with its tries, redirects and caps, and what requests have shown."""

from __future__ import annotations

import logging
import threading
import time
import zlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache

import httpcore
import httpx
import orjson
import stamina
from pydantic import SecretStr
from stamina.instrumentation import set_on_retry_hooks

from monitor.http.address import hidden_address, is_sendable, place, web_address
from monitor.http.answer import (
    Answer,
    PassingError,
    RateLimit,
    clock_offset,
    http_date,
    rate_limit,
    redirected,
    refusal,
)
from monitor.http.network import Network, client, until
from monitor.http.sessions import Sessions
from monitor.ports.clock import Clock
from monitor.ports.connector import FetchError, Reason

DEADLINE = timedelta(seconds=8)  # of one request with all its tries and redirects
MOST_BYTES = 10_000_000
MOST_REDIRECTS = 5

_GZIP = 16 + zlib.MAX_WBITS
_MOVED = frozenset({301, 302, 303, 307, 308})
_LATE = (httpx.TimeoutException, httpcore.TimeoutException)
_LOST = (httpx.TransportError, httpcore.NetworkError, httpcore.ProtocolError)

# httpx prints whole addresses at INFO, and stamina the arguments of what it calls again.
logging.getLogger("httpx").setLevel(logging.WARNING)
logging.getLogger("httpcore").setLevel(logging.WARNING)
set_on_retry_hooks([])

Params = Mapping[str, str | Sequence[str]] | str
"""A query: names with their values, or already written."""

Json = Mapping[str, object] | Sequence[Mapping[str, object]]


@dataclass(slots=True)
class Usage:
    """What an account's requests have shown since this was last taken.

    `requests` by status code, or `error` where no answer came; `rate_limit` as of the newest
    answer; `clock_offset` is our clock less the host's, true to about a second.
    """

    requests: Counter[str] = field(default_factory=Counter)
    rate_limit: RateLimit | None = None
    clock_offset: timedelta | None = None


class Web:
    """One account's way to the web, cheap to make. `close` may be called from another thread."""

    def __init__(
        self,
        clock: Clock,
        *,
        deadline: timedelta = DEADLINE,
        tries: int = 3,
        most_bytes: int = MOST_BYTES,
        sessions: Sessions | None = None,
    ) -> None:
        self.sessions = sessions or Sessions(clock)
        self._clock = clock
        self._deadline = deadline.total_seconds()
        self._most_bytes = most_bytes
        self._again = stamina.RetryingCaller(
            attempts=tries, timeout=self._deadline, wait_initial=0.2, wait_max=1, wait_jitter=0.2
        ).on(PassingError)
        self._network = Network()
        self._clients: dict[str, httpx.Client] = {}
        self._usage = Usage()
        self._lock = threading.Lock()

    def site(self, address: str, headers: Mapping[str, str] | None = None) -> Site:
        """A host, and the headers (secrets too) that go to it and nowhere else.

        ValueError where `address` is no `web_address`, or a header cannot be sent.
        """
        return Site(self, web_address(address), headers or {})

    def hook(self, address: SecretStr) -> Hook:
        """An address that is a secret itself. Raises ValueError if it is no `hidden_address`."""
        return Hook(self, httpx.URL(hidden_address(address).get_secret_value()))

    def now(self) -> datetime:
        """By the clock that requests are stamped with."""
        return self._clock()

    def get(self, url: httpx.URL, headers: Mapping[str, str], also: Collection[int] = ()) -> Answer:
        """The answer to a GET if its status is 2xx or in `also`. Raises FetchError."""
        deadline = time.monotonic() + self._deadline
        for _ in range(MOST_REDIRECTS + 1):
            answer = self._again(self._try, url, headers, deadline, also)
            if answer.status not in _MOVED:
                return answer
            url = redirected(answer)
        raise FetchError(Reason.REJECTED, f"{place(url)} redirects for ever; correct the address")

    def post(
        self, url: httpx.URL, headers: Mapping[str, str], content: bytes, also: Collection[int] = ()
    ) -> Answer:
        """The answer to a POST, tried once and led nowhere else. Raises FetchError."""
        deadline = time.monotonic() + self._deadline
        answer = self._try(url, headers, deadline, also, "POST", content)
        if answer.status in _MOVED:
            raise refusal(answer)
        return answer

    def close(self) -> None:
        """End what is under way, and refuse what comes after."""
        self._network.close()
        with self._lock:
            for opened in self._clients.values():
                opened.close()

    def taken(self) -> Usage:
        """What requests have shown since the last call."""
        with self._lock:
            taken, self._usage = self._usage, Usage()
            return taken

    def _try(
        self,
        url: httpx.URL,
        headers: Mapping[str, str],
        deadline: float,
        also: Collection[int],
        method: str = "GET",
        content: bytes = b"",
    ) -> Answer:
        if self._network.is_closed:
            raise FetchError(Reason.UNAVAILABLE, f"{place(url)} was not asked: shutting down")
        opened, asked_at = self._client(url.scheme), self._clock()
        try:
            with opened.stream(
                method, url, headers=headers, content=content, extensions=until(deadline)
            ) as response:
                head = self._head(response, url, asked_at)
                if not (response.is_success or head.status in _MOVED or head.status in also):
                    raise refusal(head)
                return replace(head, content=_content(response, url, self._most_bytes))
        except zlib.error:
            told = f"{place(url)} packs its answer badly"
            raise FetchError(Reason.BAD_PAYLOAD, told) from None
        except (*_LATE, *_LOST) as error:
            self._count("error")
            raise self._failure(url, error) from None

    def _client(self, scheme: str) -> httpx.Client:
        with self._lock:
            if scheme not in self._clients:
                self._clients[scheme] = client(self._network, secure=scheme == "https")
            return self._clients[scheme]

    def _head(self, response: httpx.Response, url: httpx.URL, asked_at: datetime) -> Answer:
        """The answer without its content, noted in the usage."""
        status, headers = response.status_code, response.headers
        dated_at = http_date(headers.get("date", ""))
        head = Answer(url, status, headers, b"", asked_at, self._clock(), dated_at)
        self._count(str(status))
        limit, offset = rate_limit(head), clock_offset(head)
        with self._lock:
            self._usage.rate_limit = limit or self._usage.rate_limit
            self._usage.clock_offset = self._usage.clock_offset if offset is None else offset
        return head

    def _count(self, outcome: str) -> None:
        with self._lock:
            self._usage.requests[outcome] += 1

    def _failure(self, url: httpx.URL, error: Exception) -> FetchError:
        if self._network.is_closed:
            return FetchError(Reason.UNAVAILABLE, f"{place(url)} was cut off: shutting down")
        if isinstance(error, _LATE):
            return FetchError(Reason.UNAVAILABLE, f"{place(url)} did not answer in time")
        cause = type(error.__context__ or error).__name__
        return PassingError(Reason.UNAVAILABLE, f"{place(url)} cannot be read ({cause})")


class Site:
    """A host as one credential sees it. Every method raises FetchError."""

    def __init__(self, web: Web, address: str, headers: Mapping[str, str]) -> None:
        if not all(map(is_sendable, headers.values())):
            raise ValueError("a header cannot be sent; is the secret whole, without line breaks?")
        self._web = web
        self._address = address
        self._headers = dict(headers)

    def get(self, path: str, params: Params | None = None, *, also: Collection[int] = ()) -> Answer:
        """The answer to a GET if its status is 2xx or in `also`."""
        return self._web.get(_url(self._address + path, params), self._headers, also)

    def post(self, path: str, json: Json | None = None, *, also: Collection[int] = ()) -> Answer:
        """The answer to a POST of `json`, or of nothing, if its status is 2xx or in `also`."""
        url, content = httpx.URL(self._address + path), b"" if json is None else orjson.dumps(json)
        headers = (
            {"Content-Type": "application/json", **self._headers} if content else self._headers
        )
        return self._web.post(url, headers, content, also)


class Hook:
    """An address of which errors tell the host alone. Every method raises FetchError."""

    def __init__(self, web: Web, url: httpx.URL) -> None:
        self._web = web
        self._url = url

    def get(self) -> Answer:
        with self._hidden():
            return self._web.get(self._url, {})

    def post(self, content: bytes, headers: Mapping[str, str]) -> Answer:
        """The answer to a POST, if its status is 2xx."""
        if not all(map(is_sendable, headers.values())):
            raise ValueError("a header cannot be sent; has it line breaks?")
        with self._hidden():
            return self._web.post(self._url, headers, content)

    @contextmanager
    def _hidden(self) -> Iterator[None]:
        try:
            yield
        except FetchError as error:
            where, told = place(self._url), str(error)
            known = (
                told.removeprefix(where) if told.startswith(where) else " fails after a redirect"
            )
            told = f"{self._url.host}{known}"
            raise FetchError(error.reason, told, retry_at=error.retry_at) from None


def _url(address: str, params: Params | None) -> httpx.URL:
    """The first page of a list is asked for over and over."""
    if not isinstance(params, Mapping):
        return httpx.URL(address, params=params)
    asked = ((name, one if isinstance(one, str) else tuple(one)) for name, one in params.items())
    return _written_url(address, tuple(asked))


@lru_cache(maxsize=256)
def _written_url(address: str, params: tuple[tuple[str, str | tuple[str, ...]], ...]) -> httpx.URL:
    return httpx.URL(address, params=dict(params))


def _content(response: httpx.Response, url: httpx.URL, most: int) -> bytes:
    """The body, unpacked. Of neither form are more than `most` bytes taken in."""
    packing = response.headers.get("content-encoding", "identity")
    if packing not in ("identity", "gzip"):
        raise FetchError(Reason.BAD_PAYLOAD, f"{place(url)} packs its answer in an unasked way")
    gzip = zlib.decompressobj(_GZIP) if packing == "gzip" else None
    content, taken = bytearray(), 0
    for chunk in response.iter_raw():
        taken += len(chunk)
        content += gzip.decompress(chunk, most + 1 - len(content)) if gzip else chunk
        if max(taken, len(content)) > most:
            raise FetchError(Reason.BAD_PAYLOAD, f"{place(url)} answers at over {most} bytes")
    if gzip and taken and not gzip.eof:
        raise PassingError(Reason.UNAVAILABLE, f"{place(url)} breaks off its answer")
    return bytes(content)
