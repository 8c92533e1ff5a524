"""Silences by the API: made, seen, ended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.cycle import silencing
from tests.acceptance.watching import Hands
from tests.web import api_room
from tests.web.api_room import V1, Room
from tests.web.problems import problem

SILENCES = f"{V1}/silences"
PLANNED = {"match": {"brand": ["acme"], "target": ["forty"]}, "for": "2h", "reason": "planned"}


@pytest.fixture
def room(tmp_path: Path, clock: Hands) -> Iterator[Room]:
    with api_room.room(tmp_path, clock) as room:
        yield room


def test_a_silence_is_made_by_who_asks_for_it(room: Room) -> None:
    made = room.ask("POST", SILENCES, PLANNED)

    assert made.status_code == 200
    assert made.json() == {
        "id": 1,
        "match": {"brand": ["acme"], "target": ["forty"]},
        "reason": "planned",
        "by": "anna",
        "made_at": "2026-06-01T12:00:00.500000Z",
        "until": "2026-06-01T14:00:00.500000Z",
    }
    assert room.told("/silences") == {"silences": [made.json()]}


def test_it_is_in_force(room: Room, clock: Hands) -> None:
    room.ask("POST", SILENCES, PLANNED)

    with room.inbox.program.store.read() as tx:
        (standing,) = silencing.quiet(tx, [], clock.now).silences
    assert standing.matchers == PLANNED["match"]


def test_it_may_be_about_everything_and_until_an_instant(room: Room) -> None:
    body = {"until": "2026-06-01T15:00:00+02:00", "reason": "moving house"}

    made = room.ask("POST", SILENCES, body).json()

    assert (made["match"], made["until"]) == ({}, "2026-06-01T13:00:00Z")


def test_it_is_over_in_time_and_when_somebody_ends_it(room: Room, clock: Hands) -> None:
    room.ask("POST", SILENCES, PLANNED)
    room.ask("POST", SILENCES, {**PLANNED, "for": "1h"})
    clock.forward(3600)
    assert [one["id"] for one in room.told("/silences")["silences"]] == [1]

    ended = room.ask("DELETE", f"{SILENCES}/1")

    assert ended.json()["until"] == "2026-06-01T13:00:00.500000Z"
    assert room.told("/silences") == {"silences": []}
    assert problem(room.ask("DELETE", f"{SILENCES}/1"))[0] == 404


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"for": None}, "give for, such as 2h, or until"),
        ({"until": "2026-06-02T00:00:00Z"}, "give for, such as 2h, or until"),
        ({"for": "soon"}, '"soon" is not a duration'),
        ({"for": "0s"}, "it would be over already; let it end later"),
        ({"for": "999999999d"}, "that is too long"),
        ({"for": None, "until": "2026-06-02T00:00:00"}, "until: "),
        ({"for": None, "until": "2026-05-02T00:00:00Z"}, "it would be over already"),
        ({"reason": " "}, "reason: "),
        ({"reason": None}, "reason: null is no string"),
        ({"match": {"brand": [""]}}, 'match.brand[0]: "" is empty'),
        ({"match": {"mood": ["bad"]}}, '"match.mood" is no field here'),
    ],
)
def test_what_is_no_silence_is_refused(room: Room, change: dict[str, Any], detail: str) -> None:
    status, told = problem(room.ask("POST", SILENCES, {**PLANNED, **change}))

    assert status == 422
    assert told.startswith(detail)
    assert room.told("/silences") == {"silences": []}
