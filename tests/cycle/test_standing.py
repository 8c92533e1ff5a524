"""What stands is told again and again to who gathers by himself: from the store alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from monitor.cycle import silencing
from monitor.cycle.notify import Plan, everything_to
from monitor.cycle.notify.routing import route
from monitor.cycle.notify.rules import SURGE_LASTS
from monitor.cycle.notify.standing import ENDED_FOR, stand
from monitor.domain.wait import Deed
from monitor.ports.connector import FetchError, Reason
from monitor.ports.notifier import AlertKind
from monitor.store import alerts, messages
from monitor.store.alerts import Fact
from tests.building import at, mention, reply
from tests.cycle.house import House
from tests.cycle.test_truth import OPEN_FROM_TEN_PAST
from tests.telling import Board, begin, plan_of

ALL = everything_to("board")
BREACH, WARNING = "breach/1/airline-6m", "warning/1/airline-6m/1"


class Scene:
    """A customer asks at 0; the board is told."""

    def __init__(self) -> None:
        self.house, self.board = House(), Board()
        self.use(plan_of({"board": self.board}, ALL))
        self.house.take(mention("1", "ana", 0), minute=0)

    def use(self, plan: Plan) -> None:
        self.plan = plan
        begin(self.house.store, plan, at(0))

    def fires(self, minute: float) -> list[str]:
        stand(self.house.store, self.plan, "board", at(minute))
        return self.board.fires

    def write(self, kind: AlertKind, minute: float, since: str = "0") -> None:
        fact = Fact(f"{kind.value}/acme/{since}", kind, at(minute), details={"waits": 1})
        with self.house.store.write() as tx:
            alerts.write(tx, self.house.desk.id, [fact], at(minute))


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_warning_fires_until_the_breach_that_fires_until_the_answer(scene: Scene) -> None:
    scene.house.observe(3)
    assert scene.fires(3) == [WARNING]
    scene.house.observe(6)
    assert (scene.fires(6), scene.board.ended) == ([BREACH], [WARNING])
    assert scene.fires(60) == [BREACH]
    scene.house.poll(reply("2", 61, "1"), minute=61)

    assert (scene.fires(61), scene.board.ended) == ([], [WARNING, BREACH])


def test_what_has_ended_is_told_for_a_while(scene: Scene) -> None:
    scene.house.observe(6)
    scene.house.poll(reply("2", 7, "1"), minute=7)
    last = 7 + ENDED_FOR / timedelta(minutes=1)

    scene.fires(last)
    assert scene.board.ended == [BREACH]
    scene.fires(last + 0.1)
    assert scene.board.ended == []


def test_it_needs_no_notice_and_no_memory(scene: Scene) -> None:
    scene.house.observe(6)
    route(scene.house.store, scene.plan, at(6))
    other = Board()
    plan = plan_of({"board": other}, ALL)
    stand(scene.house.store, plan, "board", at(9))

    assert other.fires == [BREACH]


def test_who_is_taken_care_of_fires_no_more_until_given_back(scene: Scene) -> None:
    scene.house.observe(6)
    scene.house.act(1, Deed.ACK, 7)
    assert (scene.fires(7), scene.board.ended) == ([], [BREACH])
    scene.house.act(1, Deed.RELEASE, 8)

    assert scene.fires(8) == [BREACH]


def test_what_is_silenced_is_not_told_at_all(scene: Scene) -> None:
    scene.house.observe(6)
    with scene.house.store.write() as tx:
        silencing.add(tx, {"account": ["acme"]}, at(9), "drill", "kim", at(6))

    assert (scene.fires(6), scene.board.ended) == ([], [])
    assert scene.fires(9) == [BREACH]


def test_a_blind_account_fires_until_it_is_seen_again(scene: Scene) -> None:
    scene.write(AlertKind.BLIND, 1)
    assert scene.fires(900) == ["blind/acme/0"]
    scene.write(AlertKind.BLIND_OVER, 901)

    assert (scene.fires(901), scene.board.ended) == ([], ["blind/acme/0"])


@pytest.mark.parametrize(
    ("begun", "over"),
    [
        (AlertKind.BLIND, AlertKind.BLIND_OVER),
        (AlertKind.ACCOUNT_FAILING, AlertKind.ACCOUNT_RECOVERED),
    ],
)
def test_that_an_account_is_well_again_is_told_for_a_while(
    scene: Scene, begun: AlertKind, over: AlertKind
) -> None:
    scene.write(begun, 1)
    scene.write(over, 5)
    last = 5 + ENDED_FOR / timedelta(minutes=1)

    scene.fires(last)
    assert scene.board.ended == [f"{begun.value}/acme/0"]
    scene.fires(last + 0.1)
    assert scene.board.ended == []


def test_that_a_surge_is_over_is_told_for_a_while(scene: Scene) -> None:
    scene.write(AlertKind.SURGE, 0)
    last = (SURGE_LASTS + ENDED_FOR) / timedelta(minutes=1)

    assert scene.fires(last - 11) == ["surge/acme/0"]
    scene.fires(last)
    assert scene.board.ended == ["surge/acme/0"]
    scene.fires(last + 0.1)
    assert scene.board.ended == []


def test_it_is_told_by_its_routes_alone(scene: Scene) -> None:
    late = timedelta(minutes=5)
    scene.use(plan_of({"board": scene.board}, replace(ALL, after=late)))
    scene.house.observe(6)
    assert scene.fires(6) == []
    assert scene.fires(11) == []  # it has not been observed that far
    scene.house.observe(11)

    assert scene.fires(11) == [BREACH]


def test_outside_its_hours_nothing_fires(scene: Scene) -> None:
    scene.use(plan_of({"board": scene.board}, replace(ALL, active=OPEN_FROM_TEN_PAST)))
    scene.house.observe(6)

    assert [scene.fires(minute) for minute in (6, 9.9, 10)] == [[], [], [BREACH]]


def test_failures_are_counted_and_end_nothing(scene: Scene) -> None:
    scene.house.observe(6)
    scene.board.fails = FetchError(Reason.UNAVAILABLE, "not there")
    sent = stand(scene.house.store, scene.plan, "board", at(6))

    assert sent
    assert sent.reason is Reason.UNAVAILABLE
    with scene.house.store.read() as tx:
        assert messages.counts(tx)["board", "unavailable"] == 1


@pytest.mark.sqlite
def test_however_many_facts_there_were_only_those_are_read_that_may_stand(scene: Scene) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_c: object, _cur: object, text: str, values: Any, *_: object) -> None:
        asked.append((text, values))

    scene.house.observe(6)
    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        assert scene.fires(6) == [BREACH]
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    with scene.house.store.read() as tx:
        steps = [
            step
            for text, values in asked
            if text.startswith("SELECT")
            for *_, step in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)
        ]
    assert steps
    assert not [step for step in steps if step.startswith("SCAN alert")]
