"""Who waits now: in brief, and whole."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from monitor.domain.post import Reach
from monitor.domain.wait import Deed, Dismissal
from monitor.store import board
from monitor.store.board import Brief, OpenWait
from monitor.store.instants import micros
from tests.building import at, mention, reply
from tests.cycle.house import House

ASKED = mention("1", "ana", 0, lang="sv", text="hej", reach=Reach(likes=1))


def briefs(house: House) -> list[Brief]:
    with house.store.read() as tx:
        return sorted(board.briefs(tx))


def whole(house: House, *numbers: int, before: float = 0) -> dict[int, OpenWait]:
    with house.store.read() as tx:
        return board.whole(tx, numbers, at(before))


def test_who_waits_is_told_in_brief_with_what_is_owed() -> None:
    house = House()
    house.poll(ASKED, mention("2", "bo", 1), minute=2)

    first, second = briefs(house)
    assert (first.number, first.lang, first.acked_by) == (1, "sv", None)
    assert first.opened_at == micros(at(0))
    assert [one.due_at for one in first.dues] == [micros(at(6))]
    assert second.lang is None


def test_who_was_answered_or_dismissed_is_not_among_them() -> None:
    house = House()
    house.poll(ASKED, mention("2", "bo", 1), mention("3", "cy", 1), minute=2)
    house.act(3, Deed.DISMISS, 2, Dismissal.SPAM)
    house.poll(reply("4", 3, "1"), minute=4)

    assert [one.number for one in briefs(house)] == [2]
    assert set(whole(house, 1, 2, 3)) == {2}


def test_what_is_shown_of_a_wait_marks_it_when_it_changes() -> None:
    house = House()
    house.poll(ASKED, minute=1)
    marks = {briefs(house)[0]}
    house.poll(mention("2", "ana", 2, parent_id="1"), minute=3)
    marks.add(briefs(house)[0])
    house.act(1, Deed.ACK, 4)
    marks.add(briefs(house)[0])

    assert len(marks) == 3
    assert briefs(house)[0].acked_by == "kim"


def test_a_wait_is_whole_with_its_reach_now_and_before() -> None:
    house = House()
    house.take(ASKED, minute=1)
    house.take(replace(ASKED, reach=Reach(likes=5, views=20)), minute=9)

    shown = whole(house, 1, before=5)[1]
    assert (shown.text, shown.lang, shown.reach, shown.reach_before) == ("hej", "sv", 25, 1)
    assert whole(house, 1, before=0)[1].reach_before is None


def test_who_waits_is_found_by_an_index_on_sqlite() -> None:
    house = House()
    house.poll(ASKED, minute=1)
    if not house.store.is_sqlite:
        return
    with house.store.read() as tx:
        for query in (board._OPEN, board._OPEN_DUES):
            text = str(query.compile(dialect=sa.dialects.sqlite.dialect()))
            steps = [row[3] for row in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
            assert "SCAN wait USING INDEX ix_wait_open" in steps
            assert not [step for step in steps if step.startswith("SCAN") and "ix_" not in step]
