"""A receiver of webhooks on loopback: takes what is brought, or is down."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple, Self


class Brought(NamedTuple):
    """One request that was answered with 2xx: its idempotency key, and the payload."""

    key: str
    payload: Any


class Receiver:
    """`status`: what it answers with; `refused`: how often it was asked while that was no 2xx.
    `before_answer` happens once, between taking something and saying so."""

    def __init__(self) -> None:
        self.status = 200
        self.brought: list[Brought] = []
        self.refused = 0
        self.before_answer: Callable[[], None] | None = None
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/hook"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def take(self, key: str, content: bytes) -> int:
        with self._lock:
            if self.status == 200:
                happens, self.before_answer = self.before_answer, None
                if happens:
                    happens()
                self.brought.append(Brought(key, json.loads(content)))
            else:
                self.refused += 1
            return self.status

    def _handler(outer) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - two selves
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers["content-length"]))
                status = outer.take(self.headers.get("idempotency-key", ""), content)
                with suppress(ConnectionError):  # nobody hears it
                    self.send_response(status)
                    self.send_header("content-length", "0")
                    self.end_headers()

            def log_message(self, *_: object) -> None:
                """Nothing."""

        return Handler
