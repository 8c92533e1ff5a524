"""What is worth telling of waits: when it is true, each time that it becomes true, and once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from monitor.domain.calendar import Calendar, Hours
from monitor.domain.post import Post
from monitor.domain.target import Metric, Target
from monitor.domain.wait import Deed, Dismissal
from monitor.store import schema
from monitor.store.instants import instant, micros
from tests.building import at, mention, post, reply
from tests.cycle.house import SIX_MINUTES, House

BREACH, CORRECTED = "breach/1/airline-6m", "corrected/1/airline-6m"
RECOVERED = "recovered/1/airline-6m"

ASKED = mention("1", "ana", 0, root_id="r")
GUESSED = {"parent_id": "9", "root_id": "r"}
"""A reply to a post not seen yet is taken for one to the only customer there is."""


def overheard(minute: float) -> Post:
    """That post: it was somebody else who was answered."""
    return mention("9", "bo", minute, root_id="r")


def of_one(house: House) -> list[str]:
    """What is told of the first wait, but for warnings."""
    return [key for key in house.alerts() if "/1/" in key and not key.startswith("warning")]


def test_a_promise_warns_in_its_own_calendar() -> None:
    noon = Calendar(ZoneInfo("UTC"), {day: (Hours(12 * 60, 13 * 60),) for day in range(7)})
    at_noon = replace(SIX_MINUTES, calendar=noon)
    house = House(promises=[at_noon])
    house.poll(mention("1", "ana", 0), minute=1)  # at ten o'clock
    house.observe(122.9)
    assert house.alerts() == []
    house.observe(123)
    house.observe(126)

    assert house.alerts() == ["warning/1/airline-6m/1", BREACH]


def test_what_is_not_observed_is_not_warned_about() -> None:
    house = House()
    house.poll(mention("1", "ana", 0), minute=1)
    house.take(minute=600)

    assert house.alerts() == []


def test_a_breach_that_proves_wrong_and_then_right_is_told_each_time() -> None:
    house = House()
    house.poll(ASKED, minute=1)
    house.observe(8)
    house.poll(post("3", "acme", 2, **GUESSED), minute=9)
    told_wrong = of_one(house)
    house.poll(overheard(1), minute=10)
    told_again = of_one(house)
    house.poll(reply("4", 4, "1", root_id="r"), minute=11)

    assert told_wrong == [BREACH, CORRECTED]
    assert told_again == [*told_wrong, f"{BREACH}/2"]
    assert of_one(house) == [*told_again, f"{CORRECTED}/2"]


def test_who_was_not_answered_after_all_is_told_of_again() -> None:
    house = House()
    house.poll(ASKED, minute=1)
    house.observe(8)
    house.poll(post("3", "acme", 9, **GUESSED), minute=10)
    told_over = of_one(house)
    house.poll(overheard(8.5), minute=11)
    told_again = of_one(house)
    house.poll(reply("4", 12, "1", root_id="r"), minute=13)

    assert told_over == [BREACH, RECOVERED]
    assert told_again == [*told_over, f"{BREACH}/2"]
    assert of_one(house) == [*told_again, f"{RECOVERED}/2"]


def test_one_who_was_answered_late_may_prove_to_have_been_answered_in_time() -> None:
    house = House()
    house.poll(ASKED, minute=1)
    house.poll(reply("2", 8, "1"), minute=9)
    house.poll(reply("3", 5, "1"), minute=10)
    house.poll(reply("4", 4, "1"), minute=11)

    assert of_one(house) == [BREACH, RECOVERED, CORRECTED]


def test_what_was_told_of_a_wait_that_is_part_of_another_is_taken_back_once() -> None:
    house = House()
    house.poll(mention("2", "ana", 5, parent_id="x"), minute=6)
    house.poll(mention("1", "ana", 0), minute=6)
    house.observe(12)
    house.poll(post("x", "cy", 4, parent_id="1"), minute=13)  # joins the two conversations
    house.poll(mention("8", "dan", 13), minute=14)

    assert house.row(1)["status"] == "merged"
    assert of_one(house) == [BREACH, CORRECTED]


def test_nothing_is_corrected_that_was_not_told() -> None:
    house = House()
    house.poll(ASKED, minute=1, live=False)
    house.observe(8)
    house.poll(reply("2", 4, "1"), minute=9)

    assert house.verdicts() == {"airline-6m": "met"}
    assert house.alerts() == []


def test_who_asks_again_on_an_overdue_wait_is_told_of_each_time() -> None:
    house = House()
    house.poll(ASKED, minute=1)
    house.observe(6)
    for minute in (7, 9):
        house.poll(mention(f"n{minute}", "ana", minute, root_id="r"), minute=minute + 0.5)
        house.observe(minute + 1)

    assert of_one(house) == [BREACH, "nudged/1/1", "nudged/1/2"]
    assert facts(house, "nudged") == [(at(7), None, '{"nudges":1}'), (at(9), None, '{"nudges":2}')]


def test_several_that_come_at_once_are_one_fact() -> None:
    house = House()
    house.poll(ASKED, minute=1)
    house.observe(6)
    asking = [mention(f"n{n}", "ana", 7 + n / 10, root_id="r") for n in range(3)]
    house.poll(*asking, minute=8)

    assert of_one(house) == [BREACH, "nudged/1/3"]


def test_a_nudge_that_is_read_together_with_the_breach_is_told() -> None:
    house = House()
    house.poll(ASKED, minute=1)
    house.poll(mention("2", "ana", 7, root_id="r"), minute=8)

    assert of_one(house) == [BREACH, "nudged/1/1"]


def test_a_nudge_before_the_promise_is_broken_is_nothing_to_tell() -> None:
    house = House()
    house.poll(ASKED, minute=1)
    house.poll(mention("2", "ana", 5.9, root_id="r"), minute=5.95)
    house.observe(7)
    house.act(1, Deed.ACK, 8)

    assert of_one(house) == [BREACH]


def test_a_nudge_of_who_was_answered_meanwhile_is_nothing_to_tell() -> None:
    house = House()
    house.poll(ASKED, minute=1)
    house.observe(6)
    house.poll(mention("2", "ana", 7, root_id="r"), reply("3", 7.5, "2"), minute=8)

    assert of_one(house) == [BREACH, RECOVERED]


def test_a_nudge_is_one_fact_under_however_many_promises() -> None:
    hour = replace(SIX_MINUTES, name="hour", within=timedelta(minutes=7), warn_at=())
    house = House(promises=[SIX_MINUTES, hour])
    house.poll(ASKED, minute=1)
    house.observe(7)
    house.poll(mention("2", "ana", 8, root_id="r"), minute=9)

    assert [key for key in house.alerts() if key.startswith("nudged")] == ["nudged/1/1"]


def test_of_history_nothing_is_told() -> None:
    house = House()
    house.poll(ASKED, minute=1, live=False)
    house.poll(mention("2", "ana", 0.5, root_id="r"), minute=1)
    house.observe(8)
    house.poll(mention("3", "ana", 9, root_id="r"), minute=10)
    house.poll(reply("4", 11, "3"), minute=12)

    assert house.row()["status"] == "answered"
    assert house.alerts() == []


def test_the_past_under_new_rules_is_told_to_nobody() -> None:
    house = House()
    house.poll(ASKED, minute=1)
    house.under(is_silent=True)
    house.observe(8)
    house.poll(mention("2", "ana", 9, root_id="r"), minute=10)

    assert house.verdicts() == {"airline-6m": "breached"}
    assert house.alerts() == []


def test_a_promise_given_up_is_told_of_no_more() -> None:
    house = House()
    house.poll(ASKED, minute=1)
    house.observe(8)
    house.under(targets={})
    house.poll(reply("2", 9, "1"), minute=10)

    assert of_one(house) == [BREACH]


def test_who_is_dismissed_too_late_is_neither_recovered_nor_told_of_again() -> None:
    house = House()
    house.poll(ASKED, minute=1)
    house.observe(8)
    house.act(1, Deed.DISMISS, 9, Dismissal.SPAM)
    house.observe(20)

    assert of_one(house) == [BREACH]


def test_a_fact_says_what_it_is_about_and_when_it_was_found() -> None:
    house = House()
    house.poll(ASKED, minute=1)
    house.observe(8)

    with house.store.read() as tx:
        row = tx.execute(sa.select(schema.alert).where(schema.alert.c.key == BREACH)).one()
    assert (row.wait, row.kind, row.details) == (1, "breach", "{}")
    assert (row.at, row.written_at) == (micros(at(6)), micros(at(8)))


FOLLOW_UP = Target("follow-up", Metric.NEXT_REPLY, timedelta(minutes=2), Fraction(8, 10))


def test_a_breach_under_another_promise_is_a_fact_of_its_own() -> None:
    house = House(promises=[SIX_MINUTES, FOLLOW_UP])
    house.poll(ASKED, reply("2", 1, "1"), mention("3", "ana", 5, parent_id="2"), minute=5)
    house.observe(8)

    assert house.alerts() == ["breach/2/follow-up"]


def facts(house: House, kind: str) -> list[tuple[object, ...]]:
    """The instant, the promise and the details of each of a kind."""
    alert = schema.alert
    with house.store.read() as tx:
        rows = tx.execute(sa.select(alert).where(alert.c.kind == kind).order_by(alert.c.number))
        return [(instant(row.at), row.target_id, row.details) for row in rows]
