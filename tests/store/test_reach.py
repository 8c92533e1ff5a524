"""How far a post had reached some time ago."""

from __future__ import annotations

from dataclasses import replace

from monitor.domain.post import Reach
from monitor.store import reach
from tests.building import at, mention
from tests.cycle.house import House

ASKED = mention("1", "ana", 0, reach=Reach(likes=1))


def reached(house: House, minute: float) -> dict[str, int]:
    with house.store.read() as tx:
        return reach.as_of(tx, house.desk.id, ["1", "2"], at(minute))


def grown() -> House:
    house = House()
    house.take(ASKED, mention("2", "bo", 0), minute=1)
    house.take(replace(ASKED, reach=Reach(likes=5, reposts=2)), minute=10)
    house.take(replace(ASKED, reach=Reach(likes=90)), minute=20)
    return house


def test_a_reach_holds_until_it_changes() -> None:
    house = grown()

    assert [reached(house, minute) for minute in (0, 1, 9, 10, 19, 20)] == [
        {},
        {"1": 1},
        {"1": 1},
        {"1": 7},
        {"1": 7},
        {"1": 90},
    ]


def test_old_samples_go() -> None:
    house = grown()
    with house.store.write() as tx:
        assert reach.forget(tx, at(15)) == 2

    assert reached(house, 19) == {}
    assert reached(house, 20) == {"1": 90}
