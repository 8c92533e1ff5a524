"""The daemon as a process: signals, reloads, kills, and everything that keeps it from starting."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.acceptance.platform import SECRET, Platform, hanging, whole
from tests.acceptance.running import Daemon, until

Make = Callable[..., Daemon]


def wall() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def make(tmp_path: Path, opened: ExitStack) -> Make:
    """A daemon in this test's folder."""

    def made(*addresses: str, name: str = "acme", before: tuple[str, ...] = ()) -> Daemon:
        daemon = Daemon(tmp_path, name, before=before)
        daemon.write(*addresses)
        opened.callback(daemon.kill)
        return daemon

    return made


@pytest.fixture
def platform(opened: ExitStack) -> Platform:
    platform = Platform(wall)
    opened.enter_context(platform.server)
    return platform


def rows(daemon: Daemon, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(daemon.folder / "rw.db")) as database:
        return database.execute(query).fetchall()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_soon_though_the_platform_hangs(
    number: signal.Signals, platform: Platform, make: Make
) -> None:
    platform.fails(hanging)
    daemon = make(*[platform.address] * 3)
    daemon.start()
    until(lambda: len(platform.server.visits) == 3)
    with socket.create_connection(("127.0.0.1", daemon.port)) as visitor:
        visitor.sendall(b"GET / HTTP/1.1\r\n")  # a browser that hangs, too
        began = time.monotonic()
        daemon.send(number)

        assert daemon.ended() == 0
    took = time.monotonic() - began
    assert took < 10


def test_a_new_configuration_is_taken_or_refused_as_a_whole(platform: Platform, make: Make) -> None:
    daemon, both = make(platform.address), [platform.address, platform.address]
    daemon.start()
    until(lambda: daemon.is_up() and daemon.get("/-/ready").status_code == 200)
    assert daemon.metric('polls_total{account="acme-2"') is None

    daemon.write(*both)
    assert daemon.post("/-/reload").status_code == 200
    assert daemon.metric('mentions_total{account="acme-2"') == 0
    until(lambda: daemon.metric('polls_total{account="acme-2"') == 1)

    daemon.write(platform.address, poll="20 sec")
    refused = daemon.post("/-/reload")
    assert refused.status_code == 400
    assert 'accounts[0].poll: "20 sec" is not a duration' in refused.text
    assert daemon.metric('polls_total{account="acme-2"')
    assert daemon.metric("config_last_reload_successful") == 0

    daemon.write(platform.address)
    daemon.send(signal.SIGHUP)
    until(lambda: daemon.metric('polls_total{account="acme-2"') is None)
    assert daemon.metric("config_last_reload_successful") == 1
    assert daemon.metric('polls_total{account="acme"')


def test_a_bad_configuration_by_signal_leaves_the_old_one(platform: Platform, make: Make) -> None:
    daemon = make(platform.address)
    daemon.start()
    until(daemon.is_up)
    daemon.config.write_text("accounts: nonsense\n")
    daemon.send(signal.SIGHUP)
    until(lambda: daemon.metric("config_last_reload_successful") == 0)
    before = daemon.metric('polls_total{account="acme"')
    until(lambda: daemon.metric('polls_total{account="acme"') != before)

    assert "reload.refused" in daemon.log()


def test_no_secret_is_in_any_log_or_page(platform: Platform, make: Make) -> None:
    daemon = make(platform.address)
    daemon.start()
    until(lambda: daemon.is_up() and daemon.get("/-/ready").status_code == 200)
    platform.fails(whole(SECRET.encode(), status=f"401 {SECRET}"))
    platform.server.script = whole(SECRET.encode(), status=f"401 {SECRET}")
    until(
        lambda: daemon.metric(
            'poll_failures_total{account="acme",brand="Acme",platform="mastodon",reason="auth"}'
        )
    )
    daemon.config.write_text(daemon.config.read_text().replace("poll:", "pol:"))
    told = [daemon.post("/-/reload").text, *(daemon.get(at).text for at in ("/", "/metrics"))]
    daemon.send(signal.SIGTERM)
    daemon.ended()

    assert platform.secrets_seen()
    assert "poll.failed" in daemon.log()
    assert SECRET not in daemon.log()
    assert SECRET not in "".join(told)


