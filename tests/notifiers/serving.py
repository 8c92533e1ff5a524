"""A server on loopback that runs beside a test."""

from __future__ import annotations

import socketserver
import threading
from typing import Self


class Serving:
    """`over` is set when the test ends, so that nothing that hangs outlives it."""

    def __init__(self, server: socketserver.ThreadingTCPServer) -> None:
        self.over = threading.Event()
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, args=(0.01,))

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
