"""A real HTTP server on loopback that keeps what it is sent and answers as a test wants."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


@dataclass(frozen=True, slots=True)
class Received:
    path: str
    headers: dict[str, str]
    body: str


@dataclass(frozen=True, slots=True)
class Answer:
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


Script = Callable[[Received], Answer | Iterable[bytes]]
"""An answer, or raw bytes piece by piece."""


def well(_: Received) -> Answer:
    return Answer()


class Receiver:
    """`over` is set when the test ends, so that nothing that hangs outlives it."""

    def __init__(self) -> None:
        self.script: Script = well
        self.received: list[Received] = []
        self.over = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answers(self, status: int, *headers: tuple[str, str], body: bytes = b"") -> None:
        self.script = lambda _: Answer(status, headers, body)

    def hangs(self) -> None:
        def hang(_: Received) -> Iterable[bytes]:
            self.over.wait(30)
            return []

        self.script = hang

    def drips(self) -> None:
        def drip(_: Received) -> Iterable[bytes]:
            yield b"HTTP/1.1 200 OK\r\nX-Slow: "
            while not self.over.wait(0.05):
                yield b"x"

        self.script = drip

    def _handler(outer) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - two selves
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                body = self.rfile.read(length).decode()
                headers = {name.lower(): value for name, value in self.headers.items()}
                outer.received.append(Received(self.path, headers, body))
                try:
                    self._answer(outer.script(outer.received[-1]))
                except OSError:
                    self.close_connection = True

            do_GET = do_POST  # noqa: N815 - the library's name

            def _answer(self, answer: Answer | Iterable[bytes]) -> None:
                if not isinstance(answer, Answer):
                    self.close_connection = True
                    for piece in answer:
                        self.wfile.write(piece)
                    return
                self.send_response(answer.status)
                for name, value in (*answer.headers, ("Content-Length", str(len(answer.body)))):
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, *_: object) -> None:
                return

        return Handler
