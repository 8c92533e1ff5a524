"""What if: other promises over the waits that a promise judges."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.config import load
from monitor.domain.target import Verdict
from monitor.report.figures import Report, Request, made
from monitor.report.numbers import Asked
from monitor.report.question_error import QuestionError
from monitor.report.subjects import subjects
from monitor.report.trying import AS_IT_IS, WhatIf
from tests.cli.running import CONFIG, Desk, answers, asks
from tests.report.brands import MINUTE, SMALL, stock
from tests.report.stocked import LATER, Asking


def late(report: Report) -> dict[timedelta, int]:
    assert report.trial
    return {one.within: one.as_promised.of(Verdict.BREACHED) for one in report.trial.tries}


def test_the_promise_stands_among_its_neighbours() -> None:
    report = stock(*SMALL).report()
    assert report.trial
    assert late(report) == {
        3 * MINUTE: 3,  # of 5, 10 and the one without end
        6 * MINUTE: 2,
        10 * MINUTE: 1,
        15 * MINUTE: 1,
        30 * MINUTE: 1,
    }
    assert [one.within for one in report.trial.tries if one.is_promised] == [6 * MINUTE]
    assert report.trial.in_force.of(Verdict.BREACHED) == 2


def test_what_is_asked_for_is_tried_too() -> None:
    report = stock(*SMALL).report(what_if=WhatIf(within=8 * MINUTE, objective=Fraction(1, 4)))
    assert report.trial
    tries = {one.within: one.as_promised for one in report.trial.tries}
    assert tries[8 * MINUTE].share == Fraction(1, 2)
    assert all(one.is_kept for one in tries.values())


def test_unless_asked_for_it_is_the_promise_that_was_missed_by_most() -> None:
    report = stock(
        *SMALL, *(Asking("acme", place, answered=place + 1) for place in range(5))
    ).report()
    assert report.trial
    assert report.trial.in_force.target == "six"
    asked = stock(*SMALL).report(what_if=WhatIf(target="again"))
    assert asked.trial
    assert asked.trial.in_force.target == "again"


def test_a_promise_or_calendar_that_is_not_there_is_refused() -> None:
    with pytest.raises(QuestionError, match='no promise "seven" here; there are: six, again'):
        stock(*SMALL).report(what_if=WhatIf(target="seven"))
    with pytest.raises(QuestionError, match='no calendar "moon"; there are: always'):
        stock(*SMALL).report(what_if=WhatIf(calendar="moon"))


waits = st.lists(
    st.builds(
        lambda opened, lasted, is_answered: Asking(
            "acme", opened, answered=opened + lasted if is_answered else None
        ),
        st.integers(0, 50),
        st.integers(1, 20),
        st.booleans(),
    ),
    max_size=15,
)


@settings(max_examples=40, deadline=None)
@given(waits, st.integers(0, 60))
def test_the_promise_in_force_tried_again_gives_what_it_gave(
    found: list[Asking], until: int
) -> None:
    report = stock(*found, acme=until).report(what_if=WhatIf(target="six"))
    assert report.trial
    (same,) = [one.as_promised for one in report.trial.tries if one.is_promised]
    assert {verdict: same.of(verdict) for verdict in Verdict} == {
        verdict: report.trial.in_force.of(verdict) for verdict in Verdict
    }


@settings(max_examples=40, deadline=None)
@given(waits)
def test_who_promises_less_breaks_no_more(found: list[Asking]) -> None:
    breaches = [*late(stock(*found).report(what_if=WhatIf(target="six"))).values()]
    assert breaches == sorted(breaches, reverse=True)


HOURS = "calendars:\n  late: {timezone: UTC, open: {mon: ['10:15-18:00']}}\n"
SWEDISH = CONFIG.replace("objective: 90%}", "objective: 90%, filter: {language: [sv]}}")


def reported(desk: Desk, what_if: WhatIf) -> Report:
    config = load(desk.config)
    with desk.reading() as tx:
        every = [*subjects(tx, config).values()]
        return made(tx, every, Request(Asked(), None, what_if), config.timezone, LATER, config)


def test_another_calendar_stands_beside_the_one_in_force(tmp_path: Path) -> None:
    desk = Desk(tmp_path, HOURS + CONFIG)
    desk.take(asks("a", "ann", 0), answers("A", 20, "a"), until=60)
    report = reported(desk, WhatIf(calendar="late"))
    assert report.trial
    (now,) = [one for one in report.trial.tries if one.is_promised]
    assert now.as_promised.of(Verdict.BREACHED) == 1
    assert now.otherwise
    assert now.otherwise.of(Verdict.MET) == 1  # due at 10:21


def test_the_filter_of_the_promise_holds_for_what_is_tried(tmp_path: Path) -> None:
    desk = Desk(tmp_path, SWEDISH)
    desk.take(asks("a", "ann", 0, lang="sv"), asks("b", "bob", 0, lang="en"), until=60)
    report = reported(desk, AS_IT_IS)
    assert report.sums.opened == 2
    assert set(late(report).values()) == {1}


def test_trying_changes_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.take(asks("a", "ann", 0), until=60)
    before = desk.run("report", "--format", "json").out
    reported(desk, WhatIf(within=MINUTE))
    assert desk.run("report", "--format", "json").out == before
