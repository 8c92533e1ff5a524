"""Which number a folded wait bears: its own, else the oldest of those that it took in."""

from __future__ import annotations

from monitor.cycle.numbering import Numbered, numbered
from monitor.domain.wait import Kind, Wait
from monitor.store.instants import micros
from monitor.store.waits import StoredWait, stored
from tests.building import at


def wait(*mentions: str) -> Wait:
    return Wait(
        conversation=mentions[0],
        customer="ana",
        customer_handle="ana",
        kind=Kind.FIRST,
        opened_by=mentions[0],
        opened_at=at(0),
        mentions=mentions,
        link=mentions[0],
    )


def row(number: int, opened_by: str, minutes: float, status: str = "open") -> StoredWait:
    said = {"number": number, "opened_by": opened_by, "opened_at": micros(at(minutes))}
    return stored({**said, "status": status, "live": True, "late_arrival": False, "tallied": 0})


def numbers(kept: list[Numbered]) -> dict[str, int | None]:
    return {each.wait.opened_by: each.stored.number if each.stored else None for each in kept}


def test_a_wait_whose_opener_stands_keeps_its_number_before_any_heir() -> None:
    kept, gone = numbered([wait("0", "2"), wait("1")], [row(1, "1", 5), row(2, "2", 0)])

    assert (numbers(kept), gone) == ({"0": 2, "1": 1}, [])


def test_of_several_the_oldest_gives_its_number_and_the_rest_are_merged() -> None:
    kept, gone = numbered([wait("0", "1", "2")], [row(1, "2", 5), row(2, "1", 0)])

    assert numbers(kept) == {"0": 2}
    assert [(each.stored.number, each.into) for each in gone] == [(1, "0")]


def test_one_that_stands_gives_its_number_before_one_that_ceased_to_exist() -> None:
    kept, _ = numbered([wait("0", "1", "2")], [row(1, "1", 0, "withdrawn"), row(2, "2", 5)])

    assert numbers(kept) == {"0": 2}


def test_openers_that_change_places_keep_their_own_numbers() -> None:
    kept, _ = numbered([wait("2"), wait("0", "1")], [row(1, "1", 0), row(2, "2", 1)])

    assert numbers(kept) == {"2": 2, "0": 1}
