"""Verdicts by the watermark only; facts once; corrections on record."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from monitor.cycle.promises import put_in_force
from monitor.domain.wait import Deed, Dismissal
from tests.building import at, mention, post, reply
from tests.cycle.house import House, watched


def test_nothing_is_judged_before_it_was_observed() -> None:
    house = House()
    house.take(mention("1", "ana", 0), minute=1)
    house.observe(5.9)

    assert house.verdicts() == {"airline-6m": None}


def test_a_breach_is_told_once_however_often_it_is_judged() -> None:
    house = House()
    house.poll(mention("1", "ana", 0), minute=1)
    house.observe(6)
    house.observe(7)

    assert house.alerts().count("breach/1/airline-6m") == 1
    assert house.counted()["sla_due_total airline-6m"] == 1


def test_who_still_waits_is_held_against_a_promise_that_is_in_force_again(tmp_path: Path) -> None:
    with watched(tmp_path) as (store, watch):
        house = House(store=store)
        house.take(mention("1", "ana", 0), mention("2", "bo", 1), minute=1)
        promised = house.desk.targets
        house.under(targets={})
        house.poll(reply("answer", 7.5, "2"), minute=8)
        assert house.alerts() == []
        house.under(targets=promised)
        with store.write() as tx:
            put_in_force(tx, [watch])
        house.observe(9)

        assert house.alerts() == ["breach/1/airline-6m"]


def test_each_warning_is_told_when_the_watermark_reaches_it() -> None:
    house = House()
    house.poll(mention("1", "ana", 0), minute=1)
    house.observe(3)
    first = house.alerts()
    house.observe(5)

    assert first == ["warning/1/airline-6m/1"]
    assert house.alerts() == [*first, "warning/1/airline-6m/2"]


def test_of_warnings_passed_at_once_the_last_is_told() -> None:
    house = House()
    house.poll(mention("1", "ana", 0), minute=1)
    house.observe(5.5)

    assert house.alerts() == ["warning/1/airline-6m/2"]


def test_who_was_answered_is_not_warned_about() -> None:
    house = House()
    house.poll(mention("1", "ana", 0), reply("2", 2, "1"), minute=2.5)
    house.observe(10)

    assert house.alerts() == []
    assert house.verdicts() == {"airline-6m": "met"}


def test_due_and_met_are_counted_at_due_and_not_at_the_reply() -> None:
    house = House()
    house.poll(mention("1", "ana", 0), reply("2", 2, "1"), minute=3)
    before = house.counted()
    house.observe(6)

    assert "sla_due_total airline-6m" not in before
    assert house.counted()["sla_due_total airline-6m"] == 1
    assert house.counted()["sla_met_total airline-6m"] == 1


def test_an_answer_in_time_that_was_read_late_corrects_the_breach() -> None:
    house = House()
    house.poll(mention("1", "ana", 0), minute=1)
    house.observe(8)
    house.poll(reply("2", 4, "1"), minute=9)

    assert house.verdicts() == {"airline-6m": "met"}
    assert house.counted()["sla_corrections_total airline-6m\tmet"] == 1
    assert house.counted()["sla_met_total airline-6m"] == 1
    assert house.alerts()[-1] == "corrected/1/airline-6m"


def test_a_late_answer_recovers_what_was_told() -> None:
    house = House()
    house.poll(mention("1", "ana", 0), minute=1)
    house.observe(8)
    house.poll(reply("2", 9, "1"), minute=10)

    assert house.alerts()[-1] == "recovered/1/airline-6m"
    assert house.verdicts() == {"airline-6m": "breached"}


def test_a_breach_learnt_after_blindness_is_flagged() -> None:
    house = House()
    house.take(mention("1", "ana", 0), minute=60)
    house.observe(60, was_blind=True)

    assert house.counted()["sla_breached_late_detected_total airline-6m"] == 1


@pytest.mark.parametrize(("minute", "verdict"), [(5, "excluded"), (6, "excluded"), (7, "breached")])
def test_a_dismissal_excludes_up_to_due(minute: float, verdict: str) -> None:
    house = House()
    house.poll(mention("1", "ana", 0), minute=1)
    house.act(1, Deed.DISMISS, minute, Dismissal.NONE_NEEDED)
    house.observe(10)

    assert house.verdicts() == {"airline-6m": verdict}


def test_the_excluded_are_not_counted_as_due() -> None:
    house = House()
    house.poll(mention("1", "ana", 0, deleted_at=at(2)), minute=3)
    house.observe(10)

    assert "sla_due_total airline-6m" not in house.counted()


def test_a_due_instant_stays_when_the_target_changes() -> None:
    house = House()
    house.poll(mention("1", "ana", 0), minute=1)
    stricter = {n: replace(t, within=t.within / 6) for n, t in house.desk.targets.items()}
    house.under(targets={n: replace(t, warn_at=()) for n, t in stricter.items()})
    house.poll(mention("1", "ana", 0), reply("2", 4, "1"), minute=7)

    assert house.verdicts() == {"airline-6m": "met"}


def test_a_due_instant_moves_with_the_opening() -> None:
    house = House()
    house.poll(mention("2", "ana", 4, parent_id="1"), minute=5)
    house.poll(mention("1", "ana", 0), minute=5.5)
    house.observe(6)

    assert house.verdicts() == {"airline-6m": "breached"}


def test_a_wait_reopened_by_history_is_judged_anew() -> None:
    house = House()
    guessed = post("3", "acme", 2, parent_id="9", root_id="r")
    house.poll(mention("1", "ana", 0, root_id="r"), guessed, minute=3)
    house.poll(mention("2", "bo", 1, root_id="r"), minute=4)
    house.observe(10)

    assert house.verdicts(1) == {"airline-6m": "breached"}
    assert "breach/1/airline-6m" in house.alerts()


def test_a_longer_promise_does_not_put_off_what_was_due() -> None:
    house = House()
    house.poll(mention("1", "ana", 0), minute=1)
    longer = {
        n: replace(t, within=10 * t.within, warn_at=tuple(10 * step for step in t.warn_at))
        for n, t in house.desk.targets.items()
    }
    house.under(targets=longer)
    house.observe(4)
    house.observe(6)

    assert house.verdicts() == {"airline-6m": "breached"}


def test_who_was_answered_late_in_one_poll_is_told_of_as_recovered() -> None:
    house = House()
    house.poll(mention("1", "ana", 0), minute=1)
    house.poll(reply("2", 7, "1"), minute=8)

    assert house.alerts() == ["breach/1/airline-6m", "recovered/1/airline-6m"]


def test_a_promise_that_history_proves_broken_is_told() -> None:
    house = House()
    guessed = post("3", "acme", 2, parent_id="9", root_id="r")
    house.poll(mention("1", "ana", 0, root_id="r"), guessed, minute=3)
    house.observe(10)
    met = house.verdicts(1)
    house.poll(mention("9", "bo", 1, root_id="r"), minute=11)

    assert (met, house.verdicts(1)) == ({"airline-6m": "met"}, {"airline-6m": "breached"})
    assert "breach/1/airline-6m" in house.alerts()


def test_a_breach_under_a_promise_that_proves_another_is_corrected() -> None:
    house = House()
    house.poll(mention("3", "ana", 20, root_id="r"), minute=21)
    house.observe(30)
    house.poll(mention("1", "ana", 0, root_id="r"), reply("2", 1, "1", root_id="r"), minute=31)

    assert house.row(1)["kind"] == "follow_up"
    assert house.verdicts(1) == {}
    assert "corrected/1/airline-6m" in house.alerts()


def test_a_wait_that_history_opens_again_is_warned_about() -> None:
    house = House()
    guessed = post("3", "acme", 1, parent_id="9", root_id="r")
    house.poll(mention("1", "ana", 0, root_id="r"), minute=0.5)
    house.poll(guessed, minute=1.5)
    house.poll(mention("9", "bo", 0.5, root_id="r"), minute=2)
    house.observe(3)

    assert house.alerts() == ["warning/1/airline-6m/1"]


def test_a_due_instant_stays_when_an_opener_gives_its_place_to_one_of_the_same_time() -> None:
    house = House()
    house.poll(mention("2", "ana", 0, parent_id="1"), minute=1)
    stricter = {n: replace(t, within=t.within / 6) for n, t in house.desk.targets.items()}
    house.under(targets={n: replace(t, warn_at=()) for n, t in stricter.items()})
    house.poll(mention("1", "ana", 0), minute=2)

    assert house.row(1)["opened_by"] == "1"
    assert house.verdicts() == {"airline-6m": None}
