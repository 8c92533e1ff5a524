"""Two daemons on one PostgreSQL share the accounts, and one goes on when the other is killed."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from monitor.store import lease
from monitor.store.database import Store
from tests.acceptance.platform import Platform
from tests.acceptance.running import REPLYWATCH, Daemon, until
from tests.http.loopback import Loopback, Visit
from tests.postgresql import Cluster

pytestmark = pytest.mark.service

SLOW = 0.3
"""Seconds that an answer takes: so long that two polls at once would meet."""


class Crossing:
    """A platform with a door for each daemon, at which it is seen who comes, and who meets."""

    def __init__(self) -> None:
        self.platform = Platform(lambda: datetime.now(UTC))
        self._lock = threading.Lock()
        self.inside: list[int] = []
        """Through which door each came who is not answered yet."""
        self.doors = [Loopback(partial(self._answered, door)) for door in range(2)]
        self.most_at_once = 0
        self.polls: list[int] = []
        """Through which door each came."""

    def _answered(self, door: int, visit: Visit) -> Iterable[bytes]:
        with self._lock:
            self.inside.append(door)
            self.most_at_once = max(self.most_at_once, len(self.inside))
            if "/notifications" in visit.target:
                self.polls.append(door)
        try:
            visit.wait(SLOW)
        finally:
            with self._lock:
                self.inside.remove(door)
        yield from self.platform.server.script(visit)


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def crossings(opened: ExitStack) -> Sequence[Crossing]:
    crossings = [Crossing() for _ in range(6)]
    for crossing in crossings:
        for door in (*crossing.doors, crossing.platform.server):
            opened.enter_context(door)
    return crossings


Start = Callable[[], Sequence[Daemon]]


@pytest.fixture
def start(
    cluster: Cluster, crossings: Sequence[Crossing], opened: ExitStack, tmp_path: Path
) -> Start:
    url = cluster.url(cluster.create())

    def started() -> Sequence[Daemon]:
        store = Store(url)
        store.upgrade()
        store.close()
        daemons = [Daemon(tmp_path, name) for name in ("one", "other")]
        for door, daemon in enumerate(daemons):
            daemon.write(*(each.doors[door].address for each in crossings), store=url)
            opened.callback(daemon.kill)
            daemon.start()
        for daemon in daemons:
            until(daemon.is_up)
        return daemons

    return started


def doors(crossings: Sequence[Crossing]) -> set[int]:
    return {door for crossing in crossings for door in crossing.polls}


def test_no_account_is_polled_twice_at_once_and_both_share_the_work(
    crossings: Sequence[Crossing], start: Start
) -> None:
    began = time.monotonic()
    start()
    until(lambda: all(len(crossing.polls) >= 4 for crossing in crossings), seconds=40)
    took = time.monotonic() - began

    assert [crossing.most_at_once for crossing in crossings] == [1] * 6
    assert doors(crossings) == {0, 1}
    assert max(len(crossing.polls) for crossing in crossings) <= took / 3 + 1  # not more often


def test_what_a_killed_one_polled_the_other_takes_over_within_the_term(
    crossings: Sequence[Crossing], start: Start
) -> None:
    one, other = start()
    until(lambda: doors(crossings) == {0, 1}, seconds=30)
    until(lambda: 0 in crossings[0].inside)  # in the midst of a poll
    one.send(signal.SIGKILL)
    before = [len(crossing.polls) for crossing in crossings]
    began = time.monotonic()

    def taken_over() -> bool:
        return all(1 in crossing.polls[n:] for crossing, n in zip(crossings, before, strict=True))

    until(taken_over, seconds=lease.TERM.total_seconds() + 10)
    assert time.monotonic() - began > 5  # there was a lease to run out
    other.send(signal.SIGTERM)
    assert other.ended() == 0


def test_an_outdated_schema_is_refused_until_it_is_upgraded(
    cluster: Cluster, tmp_path: Path, opened: ExitStack
) -> None:
    daemon = Daemon(tmp_path)
    opened.callback(daemon.kill)
    daemon.write("http://127.0.0.1:1", store=cluster.url(cluster.create()))

    code, told = daemon.run("--once")
    assert (code, "run `replywatch db upgrade`" in told) == (3, True)
    subprocess.run([REPLYWATCH, "db", "upgrade", "-c", str(daemon.config)], check=True)
    assert "unavailable" in daemon.run("--once")[1]  # so it has polled
