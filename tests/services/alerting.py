"""An Alertmanager of one's own, with a folder and ports that nobody else has."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Self

import httpx

_CONFIG = """
global: {{resolve_timeout: 1m}}
route:
  receiver: hook
  group_by: [brand, alertname]
  group_wait: 300ms
  group_interval: 500ms
  repeat_interval: 1h
receivers:
  - name: hook
    webhook_configs: [{{url: "{hook}", send_resolved: true}}]
"""


class NotInstalledError(Exception):
    """There is no Alertmanager here; the text says what to install."""


class OwnAlertmanager:
    """Running, with one route to the webhook `hook`. Raises NotInstalledError."""

    def __init__(self, hook: str) -> None:
        program = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
        if program is None:
            told = (
                "Alertmanager is not installed; on Debian: apt-get install prometheus-alertmanager"
            )
            raise NotInstalledError(told)
        self._program = program
        self._folder = Path(tempfile.mkdtemp(prefix="replywatch-am-"))
        (self._folder / "config.yml").write_text(_CONFIG.format(hook=hook))
        self.address = f"http://127.0.0.1:{_free_port()}"

    def __enter__(self) -> Self:
        log = (self._folder / "log").open("wb")
        listen = self.address.removeprefix("http://")
        command = [
            self._program,
            f"--config.file={self._folder / 'config.yml'}",
            f"--storage.path={self._folder / 'storage'}",
            f"--web.listen-address={listen}",
            "--cluster.listen-address=",
        ]
        with log:
            self._running = subprocess.Popen(command, stdout=log, stderr=log)
        self._wait_until_ready()
        return self

    def __exit__(self, *_: object) -> None:
        self._running.terminate()
        self._running.wait(10)
        shutil.rmtree(self._folder)

    def alerts(self) -> list[dict[str, Any]]:
        """Those that fire."""
        found: list[dict[str, Any]] = httpx.get(f"{self.address}/api/v2/alerts").json()
        return found

    def groups(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = httpx.get(f"{self.address}/api/v2/alerts/groups").json()
        return found

    def _wait_until_ready(self) -> None:
        for _ in range(200):
            try:
                if httpx.get(f"{self.address}/-/ready").is_success:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        raise RuntimeError(f"it is not ready: {(self._folder / 'log').read_text()}")


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
