"""What is old goes in small steps; whoever still waits keeps the conversation."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from monitor.domain.wait import Deed, Dismissal
from monitor.store import posts, pruning, schema
from monitor.store.pruning import Bounds
from tests.building import at, mention, post, reply
from tests.cycle.house import House

DAY = 24 * 60
ALL_OLD = Bounds(written=at(DAY), seen=at(DAY))


@pytest.fixture
def house() -> House:
    return House()


def closed(house: House, bounds: Bounds = ALL_OLD) -> list[str]:
    with house.store.read() as tx:
        names, _ = pruning.old_posts(tx, house.desk.id, bounds.written, None, 100)
        return pruning.closed(tx, house.desk.id, names, bounds)


def drop(house: House, *names: str) -> int:
    with house.store.write() as tx:
        return pruning.drop(tx, house.desk.id, names, at(DAY))


def rows(house: House, column: sa.Column[Any]) -> list[Any]:
    with house.store.read() as tx:
        return list(tx.scalars(sa.select(column).order_by(column)))


def answered(house: House, name: str, minute: float, **fields: Any) -> None:
    """A conversation of two posts, `name` and its answer."""
    asked = mention(name, "ana", minute, **fields)
    house.poll(asked, reply(f"{name}-a", minute + 1, name), minute=minute + 1)


def test_the_oldest_texts_come_first_and_no_more_than_asked_for(house: House) -> None:
    house.poll(mention("2", "bo", 2), mention("1", "ana", 1), mention("3", "cy", 9), minute=9)

    with house.store.read() as tx:
        assert pruning.old_texts(tx, house.desk.id, at(9), 9) == ["1", "2"]
        assert pruning.old_texts(tx, house.desk.id, at(9), 1) == ["1"]


def test_a_text_goes_and_what_was_read_in_it_stays(house: House) -> None:
    house.poll(post("1", "acme", 0), mention("2", "ana", 1, parent_id="1", text="ty"), minute=2)
    with house.store.write() as tx:
        pruning.drop_texts(tx, house.desk.id, ["2"])

    with house.store.read() as tx:
        stored = posts.find(tx, house.desk.id, ["2"])["2"]
        assert pruning.old_texts(tx, house.desk.id, at(9), 9) == ["1"]
    assert (stored.versions.first.text, stored.reading.closer) == (None, True)


def test_a_conversation_in_which_somebody_waits_is_not_closed(house: House) -> None:
    answered(house, "1", 0)
    house.poll(mention("2", "bo", 0), minute=2)

    assert closed(house) == ["1"]


@pytest.mark.parametrize(
    "bounds",
    [
        pytest.param(Bounds(written=at(1), seen=at(DAY)), id="its last post is younger"),
        pytest.param(Bounds(written=at(DAY), seen=at(1)), id="it was stored but now"),
    ],
)
def test_a_conversation_stays_until_all_of_it_is_old(house: House, bounds: Bounds) -> None:
    answered(house, "1", 0)

    assert closed(house) == ["1"]
    assert closed(house, bounds) == []


def test_a_walk_passes_every_old_post_once(house: House) -> None:
    for number in range(7):
        answered(house, str(number), number % 3)
    found, place = [], None
    with house.store.read() as tx:
        while True:
            names, place = pruning.old_posts(tx, house.desk.id, at(DAY), place, 4)
            found += names
            if place is None:
                break

    assert set(found) == set("0123456")


def test_posts_and_their_places_go_and_waits_stay(house: House) -> None:
    answered(house, "1", 0, root_id="r")
    answered(house, "2", 0)
    before = house.rows()

    assert drop(house, "1") == 2
    assert rows(house, schema.post.c.native_id) == ["2", "2-a"]
    assert rows(house, schema.node.c.native_id) == ["2", "2-a"]
    assert house.rows() == before


def test_notes_about_removed_posts_go_too(house: House) -> None:
    house.poll(mention("1", "ana", 0), minute=1)
    house.act(1, Deed.DISMISS, 2, Dismissal.SPAM)
    with house.store.write() as tx:
        tx.execute(sa.update(schema.act).values(note="ana again"))
    drop(house, "1")

    assert rows(house, schema.act.c.note) == [None]
    assert house.row()["dismissal"] == "spam"


def test_nothing_was_removed_before_anything_was(house: House) -> None:
    with house.store.read() as tx:
        assert pruning.removed(tx, house.desk.id, {"1": at(0)}) == set()


def test_what_is_older_than_what_was_removed_counts_as_removed(house: House) -> None:
    answered(house, "1", 0)
    answered(house, "2", 1)
    drop(house, "1")
    arriving = {"1": at(0), "1-a": at(1), "2": at(1), "old": at(0), "new": at(DAY)}

    with house.store.read() as tx:
        assert pruning.removed(tx, house.desk.id, arriving) == {"1", "1-a", "old"}


def test_an_opener_is_known_whatever_time_it_claims_now(house: House) -> None:
    answered(house, "1", 0)
    drop(house, "1")

    with house.store.read() as tx:
        assert pruning.removed(tx, house.desk.id, {"1": at(2 * DAY)}) == {"1"}


def test_a_later_bound_is_never_moved_back(house: House) -> None:
    answered(house, "1", 0)
    answered(house, "2", 0)
    drop(house, "1")
    with house.store.write() as tx:
        pruning.drop(tx, house.desk.id, ["2"], at(DAY) - timedelta(hours=1))

    with house.store.read() as tx:
        assert pruning.removed(tx, house.desk.id, {"3": at(DAY - 1)}) == {"3"}
