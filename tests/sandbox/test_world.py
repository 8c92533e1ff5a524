"""The simulation: the same again, alive at any hour, and a fair mix of good and bad care."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.sandbox.instance import Notification, Status, Visibility
from monitor.sandbox.pace import busy, cases_per_minute, viral_fame
from monitor.sandbox.phrases import LANGUAGES, load
from monitor.sandbox.world import Scenario, World
from tests.sandbox.conftest import START

SHORT = Scenario(history=timedelta(minutes=5))
DAY = timedelta(days=1)


def statuses(world: World) -> list[Status]:
    """All that were written and not boosted, oldest first."""
    found = [
        status
        for person in world.cast.everyone()
        for status in world.instance.statuses_of(person)
        if status.boost_of is None
    ]
    return sorted(found, key=lambda status: status.id)


def told(world: World) -> list[Notification]:
    return [each for brand in world.cast.brands for each in world.instance.inbox_of(brand.account)]


def speaks_for_a_brand(world: World, status: Status) -> bool:
    return world.cast.brand_of(status.author) is not None


def openers(world: World) -> Iterator[Status]:
    """Public questions of customers that begin a thread and name a brand from the first."""
    for status in statuses(world):
        if (
            status.parent_id is None
            and status.names
            and not status.edited_at
            and not status.author.bot
            and status.visibility is Visibility.PUBLIC
            and not speaks_for_a_brand(world, status)
        ):
            yield status


def answers(world: World, status: Status) -> list[Status]:
    below = world.instance.descendants(status, 99)
    return sorted((s for s in below if speaks_for_a_brand(world, s)), key=lambda s: s.id)


@pytest.fixture(scope="module")
def day() -> World:
    """A whole day of which nothing is forgotten."""
    world = World(Scenario(seed=7, remember=3 * DAY), START - DAY)
    world.advance(START)
    return world


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(1, 400), max_size=6))
def test_the_same_seed_gives_the_same_posts_in_whatever_steps(steps: list[int]) -> None:
    at_once, in_steps = World(SHORT, START), World(SHORT, START)
    now = START
    for seconds in steps:
        now += timedelta(seconds=seconds)
        in_steps.advance(now)
    at_once.advance(now)

    assert statuses(in_steps) == statuses(at_once)
    assert told(in_steps) == told(at_once)


def test_another_seed_gives_other_posts() -> None:
    one, other = World(SHORT, START), World(Scenario(seed=2, history=SHORT.history), START)

    assert statuses(one) != statuses(other)


@pytest.mark.parametrize("hour", range(24))
def test_at_any_hour_a_question_is_late_within_a_minute_of_the_start(hour: int) -> None:
    start = START.replace(hour=hour)
    world = World(Scenario(seed=hour), start)
    now = start + timedelta(seconds=60)
    world.advance(now)
    waiting = [s for s in openers(world) if not answers(world, s)]

    assert any(start < s.created_at < now - timedelta(seconds=30) for s in waiting)


def test_the_start_has_a_past() -> None:
    world = World(Scenario(), START)
    times = [status.created_at for status in statuses(world)]

    assert START - timedelta(minutes=61) < times[0] < START - timedelta(minutes=50)
    assert times[-1] <= START
    assert len(times) > 100


def test_nothing_is_known_before_it_happens() -> None:
    world = World(SHORT, START)
    for second in range(0, 120, 7):
        now = START + timedelta(seconds=second)
        world.advance(now)
        assert all(status.created_at <= now for status in statuses(world))
        assert all(each.created_at <= now for each in told(world))


def test_the_first_incident_comes_soon_and_brings_a_burst() -> None:
    for seed in range(5):
        world = World(Scenario(seed=seed), START)
        world.advance(START + timedelta(minutes=12))
        loud = [s for s in openers(world) if s.created_at > START and s.fame.favourites >= 800]
        alarms = [s.created_at - START for s in loud]
        assert any(timedelta(minutes=3) <= after <= timedelta(minutes=6) for after in alarms)
        burst = [s for s in openers(world) if s.created_at >= START + min(alarms)]
        assert len(burst) > 15


def test_a_day_has_busy_and_quiet_hours_and_none_without_mentions(day: World) -> None:
    began = START - DAY
    customers = [
        each.created_at
        for each in told(day)
        if each.kind == "mention" and day.cast.brand_of(each.sender) is None
    ]
    per_minute = [in_hour(customers, began, hour) / 60 for hour in range(24)]

    assert min(per_minute) > 1.5
    assert max(per_minute) < 9
    assert busy(START.replace(hour=15)) > 0.95
    assert cases_per_minute(START.replace(hour=3)) < cases_per_minute(START) / 1.6


def in_hour(times: list[datetime], began: datetime, hour: int) -> int:
    since = began + timedelta(hours=hour)
    return sum(since <= at < since + timedelta(hours=1) for at in times)


def test_one_question_in_seven_is_never_answered(day: World) -> None:
    old = [s for s in openers(day) if s.created_at < START - timedelta(minutes=30)]
    silent = [s for s in old if not answers(day, s)]

    assert len(old) > 1500
    assert 0.12 < len(silent) / len(old) < 0.18


def test_first_answers_are_a_mix_of_good_and_bad(day: World) -> None:
    firsts = [(s, found[0]) for s in openers(day) if (found := answers(day, s))]
    calm = [(s, first) for s, first in firsts if said_of(s, "airline question")]
    waited = [(first.created_at - s.created_at).total_seconds() for s, first in calm]
    robotic = [first for _, first in firsts if said_of(first, "automated")]
    evasive = [first for _, first in firsts if said_of(first, "deflection")]

    assert 0.5 < share(waited, 4.9, 25) < 0.7
    assert 0.15 < share(waited, 35, 600) < 0.35
    assert 0.07 < len(robotic) / len(firsts) < 0.12
    assert 0.06 < len(evasive) / len(firsts) < 0.11
    assert all(speaker_is_the_brand(day, first) for first in robotic)


def share(values: list[float], least: float, most: float) -> float:
    return sum(least <= value <= most for value in values) / len(values)


def said_of(status: Status, section: str) -> bool:
    """Whether a post says a phrase of this section, below its handles."""
    return any(pattern.search(status.text) for pattern in patterns(status.language, section))


def patterns(language: str, section: str) -> list[re.Pattern[str]]:
    phrases = load(language).sections[section]
    return [re.compile(re.sub(r"\\{\w+\\}", ".*", re.escape(each)) + "$") for each in phrases]


def speaker_is_the_brand(world: World, status: Status) -> bool:
    return status.author in [brand.account for brand in world.cast.brands]


def test_conversations_have_all_their_shapes(day: World) -> None:
    said = statuses(day)
    by_id = {status.id: status for status in said}
    customers = [s for s in said if not speaks_for_a_brand(day, s)]

    def below_own(s: Status) -> bool:
        parent = by_id.get(s.parent_id or 0)
        return parent is not None and parent.author == s.author

    assert any(said_of(s, "nudge") and below_own(s) for s in customers)
    assert any(said_of(s, "thanks") for s in customers)
    assert any(said_of(s, "airline follow-up") for s in customers)
    assert any(s.author.bot and s.names for s in customers)
    assert any(s.visibility is Visibility.DIRECT for s in customers)
    assert any(s.edited_at and said_of(s, "edit") for s in customers)
    assert any("<script>alert(1)</script>" in s.text for s in customers)
    assert any("@everyone" in s.text for s in customers)
    assert any(s.parent_id and s.parent_id not in by_id for s in said)
    assert {s.language for s in customers} == set(LANGUAGES)


def test_a_neighbour_copies_the_brands_name(day: World) -> None:
    neighbours = [s for s in statuses(day) if said_of(s, "neighbour") and s.parent_id]
    parents = [day.instance.status(s.parent_id) for s in neighbours]
    pairs = [(s, parent) for s, parent in zip(neighbours, parents, strict=True) if parent]

    assert pairs
    assert all(s.author != parent.author for s, parent in pairs)
    assert all(set(parent.names) <= {*s.names, s.author} for s, parent in pairs)


def test_a_brand_named_by_an_edit_is_told_at_the_edit(day: World) -> None:
    late = [
        (status, each.created_at)
        for each in told(day)
        if (status := day.instance.status(each.status_id)) and each.kind == "mention"
        if each.created_at - status.created_at > timedelta(seconds=15)
    ]

    assert late
    assert all(status.edited_at for status, _ in late)
    assert all(timedelta() < at - (s.edited_at or at) < timedelta(seconds=1) for s, at in late)


def test_mentions_are_told_within_the_second_and_not_always_in_order(day: World) -> None:
    mentions = [each for each in told(day) if each.kind == "mention"]
    pairs = [(each, day.instance.status(each.status_id)) for each in mentions]
    delays = [each.created_at - s.created_at for each, s in pairs if s and not s.edited_at]
    status_ids = [each.status_id or 0 for each in day.instance.inbox_of(day.cast.brands[0].account)]

    assert status_ids != sorted(status_ids)
    assert timedelta(seconds=0.1) <= min(delays) <= max(delays) < timedelta(seconds=0.8)


def test_a_lower_notification_may_appear_after_a_higher_one() -> None:
    world = World(Scenario(speed=60, history=timedelta()), START)
    account, seen, known, late = world.cast.brands[0].account, 0, 0, 0
    for tenth in range(3_000):
        world.advance(START + timedelta(seconds=tenth / 10))
        new = [each.id for each in world.instance.inbox_of(account)]
        late += len(new) > 1 and new[-1] == seen and len(new) > known
        seen, known = max(new, default=0), len(new)

    assert late > 0


def test_agents_answer_for_the_airline_and_the_account_itself_for_the_telephone(
    day: World,
) -> None:
    air, phone = day.cast.brands

    assert [agent.username for agent in air.agents] == ["tarn_anna", "tarn_jon"]
    assert all(day.instance.statuses_of(agent) for agent in air.agents)
    assert phone.agents == ()
    assert any(said_of(s, "answer") for s in day.instance.statuses_of(phone.account) if s.text)


def test_speed_brings_more_events_and_no_quicker_answers() -> None:
    slow = World(Scenario(seed=3, speed=1), START)
    fast = World(Scenario(seed=3, speed=4), START)

    assert len(statuses(fast)) > 2.5 * len(statuses(slow))
    least = min(
        (found[0].created_at - s.created_at).total_seconds()
        for s in openers(fast)
        if (found := answers(fast, s)) and not said_of(found[0], "automated")
    )
    assert least >= 4.99


def test_memory_is_bounded() -> None:
    world = World(Scenario(keep=300, history=timedelta(hours=4)), START)

    assert 250 < len(world.instance) < 360
    assert len(told(world)) < 400


def test_fame_grows_and_has_an_end() -> None:
    fame = viral_fame(Random(1), 500, 500)
    seen = [fame.after(timedelta(minutes=minute))[0] for minute in (0, 1, 5, 30, 600)]

    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0, 500)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"languages": ("en", "xx")}, "languages: xx; there are: en, ja, ru, sv, zh, de"),
        ({"languages": ()}, "languages: none"),
        ({"customers": 3}, "two a language at least, 12"),
        ({"speed": 0}, "speed: 0"),
        ({"keep": 0}, "keep"),
    ],
)
def test_a_scenario_that_cannot_be_played_is_refused(wrong: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        Scenario(**wrong)  # type: ignore[arg-type]


def test_a_start_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        World(SHORT, datetime(2026, 11, 22))  # noqa: DTZ001
