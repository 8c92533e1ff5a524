"""A real server on loopback that says byte for byte what a test wants it to."""

from __future__ import annotations

import gzip
import socketserver
import threading
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Self

Script = Callable[["Visit"], Iterable[bytes]]
"""What is sent in answer to one request, piece by piece; the connection ends when it raises."""


class Visit:
    """One request: its head, and a way to wait that the test's end cuts short."""

    def __init__(self, head: bytes, over: threading.Event) -> None:
        self.head = head
        self._over = over

    @property
    def target(self) -> str:
        return self.head.split(b" ", 2)[1].decode()

    def header(self, name: str) -> str | None:
        lines = self.head.decode().lower().split("\r\n")
        found = (line.partition(": ") for line in lines)
        return next((value for key, _, value in found if key == name), None)

    def wait(self, seconds: float) -> None:
        if self._over.wait(seconds):
            raise ConnectionAbortedError


class HangUpError(Exception):
    """Raised by a script to end the connection where it is."""


class Loopback:
    """Answers every request with `script`. `visits` are the requests it had."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.visits: list[Visit] = []
        self.connections = 0
        self._over = threading.Event()
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(outer) -> type[socketserver.StreamRequestHandler]:  # noqa: N805 - two selves
        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                outer.connections += 1
                try:
                    for head in self._heads():
                        outer.visits.append(Visit(head, outer._over))
                        for piece in outer.script(outer.visits[-1]):
                            self.wfile.write(piece)
                except (OSError, HangUpError):
                    return

            def _heads(self) -> Iterator[bytes]:
                lines: list[bytes] = []
                for line in self.rfile:
                    lines.append(line)
                    if line == b"\r\n":
                        yield b"".join(lines)
                        lines.clear()

        return Handler


def answer(content: bytes = b"[]", *, status: str = "200 OK", headers: str = "") -> bytes:
    """A whole answer. `headers` are lines, each ended by a line break."""
    lines = headers.replace("\n", "\r\n")
    kind = "" if "content-type" in headers.lower() else "Content-Type: application/json\r\n"
    return (
        f"HTTP/1.1 {status}\r\n{kind}Content-Length: {len(content)}\r\n{lines}\r\n".encode()
        + content
    )


def packed(content: bytes) -> bytes:
    return answer(gzip.compress(content), headers="Content-Encoding: gzip\n")
