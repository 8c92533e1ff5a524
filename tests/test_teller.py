"""Each notifier is told in a lane of its own, and nobody waits for another."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.cycle.notify import everything_to
from monitor.ports.connector import FetchError, Reason
from monitor.ports.notifier import Notifier, StandingNotifier
from monitor.store import messages
from monitor.store.database import Store
from monitor.teller import GRACE, Teller
from tests import databases
from tests.acceptance.running import until
from tests.acceptance.watching import Hands
from tests.building import at, mention
from tests.cycle.house import House
from tests.telling import Board, Ears, plan_of


class Run:
    """A breach that is worth telling, at a time that stands still."""

    def __init__(self, store: Store) -> None:
        self.clock = Hands(at(6))
        self.house = House(store=store)
        self.house.take(mention("1", "ana", 0), minute=0)
        self.house.observe(6)
        self.tellers: list[Teller] = []

    def begin(self, **places: Notifier | StandingNotifier) -> Teller:
        plan = plan_of(places, everything_to(*places))
        teller = Teller(self.house.store, plan, "me", self.clock, alone=True)
        self.tellers.append(teller)
        teller.start()
        return teller

    def has_told(self) -> bool:
        """Whether it is noted of all messages that they were told."""
        with self.house.store.read() as tx:
            return not messages.pending(tx)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    with closing(Store(databases.url_for(tmp_path / "rw.db"))) as store:
        run = Run(store)
        yield run
        for teller in run.tellers:
            teller.stop()


@pytest.fixture
def hanging() -> Iterator[tuple[Ears, threading.Event]]:
    """A notifier that hangs until the event is set."""
    ears, over = Ears(), threading.Event()
    ears.then = lambda: over.wait(20)
    yield ears, over
    over.set()


def test_one_that_hangs_delays_no_other_and_is_asked_once(
    run: Run, hanging: tuple[Ears, threading.Event]
) -> None:
    slow, quick = hanging[0], Ears()
    teller = run.begin(slow=slow, quick=quick)
    for _ in range(5):
        teller.step()
        run.clock.forward(120)

    until(lambda: quick.notices and slow.tried)
    assert len(slow.tried) == 1


def test_at_the_end_what_is_being_told_may_be_told_and_is_noted(
    run: Run, hanging: tuple[Ears, threading.Event]
) -> None:
    slow, over = hanging
    teller = run.begin(slow=slow)
    teller.step()
    until(lambda: slow.notices)
    threading.Timer(0.3, over.set).start()
    assert teller.stop()

    again = run.begin(slow=(ears := Ears()))
    run.clock.forward(600)
    assert again.once() == set()
    assert ears.tried == []


def test_the_end_does_not_wait_for_ever(run: Run, hanging: tuple[Ears, threading.Event]) -> None:
    teller = run.begin(slow=hanging[0])
    teller.step()
    until(lambda: hanging[0].notices)

    assert timedelta(seconds=8) > GRACE
    assert not teller.stop()


def test_what_stands_is_told_as_often_as_it_wants_to_hear_it(run: Run) -> None:
    board = Board()
    teller = run.begin(board=board)

    def told() -> int:
        teller.once()
        return board.told

    seconds = (0, 30, 29, 1, 60)
    assert [told() for each in seconds if run.clock.forward(each)] == [1, 1, 1, 2, 3]
    assert board.fires == ["breach/1/airline-6m"]


def test_what_stands_is_told_though_the_clock_went_back(run: Run) -> None:
    board = Board()
    teller = run.begin(board=board)
    run.clock.forward(600)
    teller.once()
    run.clock.forward(-600)
    teller.rest_no_longer()
    teller.once()

    assert board.told == 2


def test_once_tells_all_there_is_and_why_it_could_not(run: Run) -> None:
    deaf, well = Ears(), Ears()
    deaf.fails = FetchError(Reason.AUTH, "no")
    teller = run.begin(deaf=deaf, well=well)

    assert teller.once() == {Reason.AUTH}
    assert len(well.notices) == 1
    assert teller.once() == set()


def test_another_plan_is_taken_while_the_old_one_is_told(
    run: Run, hanging: tuple[Ears, threading.Event]
) -> None:
    slow, over = hanging
    teller = run.begin(slow=slow)
    teller.step()
    until(lambda: slow.notices)
    other = Ears()
    teller.take(plan_of({"slow": other}, replace(everything_to("slow"), late_arrivals=True)))
    teller.step()
    over.set()
    until(run.has_told)
    run.clock.forward(600)
    teller.once()

    assert other.tried == []  # it was told by the old one


def test_what_a_removed_notifier_did_not_hear_after_all_goes_by_the_routes_now_in_force(
    run: Run,
) -> None:
    slow, over, other = Ears(), threading.Event(), Ears()
    slow.hears, slow.fails = lambda: over.wait(20), FetchError(Reason.UNAVAILABLE, "it hung")
    teller = run.begin(old=slow)
    teller.step()
    until(lambda: slow.tried)
    teller.take(plan_of({"new": other}, everything_to("new")))
    teller.step()
    assert other.tried == []  # it may still be told
    over.set()
    until(lambda: [teller.once(), other.notices][1])

    assert other.facts == ["breach/1/airline-6m"]
    assert run.has_told()


class Interrupted(Hands):
    """A clock whose next look is the moment in which something else begins."""

    def __init__(self, now: datetime) -> None:
        super().__init__(now)
        self.next: threading.Thread | None = None

    def __call__(self) -> datetime:
        other, self.next = self.next, None
        if other:
            other.start()
            other.join(0.3)
        return self.now


def test_a_fact_that_is_routed_while_another_plan_is_taken_is_told_by_that(run: Run) -> None:
    run.clock = clock = Interrupted(at(6))
    ears, late = Ears(), replace(everything_to("room"), after=timedelta(minutes=5))
    teller = Teller(run.house.store, plan_of({"room": ears}, late), "me", clock, alone=True)
    run.tellers.append(teller)
    teller.start()
    other = plan_of({"room": ears}, replace(late, late_arrivals=True))
    clock.next = taking = threading.Thread(target=teller.take, args=[other])
    teller.step()
    taking.join()
    run.house.observe(12)
    clock.forward(6 * 60)
    teller.once()

    assert ears.facts == ["breach/1/airline-6m"]
