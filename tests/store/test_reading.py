"""How the reading of an account went."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from monitor.store import reading
from monitor.store.instants import micros
from monitor.store.reading import Blindness, Seen
from monitor.store.schema import alert
from tests.building import at, mention
from tests.cycle.house import House


def write(house: House, kind: str, minute: float) -> None:
    with house.store.write() as tx:
        row = {"key": f"{kind}/acme/{minute}", "account_id": house.desk.id, "kind": kind}
        when = {"at": micros(at(minute)), "written_at": micros(at(minute))}
        tx.execute(sa.insert(alert).values(**row, **when, details="{}"))


def test_how_late_a_live_poll_saw_a_post_is_told() -> None:
    house = House()
    house.take(mention("1", "ana", 1), minute=3)
    house.take(mention("2", "bo", 4), minute=4)
    house.take(mention("0", "cy", -60), minute=4)
    house.take(mention("3", "dan", 2), minute=9, live=False)

    with house.store.read() as tx:
        found = reading.seen(tx, house.desk.id, at(0))

    assert found == [Seen(at(1), timedelta(minutes=2)), Seen(at(4), timedelta(0))]


def test_blindness_is_told_from_when_to_when() -> None:
    house = House()
    for kind, minute in (("blind", 1), ("blind_over", 3), ("blind_over", 4), ("blind", 7)):
        write(house, kind, minute)

    with house.store.read() as tx:
        found = reading.blindness(tx, house.desk.id, at(0))

    assert found == [Blindness(at(1), at(3)), Blindness(at(7), None)]


def test_what_fell_due_is_told_and_what_of_it_was_learnt_late() -> None:
    house = House()
    house.poll(mention("1", "ana", 0), mention("2", "bo", 30), minute=31)
    house.observe(40, was_blind=True)

    with house.store.read() as tx:
        found = reading.fell_due(tx, house.desk.id, list(house.desk.targets), at(0))

    assert sorted(found) == [(at(6), False), (at(36), True)]
