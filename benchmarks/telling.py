"""From the instant at which a promise breaks until somebody is told, on the sandbox."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from benchmarks.result import Goal, Outcome, Result
from benchmarks.scenes import folder

WORK = "from due instant to the first notice leaving, sandbox"
BREACHES = 20
AT_MOST_SECONDS = 300
SECOND = timedelta(seconds=1)

DAEMON = """
import sys
from pathlib import Path
from monitor.app import run
run(Path(sys.argv[1]), once=False)
"""
CONFIG = """
store: sqlite:///bench.db
http: {{listen: "127.0.0.1:0"}}
sandbox: {{listen: "127.0.0.1:{port}", seed: 1, customers: 200, speed: 2}}
targets: {{quarter-minute: {{metric: first_reply, within: 15s, objective: 90%}}}}
accounts:
  - name: tarn-air
    connector: mastodon
    server: http://127.0.0.1:{port}
    handle: tarn_air
    access_token: sandbox-tarn_air
    agents: [tarn_anna, tarn_jon]
    poll: 5s
    history: 15m
  - name: kelda-mobile
    connector: mastodon
    server: http://127.0.0.1:{port}
    handle: kelda_mobile
    access_token: sandbox-kelda_mobile
    poll: 5s
    history: 15m
notifiers: {{room: {{webhook: "http://127.0.0.1:{receiver}/hook"}}}}
routes: [{{on: [breach], to: [room], group_interval: 0s}}]
"""


def telling() -> Iterator[Outcome]:
    """Polled every five seconds, told as each comes."""
    with folder() as room, _Receiver() as receiver:
        file = room / "replywatch.yml"
        config = CONFIG.format(port=_free_port(), receiver=receiver.server_address[1])
        file.write_text(config, encoding="utf-8")
        with _daemon(file, room / "daemon.log"):
            end = time.monotonic() + AT_MOST_SECONDS
            while len(receiver.lags) < BREACHES and time.monotonic() < end:
                time.sleep(0.5)
    lags = sorted(lag / SECOND for lag in receiver.lags)
    if len(lags) < BREACHES:
        raise AssertionError(f"only {len(lags)} breaches were told in {AT_MOST_SECONDS} s")
    worst = quantiles(lags, n=10)[-1]
    told = f"{median(lags):.2f} s at the median, {worst:.2f} s at the 90th percentile"
    yield Result(WORK, f"{told}, of {len(lags)}", "", median(lags), "s", Goal(3))


class _Receiver(ThreadingHTTPServer):
    """Notes how long after its due instant each breach was told."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.lags: list[timedelta] = []
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def server_close(self) -> None:
        """At the end of a `with`; its thread would go round for ever upon a closed socket."""
        self.shutdown()
        super().server_close()

    def take(self, notice: Any, now: datetime) -> None:
        for item in notice["items"]:
            self.lags.append(now - datetime.fromisoformat(item["due_at"]))


class _Taking(BaseHTTPRequestHandler):
    server: _Receiver

    def do_POST(self) -> None:
        now = datetime.now(UTC)
        self.server.take(json.loads(self.rfile.read(int(self.headers["content-length"]))), now)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def _daemon(file: Path, log: Path) -> Iterator[None]:
    command = [sys.executable, "-c", DAEMON, str(file)]
    with log.open("wb") as told, subprocess.Popen(command, stdout=told, stderr=told) as daemon:
        try:
            yield
            if daemon.poll() is not None:
                raise AssertionError(f"the daemon has ended: {log.read_text()[-2_000:]}")
        finally:
            daemon.terminate()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port
