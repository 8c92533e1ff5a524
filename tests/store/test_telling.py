"""What a wait's page says of who was told."""

from __future__ import annotations

from monitor.cycle.notify import everything_to
from monitor.ports.connector import FetchError, Reason
from monitor.store.telling import told
from tests.building import at, mention, reply
from tests.cycle.house import House
from tests.telling import Ears, begin, plan_of, tell


def test_each_fact_is_shown_with_who_was_told_when_and_who_was_not() -> None:
    house, well, deaf = House(), Ears(), Ears()
    deaf.fails = FetchError(Reason.AUTH, "no")
    plan = plan_of({"well": well, "deaf": deaf}, everything_to("well", "deaf"))
    begin(house.store, plan, at(0))
    house.take(mention("1", "ana", 0), minute=0)
    house.observe(6)
    with house.store.read() as tx:
        assert [(one.kind, one.told_at) for one in told(tx, 1)] == [("breach", None)]
    tell(house.store, plan, at(6))
    house.poll(reply("2", 8, "1"), minute=8)
    tell(house.store, plan, at(8))

    with house.store.read() as tx:
        facts = told(tx, 1)
    assert [(one.kind, one.target, one.told_at) for one in facts] == [
        ("breach", "airline-6m", at(6)),
        ("recovered", "airline-6m", at(8)),
    ]
    assert [
        [(one.notifier, one.told_at, one.failed, one.dropped) for one in fact.hearings]
        for fact in facts
    ] == [
        [("well", at(6), None, None), ("deaf", None, "auth", None)],
        [("well", at(8), None, None), ("deaf", None, None, "unheard")],
    ]
