"""A store and a watched account, made as the program makes them: from a configuration file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.app import system_clock, watches
from monitor.config import load
from monitor.cycle.desk import Watch
from monitor.store.database import Store

SQLITE = "sqlite:///bench.db"

INBOX = """
targets: {follow-up: {metric: next_reply, within: 30m, objective: 80%}}
accounts:
  - {name: acme, connector: inbox, handle: acme, targets: [airline-6m, follow-up]}
"""


@contextmanager
def folder() -> Iterator[Path]:
    """An empty one, for a while."""
    with tempfile.TemporaryDirectory(prefix="replywatch-bench-") as name:
        yield Path(name)


@contextmanager
def scene(configuration: str = INBOX, url: str = SQLITE) -> Iterator[tuple[Store, Watch]]:
    """A new database with the account of this configuration."""
    with folder() as room:
        file = room / "replywatch.yml"
        file.write_text(f"store: {url}\n{configuration}", encoding="utf-8")
        config = load(file)
        store = Store(config.store_url)
        store.upgrade()
        (watch,) = watches(config, store, system_clock).values()
        yield store, watch
        watch.web.close()
        store.close()
