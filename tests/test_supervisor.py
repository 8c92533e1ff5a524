"""What systemd is told, over a real socket, by the program itself and as a process."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog

from monitor.supervisor import Supervisor
from tests.acceptance.platform import Platform
from tests.acceptance.running import Daemon


class Ear:
    """A socket that listens as systemd does, under a path or an abstract name."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(f"\0{name[1:]}" if name.startswith("@") else name)
        self._socket.settimeout(20)

    def close(self) -> None:
        self._socket.close()

    def heard(self) -> str:
        """The next word; waits for it."""
        return self._socket.recv(4096).decode()

    def heard_so_far(self) -> list[str]:
        words: list[str] = []
        self._socket.settimeout(0)
        with contextlib.suppress(BlockingIOError):
            while True:
                words.append(self.heard())
        self._socket.settimeout(20)
        return words


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture(params=["path", "abstract"])
def ear(request: pytest.FixtureRequest, tmp_path: Path, opened: ExitStack) -> Ear:
    names = {"path": str(tmp_path / "notify"), "abstract": f"@replywatch-{os.getpid()}"}
    ear = Ear(names[request.param])
    opened.callback(ear.close)
    return ear


def test_every_state_is_told_in_systemds_words(ear: Ear) -> None:
    supervisor = Supervisor({"NOTIFY_SOCKET": ear.name})
    supervisor.ready()
    supervisor.reloading()
    supervisor.stopping()

    ready, reloading, stopping = ear.heard_so_far()
    assert (ready, stopping) == ("READY=1", "STOPPING=1")
    word, since = reloading.splitlines()
    assert word == "RELOADING=1"
    assert 0 <= time.monotonic() - int(since.removeprefix("MONOTONIC_USEC=")) / 1e6 < 5


def test_signs_of_life_come_twice_in_the_watchdogs_time_however_often_they_are_given(
    ear: Ear,
) -> None:
    supervisor = Supervisor({"NOTIFY_SOCKET": ear.name, "WATCHDOG_USEC": "400000"})
    until = time.monotonic() + 0.5
    while time.monotonic() < until:
        supervisor.alive()

    assert ear.heard_so_far() == ["WATCHDOG=1"] * 3


@pytest.mark.parametrize(
    "watchdog", [{}, {"WATCHDOG_USEC": "1", "WATCHDOG_PID": "1"}], ids=["none", "another's"]
)
def test_without_a_watchdog_no_sign_of_life_is_given(ear: Ear, watchdog: dict[str, str]) -> None:
    Supervisor({"NOTIFY_SOCKET": ear.name, **watchdog}).alive()

    assert ear.heard_so_far() == []


def test_where_nobody_asks_nobody_is_told() -> None:
    with structlog.testing.capture_logs() as logs:
        Supervisor({}).ready()

    assert logs == []


def test_a_socket_that_has_gone_stops_nothing(tmp_path: Path) -> None:
    with structlog.testing.capture_logs() as logs:
        Supervisor({"NOTIFY_SOCKET": str(tmp_path / "gone")}).ready()

    (line,) = logs
    assert (line["event"], line["state"]) == ("supervisor.not_told", "READY=1")


@pytest.fixture
def daemon(ear: Ear, tmp_path: Path, opened: ExitStack, monkeypatch: pytest.MonkeyPatch) -> Daemon:
    """Started as systemd would, with a watchdog of a second."""
    monkeypatch.setenv("NOTIFY_SOCKET", ear.name)
    monkeypatch.setenv("WATCHDOG_USEC", "1000000")
    monkeypatch.delenv("WATCHDOG_PID", raising=False)

    platform = Platform(lambda: datetime.now(UTC))
    opened.enter_context(platform.server)
    daemon = Daemon(tmp_path)
    daemon.write(platform.address)
    opened.callback(daemon.kill)
    daemon.start()
    return daemon


def test_the_daemon_tells_when_it_serves_lives_reloads_and_ends(ear: Ear, daemon: Daemon) -> None:
    assert ear.heard() == "READY=1"
    assert daemon.get("/-/healthy").status_code == 200
    assert [ear.heard(), ear.heard()] == ["WATCHDOG=1"] * 2
    daemon.send(signal.SIGHUP)
    while (word := ear.heard()) == "WATCHDOG=1":
        pass
    assert word.startswith("RELOADING=1\nMONOTONIC_USEC=")
    assert ear.heard() == "READY=1"
    daemon.send(signal.SIGTERM)
    while (word := ear.heard()) == "WATCHDOG=1":
        pass
    assert word == "STOPPING=1"
    assert daemon.ended() == 0
