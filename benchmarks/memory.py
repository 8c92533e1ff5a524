"""The memory that a daemon holds: 200 accounts, 100,000 open waits."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.filling import open_waits
from benchmarks.platform import platform
from benchmarks.result import Goal, Outcome, Result
from benchmarks.scenes import folder
from monitor.app import open_own_store, system_clock, watches
from monitor.config import Config, load
from monitor.store import accounts
from monitor.store.database import Store

WORK = "resident memory of a daemon: 200 accounts, 100,000 open waits"
ACCOUNTS, WAITS_EACH = 200, 500
WATCHED_SECONDS = 60
DAEMON = """
import sys
from pathlib import Path
from monitor.app import run
run(Path(sys.argv[1]), once=False)
"""
HEAD = """
store: sqlite:///memory.db
http: {listen: "127.0.0.1:0"}
accounts:
"""
ACCOUNT = """
  - name: acme-{number}
    brand: acme-{number}
    connector: mastodon
    server: {address}
    handle: acme
    access_token: bench
    poll: 20s
    targets: [airline-6m]
"""


def daemon_memory() -> Iterator[Outcome]:
    with platform() as address, folder() as room:
        file = room / "replywatch.yml"
        entries = (ACCOUNT.format(number=number, address=address) for number in range(ACCOUNTS))
        file.write_text(HEAD + "".join(entries), encoding="utf-8")
        config = load(file)
        store = open_own_store(config, system_clock)
        _fill(config, store)
        with _daemon(file, room / "daemon.log") as number:
            time.sleep(WATCHED_SECONDS)
            held, peak = resident(number), peak_rss(number)
        _expect_polls(store)
        store.close()
    yield Result(WORK, f"{held:.0f} MB, at most {peak:.0f} MB", "", peak, "MB", Goal(200))


def _fill(config: Config, store: Store) -> None:
    """The waits fall due one by one in the coming hours, beginning now."""
    targets = next(iter(watches(config, store, system_clock).values())).targets
    with store.read() as tx:
        ids = sorted(row.id for row in accounts.all_of(tx).values())
    open_waits(store, ids, min(targets), WAITS_EACH, datetime.now(UTC), timedelta(minutes=1))


@contextmanager
def _daemon(file: Path, log: Path) -> Iterator[int]:
    """A running one's process number."""
    command = [sys.executable, "-c", DAEMON, str(file)]
    with log.open("wb") as told, subprocess.Popen(command, stdout=told, stderr=told) as daemon:
        try:
            yield daemon.pid
            if daemon.poll() is not None:
                raise AssertionError(f"the daemon ended: {log.read_text()[-2_000:]}")
        finally:
            daemon.terminate()


def _expect_polls(store: Store) -> None:
    """A daemon that does not work needs no memory."""
    with store.read() as tx:
        rows = accounts.all_of(tx).values()
    idle = [row.name for row in rows if row.last_success_at is None]
    if idle:
        raise AssertionError(f"{len(idle)} accounts were not polled: {rows}")


def resident(process: int) -> float:
    """Megabytes that it holds now."""
    return _megabytes(process, "VmRSS")


def peak_rss(process: int) -> float:
    """The most megabytes that it has held so far."""
    return _megabytes(process, "VmHWM")


def _megabytes(process: int, key: str) -> float:
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    found = re.search(rf"{key}:\s+(\d+) kB", status)
    if found is None:
        raise LookupError(f"the system does not tell {key}; this row needs Linux")
    return int(found[1]) / 1024
