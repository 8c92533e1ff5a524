"""From a configuration to those who are told: built, rebuilt by a reload, and kept alive."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from pydantic import SecretStr

from monitor.app import Program
from monitor.config import ConfigError
from monitor.cycle.heartbeat import Heartbeat
from monitor.http import Web
from monitor.notifiers.log import LogNotifier
from tests.acceptance.watching import Hands
from tests.http.loopback import Loopback, Visit, answer

ACCOUNTS = "accounts: [{name: acme, connector: inbox, handle: acme}]\n"
ROOM = "notifiers: {room: {log: info}}\n"
ROUTE = "routes: [{on: [breach], to: [room]}]\n"


class Building:
    def __init__(self, folder: Path, opened: ExitStack) -> None:
        self.path, self.clock, self._opened = folder / "acme.yml", Hands(), opened

    def write(self, text: str) -> None:
        self.path.write_text(f"store: sqlite:///rw.db\n{text}{ACCOUNTS}", encoding="utf-8")

    def program(self, text: str) -> Program:
        self.write(text)
        program = Program(self.path, self.clock)
        self._opened.callback(program.store.close)
        return program


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def building(tmp_path: Path, opened: ExitStack) -> Building:
    return Building(tmp_path, opened)


def test_without_routes_everything_goes_to_the_log(building: Building) -> None:
    plan = building.program(ROOM).daemon.plan
    (route,) = plan.routes

    assert route.to == ("log",)
    assert isinstance(plan.places["log"].notifier, LogNotifier)


def test_a_reload_takes_other_notifiers_and_routes(building: Building) -> None:
    program = building.program("")
    building.write(ROOM + ROUTE)
    program.reload()

    assert [*program.daemon.plan.places] == ["room"]
    assert [route.to for route in program.daemon.plan.routes] == [("room",)]


@pytest.mark.parametrize(
    "text",
    [
        "notifiers: {room: {log: info, language: tlh}}\n",
        "notifiers: {room: {log: info}}\ntemplates: templates\n",
    ],
)
def test_a_notifier_that_cannot_be_built_is_refused_with_its_line(
    building: Building, text: str
) -> None:
    folder = building.path.with_name("templates")
    folder.mkdir()
    (folder / "en.jinja").write_text("{% broken")
    program = building.program("")
    before = program.daemon.plan
    building.write(text)

    with pytest.raises(ConfigError, match=r"line 2  notifiers\.room: "):
        program.reload()
    assert program.daemon.plan is before


@pytest.fixture
def listener() -> Iterator[Loopback]:
    def heard(_visit: Visit) -> Iterator[bytes]:
        yield answer(b"OK")

    with Loopback(heard) as listener:
        yield listener


def test_a_heartbeat_is_heard_and_its_address_is_a_secret(
    listener: Loopback, opened: ExitStack
) -> None:
    web = Web(Hands(), tries=1)
    opened.callback(web.close)
    beats = Heartbeat(SecretStr(f"{listener.address}/ping/s3cr3t?key=s3cr3t"), web)
    with structlog.testing.capture_logs() as logs:
        assert beats.beat()
        listener.script = lambda _visit: iter([answer(status="404 No")])
        assert not beats.beat()

    assert listener.visits[0].target == "/ping/s3cr3t?key=s3cr3t"
    assert [each["event"] for each in logs] == ["heartbeat.failed"]
    assert "s3cr3t" not in str(logs) + repr(beats)


def test_the_heart_beats_while_telling_comes_round(
    building: Building, listener: Loopback, opened: ExitStack
) -> None:
    program = building.program(f"heartbeat: {listener.address}/ping\n")
    daemon = program.daemon
    assert daemon._heartbeat
    opened.callback(daemon._heartbeat.close)
    daemon._beat()
    assert listener.visits == []  # nothing was told yet
    daemon._teller.step()
    daemon._beat()
    assert len(listener.visits) == 1
    building.clock.now += timedelta(minutes=2)
    daemon._beat()

    assert len(listener.visits) == 1  # telling hangs, or fails
