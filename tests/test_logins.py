"""Logins to platforms are kept beside the database, for all accounts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import respx

from monitor.app import StartError, open_own_store, open_sessions, system_clock, watches
from monitor.cli.checking import tried
from monitor.cli.failing import Exit
from monitor.config import Config, load
from monitor.http import Session, Sessions
from monitor.store.database import Store
from tests.cli.running import Desk
from tests.connectors.fake_bluesky import FakeBluesky

SERVER = "https://bsky.social"
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
def server() -> Iterator[FakeBluesky]:
    server = FakeBluesky(NOW, "abcd", home=SERVER)
    server.join("other")
    with respx.mock(base_url=SERVER, assert_all_called=False) as router:
        router.route().mock(side_effect=server.answer)
        yield server


def logins(server: FakeBluesky) -> int:
    return sum(one.url.path.endswith("createSession") for one in server.requests)


@pytest.fixture
def store(config: Config) -> Iterator[Store]:
    store = open_own_store(config, lambda: NOW)
    yield store
    store.close()


def test_they_lie_beside_the_database(config: Config, store: Store, tmp_path: Path) -> None:
    open_sessions(config, lambda: NOW).keep("brand", GRANTED)

    assert (tmp_path / "replywatch.sessions").stat().st_mode & 0o777 == 0o600


def test_all_accounts_share_them(config: Config, store: Store) -> None:
    sessions = Sessions(lambda: NOW)

    every = watches(config, store, lambda: NOW, sessions)

    assert [watch.web.sessions for watch in every.values()] == [sessions, sessions]


def test_a_file_that_is_none_stops_the_start(config: Config, store: Store, tmp_path: Path) -> None:
    (tmp_path / "replywatch.sessions").mkdir()

    with pytest.raises(StartError, match="can be deleted"):
        open_sessions(config, lambda: NOW)


def test_a_second_check_does_not_log_in_again(tmp_path: Path, server: FakeBluesky) -> None:
    desk = Desk(tmp_path, FILE)

    for _ in range(2):
        desk.run("check", "--online")

    assert logins(server) == 2  # one for each account


def test_a_check_uses_the_daemon_s_login(config: Config, store: Store, server: FakeBluesky) -> None:
    access, refresh = server.let_in()
    granted = Session(access, refresh, "did:plc:brand", SERVER)
    open_sessions(config, lambda: NOW).keep(f"brand.test on {SERVER}", granted)

    assert tried(config.accounts[0], NOW, open_sessions(config, system_clock)).exit is Exit.WELL

    assert logins(server) == 0


def test_a_refused_password_is_not_sent_by_a_second_check(
    config: Config, server: FakeBluesky
) -> None:
    server.password = "changed"
    for _ in range(2):
        answer = tried(config.accounts[0], NOW, open_sessions(config, system_clock))
        assert answer.exit is Exit.NOT_WELL

    assert logins(server) == 1
