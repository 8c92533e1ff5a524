"""One daemon a database, and none that a dead one keeps out."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from monitor.store import lease
from monitor.store.database import Store
from tests.building import START

SOON = timedelta(seconds=1)
MINE = lease.own_name()
ALIVE = f"{socket.gethostname()}/{os.getppid()}"
ELSEWHERE = "another-host/1"


@pytest.fixture
def store() -> Iterator[Store]:
    with closing(Store("sqlite://")) as store:
        store.upgrade()
        yield store


def take(store: Store, holder: str, at: timedelta = timedelta(0)) -> None:
    with store.write() as tx:
        lease.take(tx, "daemon", holder, START + at)


@pytest.mark.parametrize("holder", [ALIVE, ELSEWHERE])
def test_a_living_holder_keeps_others_out_and_is_named(store: Store, holder: str) -> None:
    take(store, holder)

    with pytest.raises(lease.HeldError, match=rf"^{holder} .*stop it first"):
        take(store, MINE, lease.TERM - SOON)


@pytest.mark.parametrize("holder", [ALIVE, ELSEWHERE])
def test_a_lease_that_was_not_renewed_may_be_taken(store: Store, holder: str) -> None:
    take(store, holder)
    take(store, MINE, lease.TERM)

    with pytest.raises(lease.HeldError):
        take(store, holder, lease.TERM + SOON)


def test_the_holder_renews_its_own(store: Store) -> None:
    take(store, ALIVE)
    take(store, ALIVE, lease.TERM - SOON)

    with pytest.raises(lease.HeldError):
        take(store, MINE, lease.TERM + SOON)


def test_a_dead_process_keeps_nobody_out(store: Store) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    take(store, f"{socket.gethostname()}/{process.pid}")

    take(store, MINE, SOON)


def test_what_was_released_is_free(store: Store) -> None:
    take(store, ALIVE)
    with store.write() as tx:
        lease.release(tx, "daemon", ALIVE)

    take(store, MINE, SOON)


def test_nobody_releases_what_another_holds(store: Store) -> None:
    take(store, ALIVE)
    with store.write() as tx:
        lease.release(tx, "daemon", MINE)

    with pytest.raises(lease.HeldError):
        take(store, MINE, SOON)
