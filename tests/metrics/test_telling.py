"""How telling goes is counted in the store, for ever."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.metrics.telling import told
from monitor.ports.connector import FetchError, Reason
from tests.building import at, mention
from tests.cycle.house import House
from tests.telling import Ears, begin, plan_to, tell


def values(house: House) -> Mapping[str, float]:
    """Of `room`, all that is not 0."""
    with house.store.read() as tx:
        samples = [sample for family in told(tx, ["room"]) for sample in family.samples]
    return {
        " ".join([sample.name.removeprefix("replywatch_"), sample.labels.get("reason", "")]): value
        for sample in samples
        if (value := sample.value)
    }


def test_messages_failures_and_what_is_pending_are_counted_and_survive_a_restart() -> None:
    house, ears = House(), Ears()
    plan = plan_to(ears)
    begin(house.store, plan, at(0))
    house.take(mention("1", "ana", 0), minute=0)
    house.observe(6)
    ears.fails = FetchError(Reason.UNAVAILABLE, "not there")
    tell(house.store, plan, at(6))
    waiting = {"notice_failures_total unavailable": 1.0, "notices_pending ": 1.0}
    assert values(house) == waiting
    begin(house.store, plan, at(6))
    assert values(house) == waiting

    ears.fails = None
    tell(house.store, plan, at(7))
    assert values(house) == {"notice_failures_total unavailable": 1.0, "notices_total ": 1.0}


def test_every_series_of_a_notifier_is_there_from_the_start() -> None:
    with House().store.read() as tx:
        samples = [sample for family in told(tx, ["room"]) for sample in family.samples]

    assert {sample.labels["notifier"] for sample in samples} == {"room"}
    assert {sample.value for sample in samples} == {0}
    reasons = {sample.labels["reason"] for sample in samples if "reason" in sample.labels}
    assert reasons == {*Reason} - {Reason.STORE}
