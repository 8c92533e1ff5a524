"""Every alert is told, and by one process only."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from monitor.cycle.notify import notify
from monitor.ports.notifier import Notice
from monitor.store import lease
from tests.building import at, mention
from tests.cycle.house import House


class Ears:
    """A notifier; something may happen while it tells."""

    def __init__(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        self.heard: list[str] = []
        self._meanwhile = meanwhile

    def tell(self, notice: Notice) -> None:
        self.heard.append(notice.key)
        self._meanwhile()


@pytest.fixture
def house() -> House:
    house = House()
    house.take(mention("1", "ana", 0), mention("2", "bo", 0), minute=0)
    house.observe(6)
    return house


def test_what_was_told_is_told_once(house: House) -> None:
    ears = Ears()

    assert notify(house.store, ears, at(6)) == 2
    assert notify(house.store, ears, at(60)) == 0
    assert ears.heard == house.alerts()


def test_what_one_is_telling_no_other_tells(house: House) -> None:
    other = Ears()
    one = Ears(lambda: notify(house.store, other, at(6)))
    notify(house.store, one, at(6))

    assert (one.heard, other.heard) == (house.alerts(), [])


def test_what_one_was_telling_when_it_was_killed_another_tells_after_its_term(house: House) -> None:
    def killed() -> None:
        raise KeyboardInterrupt

    other = Ears()
    with pytest.raises(KeyboardInterrupt):
        notify(house.store, Ears(killed), at(6))

    assert notify(house.store, other, at(6)) == 0
    assert notify(house.store, other, at(6) + lease.TERM) == 2
    assert other.heard == house.alerts()
