"""Who cannot see guesses nothing, says so, and says when that is over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.cycle.blindness import LAPSE, Lookout
from monitor.cycle.delivery import Delivery
from monitor.cycle.desk import Watch
from monitor.domain.post import Post
from monitor.store import accounts, schema
from monitor.store.database import Store
from monitor.store.instants import rfc3339
from tests.acceptance.platform import Platform, whole
from tests.acceptance.watching import Hands, Watched
from tests.building import at, mention
from tests.cycle.house import watched

STEP = 10.0
DOWN = whole(status="503 Oh")
WARNED = "six: {metric: first_reply, within: 6m, objective: 90%, warn_at: [50%, 5m]}"


class Running:
    """The account `acme`, polled when it is due, with somebody who looks out every few seconds."""

    def __init__(self, watched: Watched) -> None:
        self.acme, self.clock = watched, watched.clock
        self.start()

    def start(self) -> None:
        """As the program does."""
        self.lookout = Lookout(self.acme.store)

    def run(self, seconds: float, *, polls: bool = True) -> None:
        for _ in range(int(seconds / STEP)):
            self.clock.forward(STEP)
            self.look(polls=polls)

    def look(self, *, polls: bool = True) -> None:
        row = self.acme.row()
        if polls and (row.next_poll_at is None or row.next_poll_at <= self.clock()):
            self.acme.poll()
        self.lookout.look({"acme": self.acme.watch}, self.clock())

    def told(self) -> list[str]:
        """In short: of what kind, in order."""
        return [key.split("/")[0] for key in self.acme.alerts()]

    def told_but_of_polls(self) -> list[str]:
        return [kind for kind in self.told() if not kind.startswith("account")]


@pytest.fixture
def acme(tmp_path: Path, platform: Platform, clock: Hands) -> Iterator[Running]:
    watched = Watched(tmp_path, platform.address, clock, targets=WARNED)
    watched.poll()
    yield Running(watched)
    watched.close()


def test_a_platform_that_is_down_across_a_due_instant_breaks_no_promise_that_was_kept(
    platform: Platform, acme: Running
) -> None:
    acme.run(60)
    asked = platform.says("ada")
    acme.run(120)
    platform.fails(DOWN)
    acme.run(60)
    platform.replies(asked)  # in time, and unseen
    acme.run(600)
    while_blind = acme.told_but_of_polls(), acme.acme.verdicts()
    platform.fails(None)
    acme.run(900)

    assert while_blind == (["blind"], [None])
    assert acme.told_but_of_polls() == ["blind", "blind_over"]
    assert acme.acme.verdicts() == ["met"]


def test_a_promise_that_broke_unseen_is_told_when_it_is_seen(
    platform: Platform, acme: Running
) -> None:
    acme.run(60)
    platform.says("ada")
    acme.run(60)
    platform.fails(DOWN)
    acme.run(900)
    assert acme.told_but_of_polls() == ["blind"]
    platform.fails(None)
    acme.run(900)

    assert acme.told_but_of_polls() == ["blind", "breach", "blind_over"]


def test_it_is_told_since_when_it_is_blind_and_whose_waits_cannot_be_verified(
    platform: Platform, acme: Running
) -> None:
    long_late = platform.says("eve")
    acme.run(480)
    answered = platform.says("bo")
    platform.says("ada")
    platform.says("cy")
    acme.run(10)
    platform.replies(answered)
    acme.run(60)
    since = acme.acme.watermark()
    assert since
    platform.fails(DOWN)
    acme.run(400)

    (key,) = (key for key in acme.acme.alerts() if key.startswith("blind"))
    assert key == f"blind/acme/{rfc3339(since)}"
    assert acme.acme.details(key) == {"waits": 2}  # nor is the one of `long_late`: it is broken
    assert long_late in acme.acme.openers()


def test_it_is_blind_only_when_a_promise_could_break_unseen(
    platform: Platform, acme: Running
) -> None:
    platform.fails(DOWN)
    acme.run(340)  # the watermark is a second older than the last poll
    assert acme.told_but_of_polls() == []
    acme.run(30)

    assert acme.told_but_of_polls() == ["blind"]


def test_who_may_not_ask_more_often_is_not_blind_in_between(
    tmp_path: Path, platform: Platform, clock: Hands
) -> None:
    agents = "    agents: [" + ", ".join(f"agent{n}" for n in range(20)) + "]\n"
    quick = "quick: {metric: first_reply, within: 20s, objective: 90%}"
    watched = Watched(tmp_path, platform.address, clock, poll="5s", targets=quick, more=agents)
    with closing(watched):
        watched.poll()
        running = Running(watched)
        running.run(600)

        assert running.told() == []


def test_an_end_of_blindness_says_which_it_was(platform: Platform, acme: Running) -> None:
    for _ in range(2):
        platform.fails(DOWN)
        acme.run(1000)
        platform.fails(None)
        acme.run(1000)

    blind, over, again, over_again = (key for key in acme.acme.alerts() if "blind" in key)
    assert over == blind.replace("blind", "blind_over")
    assert over_again == again.replace("blind", "blind_over")
    assert again != blind


def test_it_is_told_once_through_restarts(platform: Platform, acme: Running) -> None:
    platform.fails(DOWN)
    for _ in range(5):
        acme.run(400)
        acme.start()
    platform.fails(None)
    acme.run(1000)
    acme.start()
    acme.run(1000)

    assert acme.told_but_of_polls() == ["blind", "blind_over"]


def test_who_was_stopped_and_starts_again_was_not_blind_to_anybody(acme: Running) -> None:
    acme.clock.forward(8 * 3600)
    acme.start()
    acme.look(polls=False)  # the first poll is under way
    acme.run(60, polls=False)
    acme.run(60)

    assert acme.told() == []


def test_who_starts_again_and_cannot_read_is_blind_since_it_last_could(
    platform: Platform, acme: Running
) -> None:
    since = acme.acme.watermark()
    assert since
    acme.clock.forward(8 * 3600)
    platform.fails(DOWN)
    acme.start()
    acme.look()

    assert acme.acme.alerts() == [f"blind/acme/{rfc3339(since)}"]


def test_who_slept_and_wakes_has_its_first_poll_before_it_is_called_blind(acme: Running) -> None:
    acme.run(60)
    acme.clock.forward(2 * LAPSE.total_seconds() + 600)
    acme.look(polls=False)
    acme.run(30)

    assert acme.told() == []


def test_an_account_that_a_reload_adds_again_has_its_first_poll_before_it_is_called_blind(
    acme: Running,
) -> None:
    for _ in range(3 * 3600 // 60):
        acme.clock.forward(60)
        acme.lookout.look({}, acme.clock())
    acme.look(polls=False)
    acme.run(30)

    assert acme.told() == []


def test_polls_that_do_not_come_about_are_blindness_too(acme: Running) -> None:
    acme.run(900, polls=False)

    assert acme.told() == ["blind"]


def test_before_the_first_poll_nobody_is_blind(
    tmp_path: Path, platform: Platform, clock: Hands
) -> None:
    platform.fails(DOWN)
    running = Running(Watched(tmp_path, platform.address, clock))
    running.run(3600)
    told = running.told_but_of_polls()
    running.acme.close()

    assert told == []


@pytest.mark.parametrize("offset", [30, -30], ids=["ahead", "behind"])
def test_a_host_clock_that_is_off_tells_nothing_early_or_false(
    offset: float, platform: Platform, acme: Running
) -> None:
    platform.clock = lambda: acme.clock() - timedelta(seconds=offset)
    acme.run(120)
    assert acme.told() == ["blind"]
    asked_at = platform.clock()
    asked = platform.says("ada")
    unanswered = platform.says("bo")
    told: dict[str, datetime] = {}
    while platform.clock() < asked_at + timedelta(minutes=8):
        if platform.clock() == asked_at + timedelta(seconds=350):
            platform.replies(asked)
        acme.run(STEP)
        for key in set(acme.acme.alerts()) - told.keys():
            told[key] = platform.clock()

    (bo,) = acme.acme.column(
        sa.select(schema.wait.c.number).where(schema.wait.c.opened_by == unanswered)
    )
    assert [key for key in told if key.startswith("breach")] == [f"breach/{bo}/six"]
    for key, minutes in {"warning/1/six/1": 3, "warning/2/six/2": 5, f"breach/{bo}/six": 6}.items():
        late = told[key] - asked_at - timedelta(minutes=minutes)
        assert timedelta(0) <= late < timedelta(seconds=45)


def test_a_host_clock_that_is_right_again_ends_the_blindness(
    platform: Platform, acme: Running
) -> None:
    platform.clock = lambda: acme.clock() - timedelta(seconds=30)
    acme.run(1000)
    assert acme.told() == ["blind"]
    platform.clock = acme.clock
    acme.run(120)

    assert acme.told() == ["blind", "blind_over"]


def test_clocks_that_part_and_meet_again_are_told_of_each_time(acme: Running) -> None:
    acme.run(60)
    for offset in (30, 0, 30, 0):
        with acme.acme.store.write() as tx:
            accounts.update(tx, acme.acme.row().id, clock_offset=timedelta(seconds=offset))
        acme.run(10, polls=False)

    assert acme.told() == ["blind", "blind_over", "blind", "blind_over"]


def test_who_promises_nothing_is_blind_to_nothing(
    tmp_path: Path, platform: Platform, clock: Hands
) -> None:
    no_targets = "targets: []\n"
    watched = Watched(tmp_path, platform.address, clock, more=f"    {no_targets}")
    running = Running(watched)
    running.look()
    platform.fails(DOWN)
    running.run(3600)
    told = running.told_but_of_polls()
    watched.close()

    assert told == []


class Inbox:
    """An account that is not polled, and somebody who looks out; minutes begin at ten o'clock."""

    def __init__(self, store: Store, watch: Watch) -> None:
        self._store, self._watch = store, watch
        self._lookout = Lookout(store)

    def look(self, start: int, end: int) -> None:
        for minute in range(start, end):
            self._lookout.look({"acme": self._watch}, at(minute))

    def hand_in(self, minute: float, *posts: Post) -> None:
        Delivery(self._store, self._watch, at(minute)).finish(posts, at(minute), at(minute))

    def imported(self, until: float) -> None:
        with self._store.write() as tx:
            row = accounts.held(tx, "acme")
            accounts.cover(tx, row.id, at(until - 900), at(until), live=False)

    def told(self) -> list[str]:
        with self._store.read() as tx:
            return list(tx.scalars(sa.select(schema.alert.c.key).order_by(schema.alert.c.number)))


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    with watched(tmp_path) as (store, watch):
        yield Inbox(store, watch)


