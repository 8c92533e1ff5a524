"""A platform on loopback, in a process of its own, that serves prepared pages as they are.

As a program (`python -m benchmarks.platform`) it writes its port on the first line of output.
`PUT /page/N` prepares the page of mentions that everybody gets from then on.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import Request, urlopen

from benchmarks import pages


@contextmanager
def platform() -> Iterator[str]:
    """The address of a running one."""
    command = [sys.executable, "-m", "benchmarks.platform"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        try:
            yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
        finally:
            server.terminate()


def turn_to(address: str, page: int) -> None:
    with urlopen(Request(f"{address}/page/{page}", method="PUT")):
        pass


class _Platform(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 300

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        now = datetime.now(UTC)
        self.statuses = pages.statuses(now)
        self.mentions = pages.mentions(0, now)
        self.acme = b'{"id": "1", "acct": "acme"}'


class _Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Platform

    def do_PUT(self) -> None:
        page = int(self.path.removeprefix("/page/"))
        self.server.mentions = pages.mentions(page, datetime.now(UTC))
        self._answer(b"")

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path.endswith("/notifications"):
            self._answer(self.server.mentions)
        elif path.endswith("/lookup"):
            self._answer(self.server.acme)
        elif path.startswith("/api/v1/accounts/"):
            self._answer(self.server.statuses)
        elif path == "/api/v1/statuses":
            self._answer(b"[]")
        else:  # a web page: of single statuses nothing is told
            self._answer(b"<html></html>", status=404, kind="text/html")

    def _answer(self, body: bytes, status: int = 200, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-RateLimit-Limit", "300")
        self.send_header("X-RateLimit-Remaining", "290")
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


if __name__ == "__main__":
    with _Platform() as serving:
        print(serving.server_port, flush=True)
        serving.serve_forever()
