"""The worked cases of the clock, each in several orders of arrival."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from monitor.domain.account import Account, Person
from monitor.domain.calendar import ALWAYS, Calendar, Hours, parse_days, parse_hours
from monitor.domain.duration import parse
from monitor.domain.post import DeletedBy, Post, Surface
from monitor.domain.target import Metric, Target, judge
from monitor.domain.wait import Wait
from monitor.domain.words import TextRule, Wording
from tests.building import waits

Case = Mapping[str, Any]
Order = Callable[[list[Post]], list[Post]]

LINES = (Path(__file__).parent / "clock.jsonl").read_text("utf-8").splitlines()
CASES: list[Case] = [json.loads(line) for line in LINES]


def shuffled(seed: int) -> Order:
    return lambda posts: Random(seed).sample(posts, len(posts))


ORDERS: dict[str, Order] = {
    "as given": list,
    "reversed": lambda posts: posts[::-1],
    "twice over": lambda posts: posts + posts,
    "each again, backwards": lambda posts: posts + posts[::-1],
    "shuffled 1": shuffled(1),
    "shuffled 2": shuffled(2),
    "shuffled 3": lambda posts: shuffled(3)(posts * 2),
}


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_worked_case_comes_out_as_written(case: Case, order: Order) -> None:
    posts = [wire_post(one) for one in case["posts"]]
    found = waits(*order(posts), account=account(case), wording=wording(case))

    expected = case["expect"]["waits"]
    by_opener = {wait.opened_by: shown(wait, calendar(case)) for wait in found}
    assert len(found) == len(expected)
    for one in expected:
        assert {key: by_opener[one["opened_by"]][key] for key in one} == moments(one)
    assert dict(verdicts(case, found, posts)) == wanted_verdicts(case)


def test_every_field_of_the_cases_is_understood() -> None:
    known = {"name", "rule", "account", "posts", "expect", "calendars", "targets", "watermark"}
    known |= {"now", "verdicts"}
    settings = {"handle", "agents", "sisters", "ignore", "automated", "calendar"}

    assert len(CASES) == 93
    assert set().union(*CASES) == known
    assert set().union(*(case["account"] for case in CASES)) == settings


def wire_post(one: Case) -> Post:
    fields = moments(one) | {"mentions": tuple(one.get("mentions", ()))}
    if "surface" in one:
        fields["surface"] = Surface(one["surface"])
    if "deleted_by" in one:
        fields["deleted_by"] = DeletedBy(one["deleted_by"])
    return Post(**fields)


def moments(one: Case) -> dict[str, Any]:
    """With instants for what ends in `_at`."""
    return {
        key: datetime.fromisoformat(value) if key.endswith("_at") and value else value
        for key, value in one.items()
    }


def account(case: Case) -> Account:
    settings = case["account"]
    return Account(
        me=Person(settings["handle"]),
        agents=tuple(map(Person, settings.get("agents", ()))),
        sisters=tuple(map(Person, settings.get("sisters", ()))),
    )


def wording(case: Case) -> Wording:
    def rules(key: str) -> tuple[TextRule, ...]:
        entries = enumerate(case["account"].get(key, ()))
        return tuple(TextRule(name=str(position), **entry) for position, entry in entries)

    return Wording(ignore=rules("ignore"), automated=rules("automated"))


def calendar(case: Case, name: str | None = None) -> Calendar:
    name = name or case["account"].get("calendar")
    if name is None:
        return ALWAYS
    settings = case["calendars"][name]
    dates = frozenset(map(date.fromisoformat, settings.get("holidays", {}).get("dates", ())))
    extra = settings.get("extra", {})
    return Calendar(
        timezone=ZoneInfo(settings["timezone"]),
        open=weekly(settings["open"]),
        holidays=lambda year: frozenset(day for day in dates if day.year == year),
        extra={date.fromisoformat(day): tuple(map(parse_hours, extra[day])) for day in extra},
    )


def weekly(open_hours: Mapping[str, list[str]]) -> dict[int, tuple[Hours, ...]]:
    hours: dict[int, tuple[Hours, ...]] = {}
    for key, intervals in open_hours.items():
        for day in parse_days(key):
            hours[day] = hours.get(day, ()) + tuple(map(parse_hours, intervals))
    return hours


def shown(wait: Wait, business: Calendar) -> dict[str, Any]:
    names = "customer opened_by opened_at kind answered_by answered_at nudges status attribution"
    fields = {name: getattr(wait, name) for name in names.split()}
    fields |= {name: getattr(wait, name) for name in ("skewed", "auto_replied_at", "ended_at")}
    if wait.end:
        fields["calendar_seconds"] = (wait.end - wait.opened_at).total_seconds()
        fields["business_seconds"] = business.between(wait.opened_at, wait.end).total_seconds()
    return fields


def verdicts(
    case: Case, found: list[Wait], posts: list[Post]
) -> Iterator[tuple[tuple[str, str], tuple[str, datetime]]]:
    openers = {one.id: one for one in posts}
    for wait in found:
        for settings in case.get("targets", ()):
            promise = target(case, settings)
            if promise.applies(wait.kind, openers[wait.opened_by]):
                due_at = promise.due(wait.opened_at)
                seen, now = map(datetime.fromisoformat, (case["watermark"], case["now"]))
                verdict = judge(due_at, wait.answered_at, wait.ended_at, seen, now)
                yield (wait.opened_by, promise.name), (verdict, due_at)


def target(case: Case, settings: Case) -> Target:
    return Target(
        name=settings["name"],
        metric=Metric(settings["metric"]),
        within=parse(settings["within"]),
        objective=Fraction(9, 10),
        calendar=calendar(case, settings["calendar"]) if "calendar" in settings else ALWAYS,
    )


def wanted_verdicts(case: Case) -> dict[tuple[str, str], tuple[str, datetime]]:
    return {
        (opener, name): (verdict, datetime.fromisoformat(due_at))
        for opener, by_target in case.get("verdicts", {}).items()
        for name, (verdict, due_at) in by_target.items()
    }
