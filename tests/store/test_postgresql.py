"""What is peculiar to PostgreSQL: several processes write, and each account is folded by one."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from monitor.cycle.delivery import Delivery
from monitor.cycle.retention import erase
from monitor.domain.post import Post
from monitor.ports.notifier import Notice
from monitor.store import accounts, messages, outbox, schema
from monitor.store.database import Store, StoreError
from tests.building import at, mention, reply
from tests.cycle.house import watched
from tests.postgresql import Cluster

pytestmark = pytest.mark.service


@pytest.fixture
def url(cluster: Cluster) -> Iterator[str]:
    name = cluster.create()
    yield cluster.url(name)
    cluster.drop(name)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with closing(Store(url)) as store:
        store.upgrade()
        yield store


def conversation() -> list[Post]:
    """A long one, in which two customers are answered now and then."""
    posts: list[Post] = [mention("0", "ana", 0)]
    for n in range(1, 40):
        parent = str(n - 1)
        if n % 3 == 2:
            posts.append(reply(str(n), n, parent))
        else:
            posts.append(mention(str(n), ("ana", "bo")[n % 2], n, parent_id=parent))
    return posts


def standing(store: Store) -> set[tuple[object, ...]]:
    """The waits, whatever their numbers."""
    wait = schema.wait.c
    query = sa.select(wait.opened_by, wait.status, wait.answered_by, wait.nudges, wait.kind)
    with store.read() as tx:
        return set(map(tuple, tx.execute(query.where(wait.status.in_(["open", "answered"])))))


def test_writers_of_one_account_give_what_one_after_the_other_gives(
    url: str, tmp_path: Path
) -> None:
    posts = conversation()
    with watched(tmp_path) as (store, watch):
        Delivery(store, watch, at(99)).take(posts, at(99))
        expected = standing(store)
    Random(3).shuffle(posts)
    with watched(tmp_path, url=url) as (store, watch), ThreadPoolExecutor(8) as writers:
        hand_in = Delivery(store, watch, at(99)).take
        list(writers.map(lambda post: hand_in([post], at(99)), posts * 2))

        assert standing(store) == expected


def test_writers_of_two_accounts_do_not_wait_for_each_other(store: Store) -> None:
    with store.write() as tx:
        accounts.ensure(tx, ["one", "other"])
    with store.write() as tx, store.write() as beside:
        accounts.held(tx, "one")
        began = time.monotonic()
        accounts.update(beside, accounts.held(beside, "other").id, failures=1)

    assert time.monotonic() - began < 1


def test_no_message_is_composed_of_somebody_who_is_erased_at_that_moment(
    url: str, tmp_path: Path
) -> None:
    told = Notice(key="k", at=at(1), items=[], counts={}, zone=ZoneInfo("UTC"))
    with watched(tmp_path, url=url) as (store, watch):
        Delivery(store, watch, at(1)).take([mention("1", "ana", 0)], at(1))
        erasing = threading.Thread(target=erase, args=[store, watch.name, "ana"])
        with store.write() as tx:
            outbox.ensure(tx, ["room"])
        with store.write() as tx:
            outbox.held(tx, "room")
            erasing.start()
            erasing.join(0.5)
            messages.put(tx, outbox.Group("room", "by"), told, [])
        erasing.join()
        with store.read() as tx:
            assert tx.scalars(sa.select(schema.message.c.body)).all() == [None]


def test_whoever_holds_an_account_keeps_other_writers_off_it_and_no_reader(store: Store) -> None:
    with store.write() as tx:
        accounts.ensure(tx, ["acme"])
    with store.write() as tx, store.write() as beside, store.read() as reading:
        accounts.held(tx, "acme")
        accounts.one(reading, "acme")
        beside.exec_driver_sql("SET LOCAL lock_timeout = 50")
        with pytest.raises(store.errors, match="lock timeout"):
            accounts.held(beside, "acme")
        beside.rollback()


def test_a_reader_sees_one_state_while_another_writes(store: Store) -> None:
    with store.read() as tx:
        assert accounts.all_of(tx) == {}
        with store.write() as other:
            accounts.ensure(other, ["acme"])
        assert accounts.all_of(tx) == {}


def test_a_reader_cannot_write(store: Store) -> None:
    with pytest.raises(StoreError, match="read-only"), store.read() as tx:
        accounts.ensure(tx, ["acme"])


def test_two_upgrades_at_once_are_one(url: str) -> None:
    together = threading.Barrier(2)

    def upgrade(_: int) -> None:
        with closing(Store(url)) as store:
            together.wait()
            store.upgrade()
            store.require_current()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(upgrade, range(2)))


def test_an_empty_database_is_of_no_use_until_it_is_upgraded(url: str) -> None:
    with closing(Store(url)) as store, pytest.raises(StoreError, match="run `replywatch db upgr"):
        store.require_current()


def test_a_database_of_a_newer_version_is_refused(store: Store) -> None:
    with store.write() as tx:
        tx.exec_driver_sql("UPDATE alembic_version SET version_num = '9999_later'")

    for question in (store.upgrade, store.require_current):
        with pytest.raises(StoreError, match=r"newer version \(9999_later\).*install the newer"):
            question()


def test_a_server_that_is_not_there_is_told_without_the_password() -> None:
    url = "postgresql+psycopg://kim:s3cr3t@127.0.0.1:1/rw"
    with closing(Store(url)) as store, pytest.raises(StoreError) as caught:
        store.require_current()

    assert "the server cannot be reached" in str(caught.value)
    assert "s3cr3t" not in str(caught.value)


def test_a_server_that_breaks_off_is_told_and_asked_anew(store: Store) -> None:
    def ask() -> None:
        with store.write() as tx, store.write() as beside:
            beside.exec_driver_sql(_END_OTHERS)
            accounts.one(tx, "acme")

    with pytest.raises(StoreError, match="server has broken off"):
        ask()
    with store.write() as tx:
        accounts.ensure(tx, ["acme"])


_END_OTHERS = """SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""


def test_its_size_is_told(store: Store) -> None:
    assert store.size() > 1_000_000
