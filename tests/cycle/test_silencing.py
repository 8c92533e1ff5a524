"""About what nobody is told: what people ask for, and what the calendar says."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from monitor.config import Maintenance, Match, Subject
from monitor.cycle import silencing
from monitor.cycle.silencing import LOOK
from monitor.domain.calendar import Calendar, Hours
from monitor.store.silences import Matchers
from tests.building import at, mention
from tests.cycle.house import House
from tests.telling import Ears, begin, plan_of, tell

ACME = Subject(account="acme", brand="Acme", platform="inbox", target="airline-6m")
UNTIL_TEN_PAST = Calendar(ZoneInfo("UTC"), {0: (Hours(0, 10 * 60 + 10),)})


@pytest.mark.parametrize(
    ("matchers", "subject", "is_quiet"),
    [
        ({}, ACME, True),
        ({"account": ["acme"]}, ACME, True),
        ({"account": ["other", "acme"]}, ACME, True),
        ({"account": ["other"]}, ACME, False),
        ({"brand": ["Acme"], "platform": ["inbox"]}, ACME, True),
        ({"brand": ["Acme"], "platform": ["mastodon"]}, ACME, False),
        ({"target": ["airline-6m"]}, ACME, True),
        ({"target": ["airline-6m"]}, replace(ACME, target=None), False),
    ],
)
def test_all_keys_of_a_silence_must_fit(
    matchers: Matchers, subject: Subject, *, is_quiet: bool
) -> None:
    with House().store.write() as tx:
        silencing.add(tx, matchers, at(9), "drill", "kim", at(0))

        assert (silencing.quiet(tx, [], at(8)).until(subject) == at(9)) is is_quiet
        assert silencing.quiet(tx, [], at(9)).until(subject) is None


@pytest.mark.parametrize(
    ("matchers", "minutes", "reason"),
    [
        ({"kind": ["breach"]}, 9, "drill"),
        ({"account": []}, 9, "drill"),
        ({"account": [""]}, 9, "drill"),
        ({"account": "acme"}, 9, "drill"),
        ({}, 0, "drill"),
        ({}, 9, " "),
    ],
)
def test_a_silence_that_means_nothing_is_refused(
    matchers: Matchers, minutes: float, reason: str
) -> None:
    with House().store.write() as tx, pytest.raises(ValueError, match=r"\w"):
        silencing.add(tx, matchers, at(minutes), reason, "kim", at(0))


def test_those_in_force_are_listed_the_first_to_end_at_the_top() -> None:
    with House().store.write() as tx:
        late, soon = (silencing.add(tx, {}, at(n), "drill", "kim", at(0)) for n in (9, 5))
        assert silencing.listed(tx, at(1)) == [soon, late]
        silencing.expire(tx, late.number, "bo", at(2))

        assert silencing.listed(tx, at(3)) == [soon]
        with pytest.raises(LookupError):
            silencing.expire(tx, late.number, "bo", at(3))


def test_maintenance_keeps_back_what_still_stands_when_it_ends() -> None:
    house, ears = House(), Ears()
    drill = Maintenance("drill", UNTIL_TEN_PAST, Match(brands=("Acme",)))
    plan = plan_of({"room": ears}, maintenance=[drill])
    begin(house.store, plan, at(0))
    house.take(mention("1", "ana", 0), mention("2", "bo", 0), minute=0)
    house.observe(6)
    for minute in (6, 8, 9.9):
        tell(house.store, plan, at(minute))
    assert ears.notices == []

    tell(house.store, plan, at(10) + LOOK)
    assert [notice.total for notice in ears.notices] == [2]


def test_maintenance_of_others_silences_nobody_here() -> None:
    house, ears = House(), Ears()
    drill = Maintenance("drill", UNTIL_TEN_PAST, Match(brands=("Other",)))
    plan = plan_of({"room": ears}, maintenance=[drill])
    begin(house.store, plan, at(0))
    house.take(mention("1", "ana", 0), minute=0)
    house.observe(6)
    tell(house.store, plan, at(6))

    assert len(ears.notices) == 1
