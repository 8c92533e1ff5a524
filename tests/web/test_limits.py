"""How often one may ask, and that nobody uses up what is another's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.web import limits
from monitor.web.limits import AT_ONCE, PER_SECOND, Attempts, Limits, place_of
from tests.acceptance.watching import NOON, Hands
from tests.web import api_room
from tests.web.api_room import READ, V1, Room
from tests.web.problems import problem


@pytest.fixture
def room(tmp_path: Path, clock: Hands) -> Iterator[Room]:
    with api_room.room(tmp_path, clock) as room:
        yield room


def use_up(room: Room, token: str) -> None:
    for _ in range(AT_ONCE):
        assert room.ask("GET", f"{V1}/nothing", token=token).status_code in (401, 404)


def test_who_asks_too_often_is_told_when_to_come_back(room: Room, clock: Hands) -> None:
    use_up(room, READ)

    refused = room.get("/waits", READ)

    assert problem(refused) == (429, "too many requests; come back in 1 s")
    assert refused.headers["retry-after"] == "1"
    clock.forward(1)
    assert room.get("/waits", READ).status_code == 200


def test_each_asker_has_a_measure_of_their_own(room: Room) -> None:
    use_up(room, READ)

    assert room.get("/waits").status_code == 200
    assert room.get("/waits", token="").status_code == 401


def test_health_and_metrics_are_always_told(room: Room) -> None:
    use_up(room, "")

    assert room.ask("GET", "/-/ready", token="").status_code == 429
    assert room.ask("GET", "/-/healthy", token="").status_code == 200
    assert room.ask("GET", "/metrics", token="").status_code == 200


@given(st.lists(st.floats(0, 30), max_size=60))
def test_over_any_time_no_more_than_the_measure_is_let_through(gaps: list[float]) -> None:
    known, now, taken = Limits(), NOON, 0
    for gap in gaps:
        now += timedelta(seconds=gap)
        taken += sum(known.take("ann", now) == 0 for _ in range(100))

    assert taken <= AT_ONCE + PER_SECOND * (now - NOON).total_seconds() + 1e-6


def test_a_clock_that_is_set_back_locks_nobody_out() -> None:
    known = Limits()
    for _ in range(AT_ONCE):
        known.take("ann", NOON)

    assert known.take("ann", NOON - timedelta(hours=1)) > 0
    assert known.take("ann", NOON - timedelta(hours=1) + timedelta(seconds=1)) == 0


def test_only_so_many_are_remembered() -> None:
    attempts = Attempts(most_kept=3)
    for name in ("ann", "bob", "cem", "ann", "dan"):
        for _ in range(limits.FREE_TRIES):
            attempts.failed(name, NOON)

    assert [name for name in ("ann", "bob", "cem", "dan") if attempts.wait(name, NOON)] == [
        "ann",
        "cem",
        "dan",
    ]


def test_wrong_guesses_of_long_ago_are_forgotten() -> None:
    attempts = Attempts()
    for _ in range(20):
        attempts.failed("ann", NOON)
    later = NOON + 2 * limits.LONGEST_REST + timedelta(seconds=1)
    attempts.failed("ann", later)

    assert attempts.wait("ann", later) == 0


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("", "192.0.2.1", False),
    ],
)
def test_a_household_is_one_place(one: str, other: str, is_same: bool) -> None:
    assert (place_of(one) == place_of(other)) is is_same