def test_an_inbox_is_blind_from_its_first_request_on_only(inbox: Inbox) -> None:
    inbox.imported(-650)
    inbox.look(-600, 0)
    assert inbox.told() == []
    inbox.hand_in(0, mention("1", "ana", 0))
    inbox.look(0, 7)
    assert inbox.told() == []
    inbox.look(7, 60)

    assert inbox.told() == [f"blind/acme/{rfc3339(at(0))}"]


def test_an_inbox_that_is_handed_in_to_again_is_blind_no_more(inbox: Inbox) -> None:
    inbox.hand_in(0)
    inbox.look(0, 30)
    inbox.hand_in(30)
    inbox.look(30, 32)

    since = rfc3339(at(0))
    assert inbox.told() == [f"blind/acme/{since}", f"blind_over/acme/{since}"]


def test_several_who_look_out_write_it_once(tmp_path: Path) -> None:
    with watched(tmp_path) as (store, watch):
        one, other = Inbox(store, watch), Inbox(store, watch)
        one.hand_in(0)
        for minute in range(30):
            one.look(minute, minute + 1)
            other.look(minute, minute + 1)

        assert one.told() == [f"blind/acme/{rfc3339(at(0))}"]


def test_an_inbox_has_its_time_to_hand_in_after_a_start(inbox: Inbox) -> None:
    inbox.hand_in(0)
    inbox.look(600, 606)
    assert inbox.told() == []
    inbox.hand_in(606)
    inbox.look(606, 610)

    assert inbox.told() == []
