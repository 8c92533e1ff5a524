"""Runs the sandbox's server in a thread of its own."""

from __future__ import annotations

import socket
from threading import Thread

import uvicorn

from monitor.sandbox.server import Clock, build_app
from monitor.sandbox.world import Scenario, World

GRACE_SECONDS = 1
STOP_SECONDS = 5


class Sandbox:
    """A simulated platform at `url`, from `start()` to `stop()`, once.

    Its world begins at `start()`. Port 0 takes a free one; `url` tells it after `start()`.
    """

    def __init__(self, host: str, port: int, scenario: Scenario, clock: Clock) -> None:
        self._host = host
        self._port = port
        self._scenario = scenario
        self._clock = clock
        self._socket: socket.socket | None = None
        self._server: uvicorn.Server | None = None
        self._thread: Thread | None = None

    @property
    def url(self) -> str:
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    def start(self) -> None:
        """Bind, then simulate the past and serve. Raises OSError where the port cannot be had.

        Connections are taken from the moment that this returns.
        """
        self._socket = _bind(self._host, self._port)
        self._port = self._socket.getsockname()[1]
        app = build_app(World(self._scenario, self._clock()), self._clock)
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            date_header=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        self._server = uvicorn.Server(config)
        sockets = [self._socket]
        self._thread = Thread(target=self._server.run, args=(sockets,), name="sandbox", daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Until it stops, which by itself it does not."""
        if self._thread is not None:
            self._thread.join()

    def stop(self) -> None:
        """End open requests soon, and give the port back. Nothing happens if it does not run."""
        if self._server is not None:
            self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)
        if self._socket is not None:
            self._socket.close()


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        reason = str(error.strerror).partition(" (while")[0]
        message = (
            f"the sandbox cannot listen on {host}:{port}: {reason}; "
            "set another address under sandbox: listen:"
        )
        raise OSError(error.errno, message) from error
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # asyncio leaves it off here
    return listener
