"""A daemon on the sandbox, and a Prometheus that scrapes it and knows the four weeks before."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from typer.testing import CliRunner

from monitor.cli.application import app
from tests.acceptance.running import Daemon, free_port, until
from tests.prometheus import Prometheus, blocks_from
from tests.rules.reading import RECORDS, RULES, name_of
from tests.services import month

CONFIG = RULES.parent.parent
BRANDS = {"tarn-air": "tarn_air", "kelda-mobile": "kelda_mobile"}
"""The accounts of the sandbox, and their handles."""


@dataclass(frozen=True, slots=True)
class Scene:
    prometheus: Prometheus
    daemon: Daemon


@contextmanager
def scene(folder: Path) -> Iterator[Scene]:
    daemon = Daemon(folder, "sandbox")
    daemon.config.write_text(_sandbox(daemon.port), encoding="utf-8")
    files = _history(daemon)
    daemon.start()
    try:
        with ThreadPoolExecutor(2) as pool:
            blocks = folder / "blocks"
            list(pool.map(lambda file: blocks_from(file, blocks), files))
        until(daemon.is_up)
        shutil.copy(RULES, folder)
        _hasten(folder / RULES.name, "interval: 1m", "interval: 1s")
        with Prometheus(folder, _scraping(daemon.port), [blocks]) as prometheus:
            until(lambda: all(prometheus.query(name_of(rule)) for rule in RECORDS), 60)
            until(lambda: prometheus.query("replywatch_open_reach"), 90)
            yield Scene(prometheus, daemon)
    finally:
        daemon.kill()


def _sandbox(port: int) -> str:
    """The shipped demonstration on other ports, where ten times as much happens."""
    text = (CONFIG / "sandbox.yml").read_text(encoding="utf-8")
    for old, new in {
        "sqlite:///../replywatch-sandbox.db": "sqlite:///rw.db",
        "127.0.0.1:9877": f"127.0.0.1:{port}",
        "127.0.0.1:9878": f"127.0.0.1:{free_port()}",
        "  seed: 1 ": "  speed: 10\n  seed: 1 ",
    }.items():
        assert old in text
        text = text.replace(old, new)
    return text


def _history(daemon: Daemon) -> list[Path]:
    """Import four weeks, and export them as the docs say."""
    now = datetime.now(UTC)
    for account, handle in BRANDS.items():
        file = daemon.folder / f"{account}.jsonl"
        month.write(file, handle, now)
        bound = ["--complete-until", now.isoformat()]
        _run(daemon, "import", str(file), "--account", account, *bound)
    labels = ["--label", "job=replywatch", "--label", "instance=history"]
    days = ["--since", "28d", "--output", str(daemon.folder / "days")]
    return [Path(file) for file in _run(daemon, "export", "openmetrics", *days, *labels).split()]


def _run(daemon: Daemon, *words: str) -> str:
    done = CliRunner().invoke(app, [*words, "-c", str(daemon.config)])
    assert done.exit_code == 0, done.output
    return done.stdout


def _scraping(port: int) -> str:
    text = (CONFIG / "prometheus" / "prometheus.yml").read_text(encoding="utf-8")
    text = text.replace("127.0.0.1:9877", f"127.0.0.1:{port}")
    return text.replace("_interval: 15s", "_interval: 1s")


def _hasten(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
