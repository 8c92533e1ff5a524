"""The daemon goes on, whatever one platform or the database does, and ends when it is told to."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import apscheduler.schedulers.base
import apscheduler.triggers.interval
import pytest
import sqlalchemy as sa
import structlog

from monitor.app import watches
from monitor.config import Config, load
from monitor.cycle.desk import Watch
from monitor.cycle.notify import Plan
from monitor.daemon import Daemon
from monitor.ports.connector import Reason
from monitor.ports.notifier import AlertKind
from monitor.report.digest import digest
from monitor.store import accounts, lease, schema, tallies
from monitor.store.database import Store, StoreError
from tests.acceptance.platform import Platform, hanging, whole
from tests.acceptance.watching import configuration
from tests.http.loopback import Script, Visit, answer
from tests.telling import Ears, plan_to

MINUTE = "minute: {metric: first_reply, within: 1m, objective: 90%, warn_at: []}"

HASTE = 40
"""So much faster than the wall runs the time of these tests."""


class HastyClock:
    """The wall's, but faster."""

    def __init__(self) -> None:
        self._haste, self._from = float(HASTE), time.monotonic()
        self._at = datetime(2026, 6, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self._at + timedelta(seconds=self._haste * (time.monotonic() - self._from))

    def run(self, haste: float) -> None:
        """Go on so much faster than the wall's."""
        self._at, self._from, self._haste = self(), time.monotonic(), haste

    def forward(self, span: timedelta) -> None:
        self._at += span


class Room:
    """A PRAGMA under which all databases of this process stand."""

    pragma = "max_page_count = 1000000"

    def limit(self, connection: sa.Connection) -> None:
        connection.exec_driver_sql("PRAGMA query_only = 0")
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        connection.exec_driver_sql(f"PRAGMA {self.pragma}")


class Run:
    """A daemon over the accounts of these platforms."""

    def __init__(self, folder: Path, *platforms: Platform, clock: Callable[[], datetime]) -> None:
        self.path = folder / "acme.yml"
        self.clock, self.ears, self.is_stopped = clock, Ears(), False
        self.write(*(platform.address for platform in platforms))
        config = load(self.path)
        self.store = Store(config.store_url)
        self.store.upgrade()
        watched = self.watches(config)
        self.daemon = Daemon(self.store, watched, self.plan(watched), clock, digest)

    def stop(self) -> bool:
        """Whether all polls had ended; nothing happens the second time."""
        ended = self.is_stopped or self.daemon.stop()
        self.is_stopped = True
        return ended

    def heard(self) -> set[AlertKind]:
        return {item.kind for notice in self.ears.notices for item in notice.items}

    def write(self, *addresses: str, head: str = "") -> None:
        text = configuration(*addresses, targets=MINUTE, poll="6s", head=head)
        self.path.write_text(text, encoding="utf-8")

    def watches(self, config: Config) -> Mapping[str, Watch]:
        return watches(config, self.store, self.clock)

    def plan(self, watched: Mapping[str, Watch]) -> Plan:
        return plan_to(self.ears, watches=watched)

    def reload(self) -> None:
        watched = self.watches(load(self.path))
        self.daemon.take(watched, self.plan(watched))

    def row(self, name: str = "acme") -> accounts.AccountRow:
        with self.store.read() as tx:
            return accounts.all_of(tx)[name]

    def polls(self, name: str = "acme") -> int:
        with self.store.read() as tx:
            counts = tallies.counts(tx)
        return int(counts.get((self.row(name).id, "polls_total", ""), 0))

    def stored(self, column: sa.Column[str]) -> list[str]:
        with self.store.read() as tx:
            return sorted(tx.scalars(sa.select(column)))


def until(met: Callable[[], object], seconds: float = 10) -> float:
    """Wait for it; how long that took."""
    began = time.monotonic()
    while not met():
        assert time.monotonic() - began < seconds, "it did not come about"
        time.sleep(0.02)
    return time.monotonic() - began


@pytest.fixture
def clock() -> HastyClock:
    return HastyClock()


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def platform(opened: ExitStack, clock: HastyClock) -> Platform:
    platform = Platform(clock)
    opened.enter_context(platform.server)
    return platform


@pytest.fixture
def other(opened: ExitStack, clock: HastyClock) -> Platform:
    platform = Platform(clock)
    opened.enter_context(platform.server)
    return platform


Start = Callable[..., Run]


@pytest.fixture
def start(tmp_path: Path, opened: ExitStack, clock: HastyClock) -> Start:
    def begun(*platforms: Platform) -> Run:
        run = Run(tmp_path, *platforms, clock=clock)
        opened.callback(run.store.close)
        opened.callback(run.stop)
        run.daemon.start()
        return run

    return begun


@pytest.fixture
def room() -> Iterator[Room]:
    room = Room()
    sa.event.listen(sa.Engine, "begin", room.limit)
    yield room
    sa.event.remove(sa.Engine, "begin", room.limit)


@pytest.mark.parametrize("trouble", [hanging, whole(status="500 Oh")], ids=["hangs", "fails"])
def test_one_account_in_trouble_never_delays_another(
    trouble: Script, platform: Platform, other: Platform, start: Start
) -> None:
    platform.fails(trouble)
    run = start(platform, other)

    until(lambda: run.polls("acme-2") >= 5, seconds=6)
    assert run.row("acme-2").failures == 0
    assert run.polls("acme") == run.row("acme").failures


def test_it_stops_at_once_though_every_platform_hangs(
    platform: Platform, start: Start, opened: ExitStack
) -> None:
    platform.fails(hanging)
    run = start(*[platform] * 20)  # more than are polled at once
    until(lambda: len(platform.server.visits) >= 16)
    began = time.monotonic()

    assert run.stop()
    assert time.monotonic() - began < 2


def test_it_turns_until_it_is_stopped(platform: Platform, start: Start) -> None:
    run = start(platform)
    until(lambda: run.polls() > 1)

    assert run.daemon.is_turning(within=5)
    run.stop()
    until(lambda: not run.daemon.is_turning(within=0.5))


class Leaping(datetime):
    """What the scheduler takes for the time."""

    ahead = timedelta(0)

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Leaping:
        return super().now(tz) + cls.ahead


def test_a_clock_that_was_ahead_for_a_while_stops_nothing(
    platform: Platform, start: Start, clock: HastyClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leap(hours: int) -> None:
        clock.forward(timedelta(hours=hours))
        monkeypatch.setattr(Leaping, "ahead", Leaping.ahead + timedelta(hours=hours))
        run.daemon.keep_time()

    monkeypatch.setattr(apscheduler.schedulers.base, "datetime", Leaping)
    monkeypatch.setattr(apscheduler.triggers.interval, "datetime", Leaping)
    run = start(platform)
    until(lambda: run.polls() >= 1)
    leap(10)
    before = run.polls()
    until(lambda: run.polls() >= before + 2)
    leap(-10)
    before = run.polls()

    until(lambda: run.polls() >= before + 3)


def test_a_start_believes_in_no_poll_that_was_planned_by_a_wrong_clock(
    platform: Platform, start: Start, clock: HastyClock
) -> None:
    clock.forward(timedelta(hours=10))
    ahead = start(platform)
    until(lambda: ahead.polls() >= 1)
    ahead.stop()
    clock.forward(-timedelta(hours=10))
    run = start(platform)

    until(lambda: run.polls() >= 3)


def test_a_defect_of_a_connector_s_look_up_is_told_without_what_it_read(
    platform: Platform, start: Start, clock: HastyClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def defect(_ids: object) -> None:
        raise ValueError("what somebody wrote")

    with structlog.testing.capture_logs() as logs:
        run = start(platform)
        until(lambda: run.row().live_since)
        watch = run.daemon.watches["acme"]
        platform.says("ada")
        until(lambda: run.stored(schema.wait.c.opened_by))
        clock.forward(timedelta(minutes=6))
        monkeypatch.setattr(watch.connector, "look_up", defect)
        run.daemon._look(watch)  # the job comes each half minute
        told = [each for each in logs if each["event"] == "look_up.internal"]

    assert told == [
        {
            "event": "look_up.internal",
            "log_level": "error",
            "account": "acme",
            "error": "ValueError",
        }
    ]


@pytest.mark.parametrize("pragma", ["max_page_count = 1", "query_only = 1"])
def test_a_database_that_takes_nothing_is_told_now_and_then_and_loses_nothing(
    pragma: str, platform: Platform, start: Start, room: Room, clock: HastyClock
) -> None:
    with structlog.testing.capture_logs() as logs:
        run = start(platform)
        until(lambda: run.row().live_since)
        clock.run(1)
        room.pragma = pragma
        asked = [platform.says(f"a{n}", "x" * 9000) for n in range(20)]
        until(lambda: any(each["event"] == "poll.failed" for each in logs))
        time.sleep(2)
        assert run.stored(schema.post.c.native_id) == []
        assert len([each for each in logs if each["log_level"] != "info"]) < 6
        room.pragma = "query_only = 0"
        clock.run(HASTE)
        until(lambda: run.stored(schema.wait.c.opened_by) == asked)

    assert run.row().failures == 0


def test_an_alert_is_not_told_every_second_while_that_cannot_be_noted(
    platform: Platform, start: Start, room: Room, clock: HastyClock
) -> None:
    def shut() -> None:
        clock.run(1)
        room.pragma = "query_only = 1"

    run = start(platform)
    run.ears.then = shut
    until(lambda: run.row().live_since)
    platform.says("ada")
    until(lambda: run.ears.notices)
    time.sleep(2.5)

    assert len(run.ears.notices) == 1


def test_the_breach_of_a_promise_is_told_once(platform: Platform, start: Start) -> None:
    run = start(platform)
    until(lambda: run.row().live_since)
    asked = platform.says("ada")
    took = until(lambda: run.ears.notices)
    time.sleep(1.2)

    (notice,) = run.ears.notices
    assert [(item.kind, item.account) for item in notice.items] == [(AlertKind.BREACH, "acme")]
    assert run.stored(schema.wait.c.opened_by) == [asked]
    assert took * HASTE < 60 + 90


def test_trouble_with_a_platform_is_told_and_so_is_its_end(
    platform: Platform, start: Start
) -> None:
    run = start(platform)
    until(lambda: run.row().live_since)
    platform.fails(whole(status="401 No"))
    until(lambda: {AlertKind.ACCOUNT_FAILING, AlertKind.BLIND} <= run.heard())
    platform.fails(None)
    run.reload()

    until(lambda: {AlertKind.ACCOUNT_RECOVERED, AlertKind.BLIND_OVER} <= run.heard())
    assert len(run.ears.facts) == 4


def test_who_was_answered_in_time_while_nothing_could_be_read_is_told_of_to_nobody(
    platform: Platform, start: Start, clock: HastyClock
) -> None:
    run = start(platform)
    until(lambda: run.row().live_since)
    clock.run(5)
    asked = platform.says("ada")
    until(lambda: run.stored(schema.wait.c.opened_by))
    platform.fails(whole(status="503 Oh"))
    platform.replies(asked)
    clock.run(HASTE)
    until(lambda: AlertKind.BLIND in run.heard())
    assert run.stored(schema.wait.c.status) == ["open"]
    platform.fails(None)
    until(lambda: AlertKind.BLIND_OVER in run.heard(), seconds=30)

    assert run.stored(schema.due.c.verdict) == ["met"]
    assert AlertKind.BREACH not in run.heard()


def test_one_round_tells_what_there_is_to_tell(
    platform: Platform, tmp_path: Path, clock: HastyClock, opened: ExitStack
) -> None:
    run = Run(tmp_path, platform, clock=clock)
    opened.callback(run.store.close)
    run.write(platform.address, head="digest: {at: daily 00:00}\n")
    run.daemon.watches = run.watches(load(run.path))
    run.daemon.once()
    clock.run(0)
    clock.forward(timedelta(days=2))
    platform.fails(whole(status="500 Oh"))
    run.daemon.once()

    assert run.heard() == {AlertKind.BLIND, AlertKind.DIGEST}


def test_a_reload_asks_again_what_was_refused(platform: Platform, start: Start) -> None:
    platform.fails(whole(status="401 No"))
    run = start(platform)
    until(lambda: run.row().reason == Reason.AUTH)
    platform.fails(None)

    run.reload()

    assert until(lambda: run.row().failures == 0) < 3


def test_a_reload_shortens_no_rest_that_the_platform_asked_for(
    platform: Platform, start: Start
) -> None:
    platform.fails(whole(status="429 Slow", headers="Retry-After: 3000\n"))
    run = start(platform)
    until(lambda: run.row().reason == Reason.RATE_LIMITED)
    rest = run.row().next_poll_at

    run.reload()

    time.sleep(0.6)
    assert (run.row().next_poll_at, run.polls()) == (rest, 1)


def test_a_reload_that_the_store_fails_changes_nothing(platform: Platform, start: Start) -> None:
    run = start(platform)
    until(lambda: run.row().live_since)
    watched, plan = run.daemon.watches, run.daemon.plan
    with run.store.write() as tx:
        tx.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON notifier_tally "
            "BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
        )

    with pytest.raises(StoreError):
        run.reload()
    assert run.daemon.watches is watched
    assert run.daemon.plan is plan


def test_reloads_bring_polls_no_closer_than_the_least_gap(platform: Platform, start: Start) -> None:
    run = start(platform)
    until(lambda: run.polls() == 1)
    for _ in range(4):
        run.reload()

    gap = run.daemon.watches["acme"].connector.least_gap
    row = run.row()
    assert row.next_poll_at
    assert row.last_success_at
    assert row.next_poll_at >= row.last_success_at + gap


def test_an_account_that_is_removed_is_polled_no_more(
    platform: Platform, other: Platform, start: Start
) -> None:
    run = start(platform, other)
    until(lambda: run.polls("acme") and run.polls("acme-2"))
    run.write(platform.address)
    run.reload()
    before = run.polls("acme-2")
    until(lambda: run.polls("acme") >= 3)

    assert run.polls("acme-2") == before


def failing_late(visit: Visit) -> Iterator[bytes]:
    visit.wait(1.5)
    yield answer(status="500 Oh")


def test_it_is_ready_once_every_account_was_polled_well_or_not(
    platform: Platform, other: Platform, start: Start
) -> None:
    other.fails(failing_late)
    run = start(platform, other)
    until(lambda: run.polls("acme"))
    assert not run.daemon.is_ready()
    until(run.daemon.is_ready)

    assert run.row("acme-2").failures


def test_a_second_daemon_is_refused_until_the_first_has_stopped(
    platform: Platform, start: Start, tmp_path: Path, clock: HastyClock, opened: ExitStack
) -> None:
    run = start(platform)
    with run.store.write() as tx:  # as another living process on this host would have written it
        lease.release(tx, "daemon", lease.own_name())
        soon = clock() + timedelta(hours=1)  # its term would run out, as hasty as the clock is
        lease.take(tx, "daemon", f"{socket.gethostname()}/{os.getppid()}", soon)
    second = Run(tmp_path, platform, clock=clock)
    opened.callback(second.store.close)

    with pytest.raises(lease.HeldError, match="runs on this database already"):
        second.daemon.start()


def test_a_daemon_that_was_displaced_says_so(
    platform: Platform, start: Start, clock: HastyClock
) -> None:
    run = start(platform)
    with run.store.write() as tx:  # it slept through its term
        lease.release(tx, "daemon", lease.own_name())
        holder = f"{socket.gethostname()}/{os.getppid()}"
        lease.take(tx, "daemon", holder, clock() + timedelta(hours=1))

    until(lambda: run.daemon.displaced, seconds=6)
