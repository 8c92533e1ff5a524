"""One daemon a database, and none that a dead one keeps out."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.store import accounts, lease
from monitor.store.database import Store
from tests import databases
from tests.building import START

SOON = timedelta(seconds=1)
MINE = lease.own_name()
ALIVE = f"{socket.gethostname()}/{os.getppid()}"
ELSEWHERE = "another-host/1"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(databases.url_for(tmp_path / "rw.db"))) as store:
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


# Several daemons share the lease, and each account is leased by one of them.

ONE, OTHER = "one-host/1/a", "other-host/1/b"


def join(store: Store, holder: str, at: timedelta = timedelta(0)) -> None:
    with store.write() as tx:
        lease.join(tx, "daemon", holder, START + at)


def poll(store: Store, holder: str, at: timedelta = timedelta(0)) -> bool:
    """Whether the holder may poll the account now."""
    with store.write() as tx:
        accounts.ensure(tx, ["acme"])
        return lease.take_due_account(tx, "acme", holder, START + at)


def test_many_share_it_and_nobody_then_has_it_alone(store: Store) -> None:
    join(store, ONE)
    join(store, OTHER)

    with pytest.raises(lease.HeldError):
        take(store, MINE, SOON)


def test_nobody_shares_what_one_has_alone(store: Store) -> None:
    take(store, ELSEWHERE)

    with pytest.raises(lease.HeldError):
        join(store, ONE, SOON)


def test_one_that_has_left_or_died_keeps_nobody_out(store: Store) -> None:
    join(store, ONE)
    join(store, OTHER, SOON)
    with store.write() as tx:
        lease.release(tx, "daemon", OTHER)

    take(store, MINE, lease.TERM)


def test_an_account_is_leased_by_one_until_it_gives_it_back(store: Store) -> None:
    assert poll(store, ONE)
    assert not poll(store, OTHER, SOON)
    with store.write() as tx:
        lease.release_account(tx, "acme", OTHER)
    assert not poll(store, OTHER, SOON)
    with store.write() as tx:
        lease.release_account(tx, "acme", ONE)

    assert poll(store, OTHER, SOON)


def test_an_account_is_taken_over_after_the_term_unless_it_was_renewed(store: Store) -> None:
    poll(store, ONE)
    assert not poll(store, OTHER, lease.TERM - SOON)
    join(store, ONE, lease.TERM - SOON)
    assert not poll(store, OTHER, 2 * lease.TERM - 2 * SOON)

    assert poll(store, OTHER, 2 * lease.TERM)


def test_an_account_that_another_has_just_polled_is_not_due(store: Store) -> None:
    poll(store, ONE)
    with store.write() as tx:
        accounts.update(tx, accounts.one(tx, "acme").id, next_poll_at=START + lease.TERM)
        lease.release(tx, "daemon", ONE)

    assert not poll(store, OTHER, SOON)
    assert poll(store, OTHER, lease.TERM)


def test_whoever_could_not_give_an_account_back_takes_it_again(store: Store) -> None:
    assert poll(store, ONE)
    assert poll(store, ONE, SOON)
