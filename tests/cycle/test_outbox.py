"""Nothing is lost between the store and a notifier, and nothing is told by two."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from monitor.config import Match, Rate, Route
from monitor.cycle.notify import Plan, everything_to
from monitor.cycle.notify.routing import route
from monitor.cycle.notify.sending import FIRST_PAUSE, LONGEST_PAUSE, TRIED_FOR
from monitor.cycle.notify.standing import stand
from monitor.domain.calendar import Calendar, Hours
from monitor.domain.wait import Deed, Dismissal
from monitor.ports.connector import FetchError, Reason
from monitor.ports.notifier import AlertKind
from monitor.store import accounts, messages, schema
from monitor.store.database import Store
from tests import databases
from tests.building import at, mention, reply
from tests.cycle.house import House
from tests.cycle.test_truth import OPEN_FROM_TEN_PAST
from tests.telling import UTC, Board, Ears, begin, plan_of, plan_to, tell, watch

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
BREACH = Route(on=frozenset({AlertKind.BREACH}), to=("room",), group_interval=timedelta(0))
FROM_TWENTY_PAST = Calendar(UTC, {0: (Hours(10 * 60 + 20, 24 * 60),)})
NEVER_AGAIN = Calendar(UTC, {}, extra={date(2020, 1, 1): (Hours(0, 60),)})
GONE = FetchError(Reason.UNAVAILABLE, "it is not there")


class Scene:
    """Customers whose promises have broken by minute six, and a room to tell."""

    def __init__(self, customers: int = 1, store: Store | None = None) -> None:
        self.house, self.ears = House(store=store), Ears()
        posts = [mention(str(n), f"c{n}", n / 10_000) for n in range(customers)]
        self.house.take(*posts, minute=1)
        self.plan = plan_to(self.ears, BREACH)

    def begin(self, plan: Plan | None = None, minute: float = 6) -> None:
        begin(self.house.store, plan or self.plan, at(minute))

    def breaks(self, minute: float = 6) -> None:
        self.house.observe(minute)

    def tell(self, minute: float, plan: Plan | None = None, holder: str = "me") -> None:
        tell(self.house.store, plan or self.plan, at(minute), holder)

    def tried(self, seconds: float) -> int:
        """How often it has been tried so long after minute six."""
        self.tell(6 + seconds / 60)
        return len(self.ears.tried)

    def column(self, column: sa.Column[object]) -> list[object]:
        with self.house.store.read() as tx:
            return list(tx.scalars(sa.select(column)))

    def counts(self) -> dict[str, int]:
        with self.house.store.read() as tx:
            return {reason or "told": n for (_, reason), n in messages.counts(tx).items() if n}


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    scene.begin()
    scene.breaks()
    return scene


def test_a_failure_that_passes_is_tried_again_at_ever_longer_pauses(scene: Scene) -> None:
    scene.ears.fails = GONE
    assert [scene.tried(seconds) for seconds in (0, 4, 5, 14, 15, 34, 35)] == [1, 1, 2, 2, 3, 3, 4]
    scene.ears.fails = None
    scene.tell(10)

    assert scene.ears.facts == ["breach/1/airline-6m"]
    assert len({*scene.ears.tried}) == 1
    assert scene.counts() == {"unavailable": 4, "told": 1}


def test_no_pause_is_longer_than_the_longest(scene: Scene) -> None:
    scene.ears.fails = GONE
    tries: list[timedelta] = []
    for seconds in range(0, 3 * 3600, 5):
        if scene.tried(seconds) > len(tries):
            tries.append(timedelta(seconds=seconds))

    pauses = [later - sooner for sooner, later in pairwise(tries)]
    assert pauses[:3] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]
    assert set(pauses[8:]) == {LONGEST_PAUSE}


def test_the_receiver_s_own_wish_is_kept(scene: Scene) -> None:
    scene.ears.fails = FetchError(Reason.RATE_LIMITED, "slowly", retry_at=at(16))

    assert [scene.tried(seconds) for seconds in (0, 30, 599, 600)] == [1, 1, 1, 2]


def test_after_a_day_it_is_given_up(scene: Scene) -> None:
    scene.ears.fails = FetchError(Reason.UNAVAILABLE, "long", retry_at=at(6) + 9 * TRIED_FOR)
    day = TRIED_FOR.total_seconds()
    assert [scene.tried(seconds) for seconds in (0, day - 1, day, 2 * day, 20 * day)] == [
        1,
        1,
        2,
        2,
        2,
    ]

    assert scene.column(schema.message.c.reason) == ["unavailable"]


@pytest.mark.parametrize("reason", [Reason.AUTH, Reason.REJECTED, Reason.BAD_PAYLOAD])
def test_what_needs_a_person_is_marked_and_counted_at_once(scene: Scene, reason: Reason) -> None:
    scene.ears.fails = FetchError(reason, "no")
    scene.tell(6)
    scene.ears.fails = None
    scene.tell(60)

    assert scene.ears.facts == []
    assert scene.counts() == {reason.value: 1}
    assert scene.column(schema.message.c.reason) == [reason.value]


def test_a_defect_of_a_notifier_is_counted_and_tells_nothing_of_what_was_written(
    scene: Scene, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.ears.fails = ValueError("what somebody wrote")
    scene.tell(6)

    assert scene.counts() == {"internal": 1}
    assert "what somebody wrote" not in caplog.text + capsys.readouterr().out


def test_of_two_processes_one_tells(scene: Scene) -> None:
    other = Ears()
    scene.ears.then = lambda: scene.tell(6, plan_to(other, BREACH), "other")
    scene.tell(6)

    assert (len(scene.ears.tried), other.tried) == (1, [])


def test_many_processes_at_once_tell_everything_once(tmp_path: Path) -> None:
    store = Store(databases.url_for(tmp_path / "rw.db"))
    scene = Scene(40, store)
    routes = [replace(BREACH, match=Match(min_reach=0), after=SECOND * n) for n in range(4)]
    routes = [replace(one, goes_on=True) for one in routes]
    plan = plan_to(scene.ears, *routes)
    scene.begin(plan)
    scene.breaks(7)
    failed: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for _ in range(3):
                scene.tell(7, plan, f"p{number}")
        except BaseException as error:  # noqa: BLE001
            failed.append(error)

    workers = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    store.close()

    assert failed == []
    assert len({*scene.ears.tried}) == len(scene.ears.tried) == 4
    assert [notice.total for notice in scene.ears.notices] == [40] * 4


def test_what_one_was_telling_when_it_was_killed_another_tells_word_for_word(
    scene: Scene,
) -> None:
    def killed() -> None:
        raise KeyboardInterrupt

    scene.ears.then = killed
    with pytest.raises(KeyboardInterrupt):
        scene.tell(6)
    other = Ears()
    plan = plan_to(other, BREACH)
    scene.house.take(mention("x", "c0", 6.2, parent_id="0"), minute=6.3)  # so the wait has changed

    scene.tell(6.9, plan, "other")
    assert other.notices == []
    scene.tell(6 + messages.TERM / timedelta(minutes=1), plan, "other")
    assert other.notices == scene.ears.notices


def test_who_starts_again_alone_waits_for_no_lease_of_the_dead(scene: Scene) -> None:
    def killed() -> None:
        raise KeyboardInterrupt

    scene.ears.then = killed
    with pytest.raises(KeyboardInterrupt):
        scene.tell(6)
    scene.ears.then = lambda: None
    scene.begin(minute=6.1)
    scene.tell(6.1)

    assert scene.ears.notices == [scene.ears.notices[0]] * 2


def test_what_somebody_wrote_is_not_kept_once_it_was_told(scene: Scene) -> None:
    scene.ears.fails = GONE
    scene.tell(6)
    (body,) = scene.column(schema.message.c.body)
    assert "post 0" in str(body)
    scene.ears.fails = None
    scene.tell(7)

    assert scene.column(schema.message.c.body) == [None]


@pytest.mark.parametrize("words", [None, '{"key": "of another version"}'])
def test_a_message_whose_words_are_lost_is_composed_again(scene: Scene, words: str | None) -> None:
    scene.ears.fails = GONE
    scene.tell(6)
    with scene.house.store.write() as tx:
        tx.execute(sa.update(schema.message).values(body=words))
        tx.execute(sa.update(schema.post).values(text="gone"))
    scene.ears.fails = None
    scene.tell(7)

    (notice,) = scene.ears.notices
    assert [item.text for item in notice.items] == ["gone"]
    assert {*scene.ears.tried} == {notice.key}


def test_no_more_messages_than_the_rate_allows() -> None:
    scene = Scene()
    routes = [replace(BREACH, after=SECOND * n, goes_on=True) for n in range(5)]
    plan = plan_of({"room": scene.ears}, *routes, rate=Rate(2, timedelta(minutes=1)))
    scene.begin(plan)
    scene.breaks(7)

    def heard(minute: float) -> int:
        scene.tell(minute, plan)
        return len(scene.ears.notices)

    assert [heard(minute) for minute in (7, 7.5, 8, 8.5, 9)] == [2, 2, 4, 4, 5]


def test_of_many_facts_ten_are_told_in_full_the_worst_first() -> None:
    scene = Scene(2_000)
    scene.begin()
    scene.breaks(6.5)
    scene.tell(6.5)

    (notice,) = scene.ears.notices
    assert notice.counts == {AlertKind.BREACH: 2_000}
    assert [item.handle for item in notice.items] == [f"c{n}" for n in range(10)]


def test_a_notifier_under_another_name_is_told_what_the_old_one_was_not(scene: Scene) -> None:
    scene.ears.fails = GONE
    scene.tell(6)
    renamed, other = Ears(), replace(BREACH, to=("lounge",))
    plan = plan_of({"lounge": renamed}, other)
    scene.begin(plan, 7)
    scene.tell(7, plan)
    scene.tell(7.1, plan)

    assert renamed.facts == ["breach/1/airline-6m"]


def test_who_is_told_what_stands_from_now_on_leaves_no_message_behind(scene: Scene) -> None:
    scene.ears.fails = GONE
    scene.tell(6)
    board = Board()
    plan = plan_of({"room": board}, BREACH)
    scene.begin(plan, 7)
    scene.tell(7, plan)
    stand(scene.house.store, plan, "room", at(7))

    assert board.fires == ["breach/1/airline-6m"]
    assert scene.column(schema.message.c.number) == scene.column(schema.notice.c.number) == []


def test_what_an_altered_route_still_has_to_tell_goes_by_the_new_one(scene: Scene) -> None:
    slow = plan_to(scene.ears, replace(BREACH, after=timedelta(hours=1)))
    scene.tell(6, slow)
    quick = plan_to(scene.ears, replace(BREACH, after=timedelta(minutes=5)))
    scene.begin(quick, 7)
    for minute in (7, 8):
        scene.house.observe(minute)
        scene.tell(minute, quick)
    assert scene.ears.facts == []
    scene.house.observe(11)
    scene.tell(11, quick)

    assert scene.ears.facts == ["breach/1/airline-6m"]


@pytest.mark.parametrize(
    "alter",
    [
        lambda one: replace(one, match=Match(brands=("Acme",))),
        lambda one: replace(one, on=one.on | {AlertKind.NUDGED}),
        lambda one: replace(one, group_interval=timedelta(hours=1)),
        lambda one: replace(one, repeat_every=timedelta(hours=1)),
    ],
)
def test_another_route_tells_nobody_again_what_was_told(
    scene: Scene, alter: Callable[[Route], Route]
) -> None:
    scene.tell(6)
    plan = plan_to(scene.ears, alter(BREACH))
    scene.begin(plan, 7)
    scene.tell(7, plan)

    assert len(scene.ears.notices) == 1


WITHOUT = {"other": watch("other")}


def test_an_account_that_is_configured_no_more_is_told_nothing_of(scene: Scene) -> None:
    plan = plan_to(scene.ears, BREACH, watches=WITHOUT)
    scene.tell(6, plan)
    route(scene.house.store, scene.plan, at(7))
    scene.begin(plan, 8)
    scene.tell(8, plan)

    assert scene.ears.tried == []


@pytest.mark.parametrize("told", [BREACH, replace(BREACH, after=5 * MINUTE)])
def test_what_falls_due_while_its_account_is_not_configured_is_told_when_it_is_again(
    scene: Scene, told: Route
) -> None:
    plan, without = plan_to(scene.ears, told), plan_to(scene.ears, told, watches=WITHOUT)
    if told.after:
        scene.tell(6, plan)
    for minute in (7, 12):
        scene.begin(without, minute)
        scene.tell(minute, without)
    scene.breaks(13)
    scene.begin(plan, 13)
    scene.tell(13, plan)

    assert scene.ears.facts == ["breach/1/airline-6m"]


def test_a_reminder_waits_for_its_account_to_be_configured_again(scene: Scene) -> None:
    told = replace(BREACH, repeat_every=5 * MINUTE)
    plan, without = plan_to(scene.ears, told), plan_to(scene.ears, told, watches=WITHOUT)
    scene.tell(6, plan)
    scene.tell(12, without)
    scene.breaks(13)
    scene.begin(plan, 13)
    scene.tell(13, plan)

    assert scene.ears.facts == ["breach/1/airline-6m"] * 2


def test_of_an_account_given_up_what_is_old_or_over_is_dropped_in_time(scene: Scene) -> None:
    scene.house.take(mention("x", "c0", 6.2, parent_id="0"), minute=6.3)
    route(scene.house.store, plan_to(scene.ears), at(7))
    without = plan_to(scene.ears, watches=WITHOUT)
    day = timedelta(days=1) / MINUTE
    scene.tell(7, without)
    scene.tell(7 + day, without)
    assert {*scene.column(schema.notice.c.dropped)} == {None, "old"}
    scene.house.act(1, Deed.DISMISS, 8 + day, Dismissal.NONE_NEEDED)
    scene.tell(7 + 2 * day, without)

    assert {*scene.column(schema.notice.c.dropped)} == {"over", "old"}
    assert scene.ears.tried == []


def test_of_what_became_history_only_that_is_told_which_takes_something_back(scene: Scene) -> None:
    everything = plan_to(scene.ears)
    scene.begin(everything)
    scene.tell(6, everything)
    scene.house.take(mention("b", "bo", 5), minute=5.5)
    scene.house.observe(11)
    scene.house.take(reply("a", 5, "0"), minute=11)
    with scene.house.store.write() as tx:
        tx.execute(sa.update(schema.wait).values(live=False))
    scene.tell(11, everything)

    assert scene.ears.facts == ["breach/1/airline-6m", "corrected/1/airline-6m"]


def test_the_first_route_that_fits_is_taken_and_others_where_it_says_so(scene: Scene) -> None:
    rooms = {name: Ears() for name in ("a", "b", "c")}
    fits, other = Match(brands=("Acme",)), Match(brands=("Other",))
    plan = plan_of(
        rooms,
        replace(BREACH, to=("a",), match=other),
        replace(BREACH, to=("a", "b"), match=fits, goes_on=True),
        replace(BREACH, to=("b",)),
        replace(BREACH, to=("c",)),
    )
    scene.begin(plan)
    scene.tell(6, plan)

    assert {name: len(ears.notices) for name, ears in rooms.items()} == {"a": 1, "b": 1, "c": 0}


def test_nobody_is_told_of_the_end_before_the_beginning(scene: Scene) -> None:
    ends = replace(BREACH, on=frozenset({AlertKind.RECOVERED}))
    plan = plan_to(scene.ears, BREACH, ends)
    scene.begin(plan)
    scene.ears.fails = GONE
    scene.tell(6, plan)
    scene.tell(6.1, plan)
    scene.house.poll(reply("9", 6.15, "0"), minute=6.2)
    scene.ears.fails = None
    for minute in (6.2, 6.3, 6.4):
        scene.tell(minute, plan)

    assert scene.ears.facts == ["breach/1/airline-6m", "recovered/1/airline-6m"]


@pytest.mark.parametrize(
    ("before", "later", "times"),
    [
        pytest.param([0], [5], 1, id="the first word comes later"),
        pytest.param([5], [0], 1, id="the first word comes sooner"),
        pytest.param([60], [0, 30], 1, id="a word before what was told"),
        pytest.param([0, 240], [0, 300], 2, id="an escalation comes later"),
        pytest.param([0, 240], [5, 300], 2, id="both come later"),
    ],
)
@pytest.mark.parametrize("fails", [None, GONE])
def test_who_was_told_is_told_again_by_an_altered_route_only_to_escalate(
    scene: Scene, before: list[int], later: list[int], times: int, fails: FetchError | None
) -> None:
    pager = Ears()

    def plan(afters: list[int], paged_after: int) -> Plan:
        routes = [replace(BREACH, after=SECOND * after, goes_on=True) for after in afters]
        paging = replace(BREACH, to=("pager",), after=SECOND * paged_after)
        return plan_of({"room": scene.ears, "pager": pager}, *routes, paging)

    scene.ears.fails = fails
    scene.breaks(7)
    scene.tell(7, plan(before, 90))
    scene.ears.fails = None
    altered = plan(later, 120)
    scene.begin(altered, 7)
    for minute in range(7, 13):
        scene.breaks(minute)
        scene.tell(minute, altered)

    assert scene.ears.facts == ["breach/1/airline-6m"] * times
    assert pager.facts == ["breach/1/airline-6m"]


@pytest.mark.parametrize("match", [Match(), Match(brands=("Acme",))])
def test_what_one_route_would_hold_is_told_by_another_that_is_open(
    scene: Scene, match: Match
) -> None:
    by_day = replace(BREACH, match=match, active=OPEN_FROM_TEN_PAST, goes_on=True)
    plan = plan_to(scene.ears, by_day, BREACH)
    scene.begin(plan)

    scene.tell(6, plan)
    assert scene.ears.facts == ["breach/1/airline-6m"]
    scene.tell(10, plan)
    assert len(scene.ears.notices) == 1


@pytest.mark.parametrize("active", [FROM_TWENTY_PAST, NEVER_AGAIN])
def test_what_several_routes_would_hold_is_told_by_the_one_that_opens_first(
    scene: Scene, active: Calendar
) -> None:
    later = replace(BREACH, active=active, goes_on=True)
    sooner = replace(BREACH, on=BREACH.on | {AlertKind.NUDGED}, active=OPEN_FROM_TEN_PAST)
    plan = plan_to(scene.ears, later, sooner)
    scene.begin(plan)

    scene.tell(6, plan)
    assert scene.ears.facts == []
    scene.tell(10, plan)
    assert scene.ears.facts == ["breach/1/airline-6m"]
    scene.tell(20, plan)
    assert len(scene.ears.notices) == 1


def test_of_who_is_reminded_for_ever_the_store_keeps_the_last_reminders(scene: Scene) -> None:
    plan = plan_to(scene.ears, replace(BREACH, repeat_every=timedelta(hours=6)))
    for hour in range(0, 61, 6):
        scene.breaks(6 + hour * 60)
        scene.tell(6 + hour * 60, plan)

    assert len(scene.ears.notices) == 11
    assert scene.column(schema.notice.c.turn) == [0, 6, 7, 8, 9, 10, 11]
    assert len(scene.column(schema.message.c.number)) == 6


def test_one_notifier_that_fails_costs_no_other_its_message(scene: Scene) -> None:
    deaf, well = Ears(), Ears()
    deaf.fails = GONE
    plan = plan_of({"deaf": deaf, "well": well}, everything_to("deaf", "well"))
    scene.begin(plan)
    scene.tell(6, plan)

    assert well.facts == ["warning/1/airline-6m/2", "breach/1/airline-6m"][1:]


@pytest.mark.parametrize(("acked", "polled_at"), [(False, 11), (True, 60)])
def test_what_waits_for_a_look_at_the_platform_has_it_taken_soon(
    scene: Scene, *, acked: bool, polled_at: float
) -> None:
    plan = plan_to(scene.ears, replace(BREACH, after=timedelta(minutes=5)))
    scene.begin(plan)
    scene.tell(6, plan)
    if acked:
        scene.house.act(1, Deed.ACK, 7)
    with scene.house.store.write() as tx:
        accounts.update(tx, scene.house.desk.id, next_poll_at=at(60))
    scene.tell(11, plan)

    with scene.house.store.read() as tx:
        assert accounts.one(tx, "acme").next_poll_at == at(polled_at)
    assert scene.ears.tried == []


@pytest.mark.sqlite
def test_what_comes_round_all_the_time_finds_its_rows_by_an_index(scene: Scene) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_c: object, _cur: object, text: str, values: Any, *_: object) -> None:
        asked.append((text, values))

    scene.ears.fails = GONE
    scene.tell(6)
    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        scene.tell(7)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    selects = [(text, values) for text, values in asked if text.startswith("SELECT")]
    assert len(selects) >= 5
    with scene.house.store.read() as tx:
        for text, values in selects:
            for *_, step in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values):
                assert "INDEX" in step or not step.startswith("SCAN"), f"{step}: {text}"