def test_a_busy_port_is_told(platform: Platform, make: Make) -> None:
    daemon = make(platform.address)
    with socket.create_server(("127.0.0.1", daemon.port)):
        code, said = daemon.run()

    assert code == 3
    assert f"cannot listen on 127.0.0.1:{daemon.port}: Address already in use" in said
    assert "choose another http.listen" in said
    assert "Traceback" not in said


def test_two_daemons_never_share_a_database(platform: Platform, make: Make) -> None:
    first, second = make(platform.address), make(platform.address, name="second")
    process = first.start()
    until(first.is_up)

    code, said = second.run()
    assert code == 3
    assert f"/{process.pid} (host/process) runs on this database already" in said

    first.kill()
    began = time.monotonic()
    second.start()
    until(second.is_up)
    assert time.monotonic() - began < 10  # not a lease's term of 15 s


def test_a_database_of_a_newer_version_is_left_alone(platform: Platform, make: Make) -> None:
    daemon = make(platform.address)
    assert daemon.run("--once")[0] == 0
    with closing(sqlite3.connect(daemon.folder / "rw.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999_later'")
    there = sorted(daemon.folder.iterdir())

    code, said = daemon.run()

    assert code == 3
    assert "of a newer version (9999_later)" in said
    assert sorted(daemon.folder.iterdir()) == there


def as_who_may_not_write() -> tuple[str, ...]:
    """Before a command; root's power over file modes is laid down."""
    if os.geteuid():
        return ()
    if not (setpriv := shutil.which("setpriv")):
        pytest.skip("root writes to every file, and there is no setpriv")
    return (setpriv, "--bounding-set", "-dac_override,-dac_read_search")


def test_a_read_only_database_is_told(platform: Platform, make: Make) -> None:
    assert make(platform.address).run("--once")[0] == 0
    daemon = make(platform.address, name="reader", before=as_who_may_not_write())
    (daemon.folder / "rw.db").chmod(0o400)

    code, said = daemon.run()

    assert code == 3
    assert "the database may not be written: check who owns the file" in said
    assert "Traceback" not in said


def test_once_polls_every_account_and_ends(platform: Platform, make: Make) -> None:
    asked = platform.says("ada")
    daemon = make(platform.address, platform.address)

    code, _ = daemon.run("--once")

    assert code == 0
    assert rows(daemon, "SELECT opened_by FROM wait") == [(asked,), (asked,)]
    assert not list(daemon.folder.glob("*before-upgrade*"))  # there was nothing to keep


def test_counters_survive_a_restart(platform: Platform, make: Make) -> None:
    daemon = make(platform.address)
    daemon.run("--once")
    platform.says("ada")
    time.sleep(0.01)
    daemon.run("--once")
    daemon.start()
    until(daemon.is_up)

    assert daemon.metric("mentions_total{") == 1
    assert daemon.metric("polls_total{") >= 2  # type: ignore[operator]


def test_kills_at_any_moment_lose_and_double_nothing(platform: Platform, make: Make) -> None:
    chance = random.Random(7)
    platform.mastodon.page_size = 20
    history = [platform.says(f"h{n}") for n in range(500)]
    daemon = make(platform.address)
    live: list[str] = []
    for _ in range(4):
        seen = len(platform.server.visits)
        daemon.start()
        until(lambda seen=seen: len(platform.server.visits) > seen)  # type: ignore[misc]
        live += [platform.says(f"l{len(live) + n}") for n in range(20)]
        time.sleep(chance.uniform(0, 0.8))
        daemon.kill()
    assert daemon.run("--once")[0] == 0

    assert [row[0] for row in rows(daemon, "SELECT native_id FROM post ORDER BY 1")] == [
        *history,
        *live,
    ]
    assert len(rows(daemon, "SELECT number FROM wait WHERE status = 'open'")) == 580
    counted = "SELECT total(value) FROM tally WHERE metric = 'waits_opened_total'"
    assert rows(daemon, counted) == rows(daemon, "SELECT total(live) FROM wait")
