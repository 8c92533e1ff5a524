"""The key of the pages' sessions, and those that were ended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.store import schema, signing
from monitor.store.database import Store
from tests import databases
from tests.building import START

LATER = START + timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(databases.url_for(tmp_path / "rw.db"))) as store:
        store.upgrade()
        yield store


def key(store: Store) -> str:
    with store.write() as tx:
        return signing.key(tx)


def test_a_database_has_one_key_and_no_other_has_the_same(store: Store, tmp_path: Path) -> None:
    with closing(Store(databases.url_for(tmp_path / "other.db"))) as other:
        other.upgrade()

        assert key(store) == key(store)
        assert key(other) != key(store)
        assert len(key(store)) >= 43  # 256 bits


def test_what_was_ended_stays_ended(store: Store) -> None:
    with store.write() as tx:
        signing.end(tx, "one", LATER, START)
        signing.end(tx, "one", LATER, START)

    with store.read() as tx:
        assert signing.has_ended(tx, "one")
        assert not signing.has_ended(tx, "another")


def test_what_would_have_ended_anyway_is_forgotten(store: Store) -> None:
    with store.write() as tx:
        signing.end(tx, "old", LATER, START)
        signing.end(tx, "new", LATER + timedelta(days=1), LATER + timedelta(seconds=1))

    with store.read() as tx:
        assert list(tx.scalars(sa.select(schema.ended_session.c.session))) == ["new"]
