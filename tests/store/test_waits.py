"""Waits as rows: numbered by the table, in the order in which they are given."""

from __future__ import annotations

from monitor.store import waits
from tests.building import at, mention
from tests.cycle.house import House


def test_new_waits_get_their_numbers_in_the_order_of_the_rows() -> None:
    house = House()
    house.poll(*(mention(str(n), f"customer {n}", 0) for n in range(3)), minute=1)
    template = {k: v for k, v in house.row(1).items() if k not in ("number", "looked_at")}
    rows = [{**template, "opened_by": name} for name in ("z", "a", "m")]

    with house.store.write() as tx:
        numbers = waits.insert(tx, rows)

    assert [house.row(number)["opened_by"] for number in numbers] == ["z", "a", "m"]


def test_of_what_is_to_be_judged_the_earliest_comes_first() -> None:
    house = House()
    house.take(*(mention(str(n), f"customer {n}", 3 - n) for n in range(3)), minute=3)
    with house.store.read() as tx:
        found = waits.to_judge(tx, house.desk.id, at(60), 2)

    assert [wait.opened_by for _, wait in found] == ["2", "1"]
