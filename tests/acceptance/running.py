"""The program as a process: the command `replywatch run`, with its pages asked over HTTP."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx

from tests.acceptance.watching import configuration

REPLYWATCH = str(Path(sys.executable).with_name("replywatch"))
"""Beside the Python that runs the tests, as `make install` leaves it."""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def until(met: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)


class Daemon:
    """Started by `start`, on a database `rw.db` in its folder."""

    def __init__(self, folder: Path, name: str = "acme", *, before: Sequence[str] = ()) -> None:
        self.folder, self.port = folder, free_port()
        self.config = folder / f"{name}.yml"
        self._log = folder / f"{name}.log"
        self._command = [*before, REPLYWATCH, "run", "-c", str(self.config)]
        self._process: subprocess.Popen[bytes] | None = None

    def write(self, *addresses: str, **fields: str) -> None:
        head = f'http: {{listen: "127.0.0.1:{self.port}"}}\n{fields.pop("head", "")}'
        text = configuration(*addresses, **{"poll": "3s", **fields, "head": head})
        self.config.write_text(text, encoding="utf-8")

    def start(self, *options: str) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._command, *options], stdout=log, stderr=log, cwd=self.folder
            )
        return self._process

    def run(self, *options: str) -> tuple[int, str]:
        """To its end; the exit code, and what it said."""
        self.start(*options)
        return self.ended(), self.log()

    def send(self, number: signal.Signals) -> None:
        assert self._process
        self._process.send_signal(number)

    def ended(self, seconds: float = 30) -> int:
        assert self._process
        return self._process.wait(seconds)

    def kill(self) -> None:
        """If it still runs."""
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def is_up(self) -> bool:
        try:
            return self.get("/-/healthy").status_code == 200
        except httpx.TransportError:
            return False

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", timeout=5)

    def post(self, path: str) -> httpx.Response:
        return httpx.post(f"http://127.0.0.1:{self.port}{path}", timeout=5)

    def metric(self, start: str) -> float | None:
        """The value of the first series that begins so."""
        lines = self.get("/metrics").text.splitlines()
        found = (line for line in lines if line.startswith(f"replywatch_{start}"))
        return next((float(line.rsplit(" ", 1)[1]) for line in found), None)
