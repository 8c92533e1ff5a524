"""TCP and TLS beneath httpx: with a deadline for the whole, and a way to be cut off."""

from __future__ import annotations

import functools
import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from http.cookiejar import CookieJar
from typing import Any

import httpcore
import httpx

from monitor import __version__

PATIENCE = 5.0  # seconds without a byte
CONNECT = 3.0  # seconds for each address of a host, so that a dead one leaves time for the next
KEEP_ALIVE = 75.0  # seconds; common servers grant it, and polls are mostly closer together

_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
    "User-Agent": f"replywatch/{__version__}",
}


def client(network: Network, *, secure: bool) -> httpx.Client:
    """An httpx client upon `network`, without cookies, redirects and settings from outside."""
    return httpx.Client(
        transport=_Transport(network, _tls() if secure else None),
        headers=_HEADERS,
        cookies=_NoCookies(),
        trust_env=False,
    )


class _NoCookies(CookieJar):
    """They are for people's browsers. Answers are not even searched for them."""

    def extract_cookies(self, response: object, request: object) -> None:
        """Nothing."""


def until(deadline: float) -> dict[str, Any]:
    """The request extension that makes `Network` keep a deadline, of the monotonic clock."""
    left = deadline - time.monotonic()
    return {"timeout": {"connect": deadline, "read": deadline, "write": deadline, "pool": left}}


class Network(httpcore.NetworkBackend):
    """TCP that keeps a deadline, and that another thread can cut.

    It reads the timeouts that httpcore passes down from a request as instants of the monotonic
    clock. So they bound connecting and all reads together, those of the headers too.
    """

    def __init__(self) -> None:
        self.is_closed = False
        self._plain = httpcore.SyncBackend()
        self._open: set[_Connection] = set()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        lost: Exception = httpcore.ConnectError()
        for address in _addresses(host, port):
            patience = min(CONNECT, _left(timeout))
            try:
                stream = self._plain.connect_tcp(
                    address, port, patience, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                lost = error
            else:
                return self._kept(stream)
        raise lost

    def close(self) -> None:
        """End whatever is read, and let nothing new begin. Any thread may call it."""
        self.is_closed = True
        for connection in tuple(self._open):
            connection.cut()

    def _kept(self, stream: httpcore.NetworkStream) -> _Connection:
        connection = _Connection(stream, self._open)
        if self.is_closed:
            connection.close()
            raise httpcore.ConnectError
        return connection


class _Connection(httpcore.NetworkStream):
    """See `Network`. It stands in `beside` while it is open."""

    def __init__(self, stream: httpcore.NetworkStream, beside: set[_Connection]) -> None:
        self._stream = stream
        self._beside = beside
        beside.add(self)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, min(PATIENCE, _left(timeout)))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, min(PATIENCE, _left(timeout)))

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        patience = min(PATIENCE, _left(timeout))
        secured = self._stream.start_tls(ssl_context, server_hostname, patience)
        self._beside.discard(self)
        return _Connection(secured, self._beside)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def close(self) -> None:
        self._beside.discard(self)
        self._stream.close()

    def cut(self) -> None:
        """Wake whoever reads; to close the socket would leave its reader waiting."""
        with suppress(OSError):
            # Not the method of an encrypted socket: it would have its reader go on in the clear.
            socket.socket.shutdown(self.get_extra_info("socket"), socket.SHUT_RDWR)


class _Transport(httpx.BaseTransport):
    """What httpx's own does, upon a `Network`."""

    def __init__(self, network: Network, tls: ssl.SSLContext | None) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls, network_backend=network, keepalive_expiry=KEEP_ALIVE
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        answer = self._pool.handle_request(
            httpcore.Request(
                request.method,
                url,
                headers=request.headers.raw,
                content=request.read(),
                extensions=request.extensions,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


@functools.cache
def _tls() -> ssl.SSLContext:
    """One for all: each costs about a megabyte."""
    return httpx.create_ssl_context()


def _addresses(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpcore.ConnectError from error
    return [str(address[0]) for *_, address in found]


def _left(deadline: float | None) -> float:
    """Seconds until the deadline. Raises a timeout at its end."""
    left = (deadline or 0.0) - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left
