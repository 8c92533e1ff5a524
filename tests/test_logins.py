"""Logins to platforms are kept beside the database, for all accounts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.app import StartError, open_own_store, open_sessions, watches
from monitor.config import Config, load
from monitor.http import Session, Sessions
from monitor.store.database import Store

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
FILE = """\
accounts:
  - {name: one, connector: bluesky, handle: brand.test, app_password: abcd}
  - {name: two, connector: bluesky, handle: other.test, app_password: abcd}
"""
GRANTED = Session("access", "refresh", "did:plc:brand", "https://api.test")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    path = tmp_path / "acme.yml"
    path.write_text(FILE)
    return load(path, {})


@pytest.fixture
def store(config: Config) -> Iterator[Store]:
    store = open_own_store(config, lambda: NOW)
    yield store
    store.close()


def test_they_lie_beside_the_database(config: Config, store: Store, tmp_path: Path) -> None:
    open_sessions(config, store, lambda: NOW).keep("brand", GRANTED)

    assert (tmp_path / "replywatch.sessions").stat().st_mode & 0o777 == 0o600


def test_all_accounts_share_them(config: Config, store: Store) -> None:
    sessions = Sessions(lambda: NOW)

    every = watches(config, store, lambda: NOW, sessions)

    assert [watch.web.sessions for watch in every.values()] == [sessions, sessions]


def test_a_file_that_is_none_stops_the_start(config: Config, store: Store, tmp_path: Path) -> None:
    (tmp_path / "replywatch.sessions").mkdir()

    with pytest.raises(StartError, match="can be deleted"):
        open_sessions(config, store, lambda: NOW)
