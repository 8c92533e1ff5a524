"""A Prometheus of one's own: Debian's server on a free port, with its storage in a folder."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, Self

import httpx

from tests.acceptance.running import free_port, until

RETENTION = "400d"
"""Else the server deletes blocks older than 15 days soon after it was started."""


class NotInstalledError(Exception):
    """There is no Prometheus here; the text says what to install."""


class Point(NamedTuple):
    """One series of an answer. `labels` are without the metric's name where the query drops it."""

    labels: Mapping[str, str]
    value: float


class Prometheus:
    """A running server. `config` is the text of prometheus.yml, whose paths are relative to
    `folder`; `blocks` are folders as `blocks_from` makes them. Raises NotInstalledError."""

    def __init__(self, folder: Path, config: str = "", blocks: Iterable[Path] = ()) -> None:
        program = installed("prometheus")
        self._log = folder / "prometheus.log"
        self._storage = folder / "storage"
        for each in blocks:
            shutil.copytree(each, self._storage, dirs_exist_ok=True)
        (folder / "prometheus.yml").write_text(config or "global: {}\n", encoding="utf-8")
        self.url = f"http://127.0.0.1:{free_port()}"
        command = [
            program,
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={self._storage}",
            f"--storage.tsdb.retention.time={RETENTION}",
            f"--web.listen-address={self.url.removeprefix('http://')}",
        ]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
        until(self._is_ready)
        self._web = httpx.Client(base_url=self.url, timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._web.close()
        self._process.terminate()
        self._process.wait(30)

    def query(self, expression: str, at: datetime | None = None) -> list[Point]:
        """What an instant query gives. Raises ValueError with what the server says of it."""
        asked = {"query": expression}
        if at:
            asked["time"] = str(at.timestamp())
        found = self._ask("query", asked)
        if found["resultType"] == "scalar":
            return [Point({}, float(found["result"][1]))]
        return [Point(one["metric"], float(one["value"][1])) for one in found["result"]]

    def query_range(
        self, expression: str, since: datetime, until: datetime, step: timedelta
    ) -> list[tuple[Mapping[str, str], dict[float, float]]]:
        """Of each series its labels, and its values by Unix time."""
        asked = {
            "query": expression,
            "start": str(since.timestamp()),
            "end": str(until.timestamp()),
            "step": str(step.total_seconds()),
        }
        found = self._ask("query_range", asked)["result"]
        return [(one["metric"], {at: float(is_) for at, is_ in one["values"]}) for one in found]

    def label_values(self, label: str, matching: str) -> list[str]:
        """The values that a label has in the series that a selector finds."""
        found: list[str] = self._ask(f"label/{label}/values", {"match[]": matching})
        return found

    def rules(self) -> list[Mapping[str, Any]]:
        """All rules, each as the server tells of it: `type`, `name`, `query`, `health` .."""
        return [rule for group in self._ask("rules", {})["groups"] for rule in group["rules"]]

    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def _ask(self, path: str, asked: Mapping[str, str]) -> Any:
        answer = self._web.get(f"/api/v1/{path}", params=asked).json()
        if answer["status"] != "success":
            raise ValueError(f"{asked}: {answer['error']}")
        return answer["data"]

    def _is_ready(self) -> bool:
        if self._process.poll() is not None:
            raise RuntimeError(f"prometheus ended: {self.log()}")
        try:
            return httpx.get(f"{self.url}/-/ready").status_code == 200
        except httpx.TransportError:
            return False


def blocks_from(file: Path, folder: Path) -> Path:
    """Make blocks of an OpenMetrics file, in this folder; the folder. Raises NotInstalledError."""
    made = subprocess.run(
        [installed("promtool"), "tsdb", "create-blocks-from", "openmetrics", file, folder],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise ValueError(f"{file}: {made.stderr}")
    return folder


def installed(program: str) -> str:
    """Where it is. Raises NotInstalledError."""
    found = shutil.which(program)
    if found is None:
        raise NotInstalledError(
            f"{program} is not installed; on Debian: apt-get install prometheus"
        )
    return found
