"""The way in: stored waits are what the fold says, whatever the batches; numbers last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.cycle.arriving import EARLIEST_POST
from monitor.domain.account import Person
from monitor.domain.calendar import Calendar, Hours
from monitor.domain.outcome import Folded
from monitor.domain.post import Post, Reach
from monitor.domain.wait import Deed, Dismissal
from monitor.store import accounts, posts
from monitor.store.instants import micros
from tests.building import ACCOUNT, at, mention, post, reply
from tests.cycle.house import SIX_MINUTES, House
from tests.domain.worlds import WORDING, World, worlds

LATE = 60 * 24 * 7
"""After every instant that occurs in the worlds, so that nothing is moved to its fetch."""


def batches(draw_points: Sequence[int], every: Sequence[Post]) -> list[list[Post]]:
    edges = sorted({point % (len(every) + 1) for point in draw_points} | {0, len(every)})
    return [list(every[start:end]) for start, end in pairwise(edges)]


def as_folded(folds: Sequence[Folded]) -> set[tuple[object, ...]]:
    return {
        (
            wait.opened_by,
            wait.conversation,
            wait.customer,
            wait.kind.value,
            wait.status.value,
            micros(wait.opened_at),
            wait.answered_by,
            micros(wait.answered_at),
            micros(wait.ended_at),
            wait.nudges,
            wait.link,
        )
        for folded in folds
        for wait in folded.waits
    }


def as_stored(house: House) -> set[tuple[object, ...]]:
    names = """opened_by conversation customer kind status opened_at answered_by answered_at
    ended_at nudges link"""
    return {
        tuple(row[name] for name in names.split())
        for row in house.rows().values()
        if row["status"] not in ("merged", "withdrawn")
    }


@settings(deadline=None, max_examples=60)
@given(worlds, st.lists(st.integers(0, 12), max_size=4), st.randoms())
def test_any_batches_in_any_order_store_what_the_fold_says(
    world: World, points: list[int], chance: st.DataObject
) -> None:
    arriving = [*world.posts, *world.posts[:3]]
    chance.shuffle(arriving)  # type: ignore[attr-defined]
    house = House(world.account, WORDING)

    for batch in batches(points, arriving):
        house.poll(*batch, minute=LATE)

    assert as_stored(house) == as_folded(replace(world, acts=()).folded())


@settings(deadline=None, max_examples=30)
@given(worlds, st.lists(st.integers(0, 12), max_size=4))
def test_counters_never_fall_and_numbers_are_never_given_twice(
    world: World, points: list[int]
) -> None:
    house = House(world.account, WORDING)
    before, numbers = house.counted(), set[int]()

    for batch in batches(points, world.posts):
        house.poll(*batch, minute=LATE)
        after = house.counted()
        assert all(after[name] >= value for name, value in before.items())
        assert numbers <= house.rows().keys()
        before, numbers = after, set(house.rows())


@settings(deadline=None, max_examples=30)
@given(worlds)
def test_what_comes_again_changes_nothing(world: World) -> None:
    house = House(world.account, WORDING)
    house.poll(*world.posts, minute=LATE)
    rows, counted, alerts = house.rows(), house.counted(), house.alerts()

    house.poll(*world.posts, minute=LATE)

    assert (house.rows(), house.counted(), house.alerts()) == (rows, counted, alerts)


def test_an_earlier_mention_takes_over_the_number() -> None:
    house = House()
    house.poll(mention("2", "ana", 1, parent_id="1"), minute=2)
    house.poll(mention("1", "ana", 0), minute=3)

    assert list(house.rows()) == [1]
    assert (house.row()["opened_by"], house.row()["nudges"]) == ("1", 1)


def test_two_waits_that_prove_to_be_one_are_merged_on_record() -> None:
    house = House()
    house.poll(mention("1", "ana", 0), mention("3", "ana", 2, parent_id="2"), minute=3)
    house.poll(mention("2", "ana", 1, parent_id="1"), minute=4)

    assert (house.row(1)["status"], house.row(1)["nudges"]) == ("open", 2)
    assert (house.row(2)["status"], house.row(2)["merged_into"]) == ("merged", 1)


def test_a_wait_that_a_late_parent_proves_overheard_is_withdrawn() -> None:
    house = House()
    house.poll(mention("2", "bo", 1, parent_id="1"), minute=2)
    house.poll(mention("1", "ana", 0), minute=3)

    assert house.row(1)["status"] == "withdrawn"
    assert house.row(2)["opened_by"] == "1"


def test_a_told_breach_of_a_wait_that_ceases_to_exist_is_corrected() -> None:
    house = House()
    house.poll(mention("2", "bo", 1, parent_id="1"), minute=2)
    house.observe(20)
    house.poll(mention("1", "ana", 0), minute=21)

    assert "breach/1/airline-6m" in house.alerts()
    assert "corrected/1/airline-6m" in house.alerts()


def test_conversations_that_an_edit_had_joined_part_when_the_original_comes() -> None:
    house = House()
    edited = mention("2", "ana", 1, parent_id="1", edited_at=at(5))
    house.poll(mention("1", "ana", 0), edited, minute=6)
    house.poll(mention("2", "ana", 1), minute=7)

    opened = {row["opened_by"] for row in house.rows().values() if row["status"] == "open"}
    assert opened == {"1", "2"}


def test_no_post_is_later_than_the_fetch_that_brought_it() -> None:
    house = House()
    house.poll(mention("1", "ana", 500), minute=2)

    assert house.row()["opened_at"] == micros(at(2))


def test_an_act_survives_the_joining_of_its_wait() -> None:
    house = House()
    house.poll(mention("2", "ana", 1, parent_id="1"), minute=2)
    house.act(1, Deed.DISMISS, 3, Dismissal.SPAM)
    house.poll(mention("1", "ana", 0), minute=4)

    assert (house.row()["status"], house.row()["dismissal"]) == ("dismissed", "spam")
    assert house.counted()["waits_excluded_total spam"] == 1


def test_an_ack_of_a_merged_wait_is_upon_what_it_was_merged_into() -> None:
    house = House()
    house.poll(mention("1", "ana", 0), mention("3", "ana", 2, parent_id="2"), minute=3)
    house.poll(mention("2", "ana", 1, parent_id="1"), minute=4)
    house.act(2, Deed.ACK, 5)

    assert house.row(1)["acked_by"] == "kim"


def test_what_was_there_before_the_first_poll_ended_is_history() -> None:
    house = House()
    house.under(live_since=at(10))
    house.poll(mention("1", "ana", 9), mention("2", "bo", 11), minute=12)

    assert [row["live"] for row in house.rows().values()] == [False, True]
    assert house.counted()["waits_opened_total first"] == 1


def test_imports_are_reported_and_never_counted_nor_told() -> None:
    house = House()
    house.take(mention("1", "ana", 0), minute=60, live=False)
    house.observe(60)

    assert house.verdicts() == {"airline-6m": "breached"}
    assert (house.counted(), house.alerts()) == ({}, [])


def test_a_mention_first_seen_after_its_warning_is_a_late_arrival() -> None:
    house = House()
    house.poll(mention("1", "ana", 0), mention("2", "bo", 1), minute=3.5)

    assert [row["late_arrival"] for row in house.rows().values()] == [True, False]
    assert house.counted()["late_arrivals_total"] == 1


def test_reach_is_the_newest_and_folds_nothing() -> None:
    house = House()
    house.poll(mention("1", "ana", 0, reach=Reach(likes=1)), minute=1)
    house.poll(mention("1", "ana", 0, reach=Reach(likes=9)), minute=2)

    with house.store.read() as tx:
        stored = posts.find(tx, house.desk.id, ["1"])["1"]
    assert stored.versions.first.reach == Reach(likes=9)


def test_what_was_read_in_a_text_is_kept_when_settings_change() -> None:
    house = House(wording=WORDING)
    house.poll(mention("1", "bot", 0), minute=1)
    house.under(wording=replace(WORDING, ignore=()))
    house.poll(mention("1", "bot", 0), mention("2", "bot", 0.5), minute=2)

    assert [row["opened_by"] for row in house.rows().values()] == ["2"]


def test_ids_learnt_later_still_find_the_brand() -> None:
    house = House(replace(ACCOUNT, me=Person("acme", id="b1")))
    house.poll(mention("1", "ana", 0), minute=1)
    house.poll(post("2", "b1", 2, parent_id="1", author_handle="acme"), minute=3)

    assert house.row()["status"] == "answered"


def test_business_time_is_stored_beside_calendar_time() -> None:
    house = House()
    house.poll(mention("1", "ana", 0), reply("2", 4, "1"), minute=5)

    four_minutes = micros(timedelta(minutes=4))
    assert (house.row()["calendar_span"], house.row()["business_span"]) == (four_minutes,) * 2


def test_the_watermark_never_moves_back() -> None:
    house = House()
    house.observe(10)
    house.observe(5)

    with house.store.read() as tx:
        assert accounts.watermark(tx, house.desk.id) == at(10)


def test_a_mention_made_by_a_late_edit_is_a_late_arrival() -> None:
    house = House()
    house.poll(post("1", "ana", 0), minute=1)
    house.poll(mention("1", "ana", 0, edited_at=at(2)), minute=60)

    assert (house.row()["opened_at"], house.row()["late_arrival"]) == (micros(at(2)), True)


def test_a_promise_whose_calendar_has_no_hours_left_does_not_stop_the_way_in() -> None:
    past = Calendar(ZoneInfo("UTC"), {}, extra={date(2020, 1, 1): (Hours(0, 60),)})
    house = House(promises=[replace(SIX_MINUTES, calendar=past)])
    house.poll(mention("1", "ana", 0), minute=10)

    assert (house.row()["status"], house.verdicts()) == ("open", {})


def test_a_calendar_that_loses_its_last_hours_still_lets_verdicts_fall() -> None:
    house = House()
    house.poll(mention("1", "ana", 0), minute=1)
    past = Calendar(ZoneInfo("UTC"), {}, extra={date(2020, 1, 1): (Hours(0, 60),)})
    house.under(targets={n: replace(t, calendar=past) for n, t in house.desk.targets.items()})
    house.observe(4)
    house.observe(6)

    assert house.verdicts() == {"airline-6m": "breached"}


def test_followers_who_come_and_go_do_not_have_a_text_read_anew() -> None:
    house = House(wording=WORDING)
    house.poll(mention("1", "bot", 0, author_followers=99), minute=1)
    house.under(wording=replace(WORDING, ignore=()))
    house.poll(mention("1", "bot", 0, author_followers=100), minute=2)

    assert house.rows() == {}


@pytest.mark.parametrize("year", [1, 9999])
def test_instants_that_cannot_be_are_moved_to_where_they_can(year: int) -> None:
    house = House()
    far = datetime(year, 1, 1, tzinfo=timezone(timedelta(hours=1 if year == 9999 else -1)))
    house.poll(replace(mention("1", "ana", 0), created_at=far), minute=5)

    opened = EARLIEST_POST if year == 1 else at(5)
    assert house.row()["opened_at"] == micros(opened)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        pytest.param("a\0b", "a\ufffdb", id="nul"),
        pytest.param("a\ud83d", "a\ufffd", id="half a character"),
        pytest.param("\ud83d\ude00", "\U0001f600", id="both halves"),
        pytest.param("x" * 30_000, "x" * 20_000, id="endless"),
    ],
)
def test_a_text_is_stored_as_far_as_it_can_be(said: str, kept: str) -> None:
    house = House()
    house.poll(mention("1", "ana", 0, text=said), minute=1)
    house.poll(mention("1", "ana", 0, text=said), minute=2)

    with house.store.read() as tx:
        assert posts.find(tx, house.desk.id, ["1"])["1"].versions.first.text == kept


def test_endless_names_and_counts_are_cut() -> None:
    house = House()
    hostile = {"author_name": "n" * 1_000_000, "author_followers": 2**80}
    house.poll(mention("1" * 500, "ana", 0, reach=Reach(likes=2**80), **hostile), minute=1)

    with house.store.read() as tx:
        first = posts.find(tx, house.desk.id, ["1" * 500])["1" * 500].versions.first
    assert len(first.author_name or "") == 500
    assert (first.author_followers, first.reach.likes) == (2**63 - 1, 2**63 - 1)


def test_a_name_edited_in_after_the_first_poll_opens_a_live_wait() -> None:
    house = House()
    house.under(live_since=None)
    house.poll(post("1", "ana", 0), minute=1)
    house.under(live_since=at(1))
    house.poll(mention("1", "ana", 0, edited_at=at(2)), minute=3)

    assert house.row()["live"]
