"""What a person does about a wait, by the API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from monitor.store import schema
from monitor.web.api.asking import MOST_BYTES
from tests.acceptance.watching import Hands
from tests.web import api_room
from tests.web.api_room import V1, Room
from tests.web.problems import problem

ACK, DISMISS = f"{V1}/waits/1/ack", f"{V1}/waits/1/dismiss"


@pytest.fixture
def room(tmp_path: Path, clock: Hands) -> Iterator[Room]:
    with api_room.one_waits(tmp_path, clock) as room:
        yield room


def deeds(room: Room) -> list[str]:
    with room.inbox.program.store.read() as tx:
        return list(tx.scalars(sa.select(schema.act.c.deed).order_by(schema.act.c.number)))


def test_a_wait_is_taken_by_who_asks(room: Room) -> None:
    answered = room.ask("POST", ACK, {})

    told = answered.json()
    assert answered.status_code == 200
    assert (told["id"], told["status"], told["acked_by"]) == (1, "open", "anna")
    assert told["acked_at"] == "2026-06-01T12:00:00.500000Z"


def test_an_act_needs_no_body(room: Room) -> None:
    assert room.ask("POST", ACK).json()["acked_by"] == "anna"


def test_it_is_given_back(room: Room) -> None:
    room.ask("POST", ACK, {})

    assert room.ask("DELETE", ACK).json()["acked_by"] is None


def test_what_is_so_already_is_not_done_again(room: Room, clock: Hands) -> None:
    for method in ("DELETE", "POST", "POST", "DELETE", "DELETE"):
        assert room.ask(method, ACK).status_code == 200
        clock.forward(1)

    assert deeds(room) == ["ack", "release"]


def test_another_may_take_it_over(room: Room) -> None:
    room.ask("POST", ACK, {})

    assert room.ask("POST", ACK, {}, token="t-bert-0003").json()["acked_by"] == "bert"


def test_a_wait_is_dismissed_with_a_reason(room: Room) -> None:
    told = room.ask("POST", DISMISS, {"reason": "spam", "note": "the same link again"}).json()

    assert (told["status"], told["dismissal"]) == ("dismissed", "spam")
    assert told["verdicts"][0]["verdict"] == "excluded"


@pytest.mark.parametrize(("method", "path"), [("POST", ACK), ("DELETE", ACK), ("POST", DISMISS)])
def test_what_is_over_cannot_be_acted_upon(room: Room, method: str, path: str) -> None:
    room.ask("POST", DISMISS, {"reason": "spam"})

    body = {"reason": "elsewhere"} if path == DISMISS else None
    status, detail = problem(room.ask(method, path, body))

    assert (status, detail) == (409, "wait 1 is not open any more: it is dismissed")
    assert deeds(room) == ["dismiss"]


@pytest.mark.parametrize("number", ["2", "0", "-1", "x", "9223372036854775808", "1.0", "%00"])
def test_a_wait_that_is_not_there_is_not_found(room: Room, number: str) -> None:
    assert problem(room.ask("POST", f"/api/v1/waits/{number}/ack"))[0] == 404


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (None, "reason: is missing"),
        ({"reason": "bored"}, "reason: \"bored\" is not known; write 'not-for-us', 'spam', "),
        ({"reason": "spam", "by": "eve"}, '"by" is no field here'),
        ({"reason": "spam", "note": 1}, "note: 1 is no string; write it in quotes"),
        ({"reason": "spam", "note": "a\nb"}, 'note: "a\\nb" holds a control character'),
        ({"reason": "spam", "note": "x" * 501}, "note: "),
        ([], "send an object of JSON, not []"),
        (b"{", "not JSON: "),
        (b'{"reason": "spam", "note": "\xff"}', "not JSON: "),
        (b'{"reason": "spam", "note": "\\ud800"}', "not JSON: "),
    ],
)
def test_a_body_that_is_not_foreseen_is_refused(room: Room, body: Any, told: str) -> None:
    status, detail = problem(room.ask("POST", DISMISS, body))

    assert status == 422
    assert detail.startswith(told)
    assert deeds(room) == []


def test_a_body_is_json_and_short(room: Room) -> None:
    form = "application/x-www-form-urlencoded"

    assert problem(room.ask("POST", ACK, b"reason=spam", content_type=form))[0] == 415
    assert problem(room.ask("POST", ACK, b" " * (MOST_BYTES + 1)))[0] == 413


def test_an_act_takes_no_query(room: Room) -> None:
    status, detail = problem(room.ask("POST", f"{ACK}?by=eve"))

    assert (status, detail) == (422, '"by" is no parameter here; there are none')


@pytest.mark.parametrize(("method", "allowed"), [("GET", "DELETE, POST"), ("PUT", "DELETE, POST")])
def test_a_method_that_is_not_there_is_told_which_are(
    room: Room, method: str, allowed: str
) -> None:
    answered = room.ask(method, ACK)

    assert problem(answered)[0] == 405
    assert answered.headers["allow"] == allowed


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v2/waits", "/api/v1/waits/1/ack/"])
def test_an_address_with_nothing_is_told_where_to_look(room: Room, path: str) -> None:
    status, detail = problem(room.ask("POST", path))

    assert status == 404
    assert "/api/v1/openapi.json" in detail
