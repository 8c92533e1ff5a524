"""The wallboard with 5,000 open waits: how soon it is painted, and what its stream costs."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import httpx
import sqlalchemy as sa

from benchmarks.filling import open_waits
from benchmarks.result import Goal, Outcome, Result, Skipped, ms, seconds
from benchmarks.scenes import folder
from monitor.app import open_own_store, system_clock, watches
from monitor.config import load
from monitor.store import accounts
from monitor.store.database import Store
from monitor.store.schema import wait

OPEN = 5_000
CLIENTS = 200
WATCHED_SECONDS = 20.0
CHROMIUM = Path("/usr/bin/chromium")
PAINT = f"first paint of the wallboard, {OPEN:,} open waits"
STREAM = f"event stream, {OPEN:,} open waits, a change each second"
DAEMON = """
import sys
from pathlib import Path
from monitor.app import run
run(Path(sys.argv[1]), once=False)
"""
CONFIG = """
store: sqlite:///bench.db
http: {{listen: "127.0.0.1:{port}"}}
accounts:
  - {{name: acme, connector: inbox, handle: acme, targets: [airline-6m]}}
"""


def events() -> Iterator[Outcome]:
    with _daemon() as (process, address, store):
        yield from _paint(address)
        idle = _cost(process.pid, store)
        with _listening(address, 1) as heard:
            alone = _cost(process.pid, store)
        yield _share(f"{STREAM}: 1 client", alone - idle, 5)
        _refuse_silence(heard)
        plain = median(seconds(lambda: _page(address, "/accounts")) for _ in range(15))
        with _listening(address, CLIENTS) as heard:
            crowd = _cost(process.pid, store)
            busy = median(seconds(lambda: _page(address, "/accounts")) for _ in range(15))
            yield _share(f"{STREAM}: {CLIENTS} clients", crowd - idle, 50)
            yield Result(
                f"another page while {CLIENTS} clients listen", ms(busy), ms(plain), busy / plain,
                "x", Goal(2),
            )  # fmt: skip
            began = time.perf_counter()
            process.terminate()
            process.wait(30)
            ended = time.perf_counter() - began
        _refuse_silence(heard)
        yield Result(
            f"SIGTERM while {CLIENTS} clients listen", f"{ended:.1f} s", "", ended, "s", Goal(10)
        )


def _share(work: str, share: float, limit: float) -> Result:
    return Result(work, f"{share:.1%} of a core", "", 100 * share, "%", Goal(limit))


@contextmanager
def _daemon() -> Iterator[tuple[subprocess.Popen[bytes], str, Store]]:
    with folder() as room, socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        taken.close()
        file = room / "bench.yml"
        file.write_text(CONFIG.format(port=port), encoding="utf-8")
        store = _filled(file)
        address = f"http://127.0.0.1:{port}"
        process = subprocess.Popen(
            [sys.executable, "-c", DAEMON, str(file)], stderr=subprocess.DEVNULL
        )
        try:
            _wait_for(address)
            yield process, address, store
        finally:
            process.kill()
            process.wait()
            store.close()


def _filled(file: Path) -> Store:
    """With people who wait, the first of them due soon."""
    config = load(file)
    store = open_own_store(config, system_clock)
    (watch,) = watches(config, store, system_clock).values()
    watch.web.close()
    with store.write() as tx:
        account_id = accounts.one(tx, "acme").id
        now = datetime.now(UTC)
        accounts.cover(tx, account_id, now - timedelta(hours=1), now, live=True)
        accounts.update(tx, account_id, live_since=now - timedelta(hours=1))
    apart = timedelta(seconds=1)
    open_waits(store, [account_id], min(watch.targets), OPEN, now + apart, apart)
    return store


def _wait_for(address: str) -> None:
    for _ in range(300):
        try:
            httpx.get(f"{address}/-/healthy")
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the daemon does not answer")


def _page(address: str, path: str) -> None:
    httpx.get(f"{address}{path}", timeout=30).raise_for_status()


def _paint(address: str) -> Iterator[Outcome]:
    """In a browser, from the request on; the first one reads all waits."""
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        yield Skipped(PAINT, "playwright is not installed")
        return
    if not CHROMIUM.exists():
        yield Skipped(PAINT, "chromium is not installed")
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto("about:blank")
        took = []
        for _ in range(5):
            page.goto(address)
            page.locator("tr.wait").nth(299).wait_for()
            took.append(float(page.evaluate(FIRST_PAINT)) / 1000)
        browser.close()
    yield Result(f"{PAINT}: the first visit", ms(took[0]), "", took[0], "s", Goal(1))
    yield Result(f"{PAINT}: later ones", ms(median(took[1:])), "", median(took[1:]), "s", Goal(1))


FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


def _cost(pid: int, store: Store) -> float:
    """The share of a core that the daemon takes while somebody nudges each second."""
    before, began = _used(pid), time.perf_counter()
    number = 0
    while time.perf_counter() - began < WATCHED_SECONDS:
        number += 1
        with store.write() as tx:
            nudged = sa.update(wait).where(wait.c.number == number % 200 + 1)
            tx.execute(nudged.values(nudges=wait.c.nudges + 1))
        time.sleep(1)
    return (_used(pid) - before) / (time.perf_counter() - began)


def _used(pid: int) -> float:
    """Seconds of processor time so far, of the whole process."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


@contextmanager
def _listening(address: str, count: int) -> Iterator[Sequence[int]]:
    """So many clients, read by one thread; how many bytes each has heard."""
    heard = [0] * count
    host, _, port = address.removeprefix("http://").partition(":")
    ended = threading.Event()
    with ExitStack() as stack:
        sockets = []
        for _ in range(count):
            one = stack.enter_context(socket.create_connection((host, int(port))))
            one.sendall(f"GET /events HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            one.setblocking(False)  # noqa: FBT003
            sockets.append(one)
        reader = threading.Thread(target=_read, args=(sockets, heard, ended))
        reader.start()
        time.sleep(3)
        try:
            yield heard
        finally:
            ended.set()
            reader.join()


def _read(sockets: Sequence[socket.socket], heard: list[int], ended: threading.Event) -> None:
    while not ended.wait(0.1):
        for place, one in enumerate(sockets):
            try:
                heard[place] += len(one.recv(1_000_000))
            except BlockingIOError:
                continue


def _refuse_silence(heard: Sequence[int]) -> None:
    """All were told of the changes."""
    if min(heard) < 5_000:
        raise AssertionError(f"somebody heard no more than {min(heard)} bytes")
