"""Posts that opened no wait are told as the counters know them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from monitor.report.gathering import gathered
from monitor.report.numbers import Asked, Subject
from monitor.report.unheard import CLOSERS, OVERHEARD, unheard
from monitor.store import history
from tests.building import at, mention, post, reply
from tests.cycle.house import House


def test_thanks_to_somebody_else_are_overheard_and_no_closing_words() -> None:
    house = House()
    house.poll(
        mention("1", "ana", 0),
        mention("2", "bo", 1, parent_id="1", text="thanks"),  # the name is copied from "1"
        reply("3", 2, "1"),
        post("4", "ana", 3, parent_id="3", text="thanks"),
        minute=4,
    )
    asked = Asked(at(0), at(5))
    subject = Subject("acme", "Acme", "inbox", ("airline-6m",))
    with house.store.read() as tx:
        part = gathered(tx, subject, asked, history.targets(tx), ZoneInfo("UTC"), at(5))
        found = unheard(tx, [part], asked)

    assert found == {OVERHEARD: 1, CLOSERS: 1}
    counted = house.counted()
    assert [counted[f"ignored_total {what}"] for what in ("overheard", "closer")] == [1, 1]
