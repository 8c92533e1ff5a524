"""What a person does about a wait, by the API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from monitor.store import schema
from monitor.web.api.asking import MOST_BYTES
from tests.acceptance.platform import SECRET
from tests.acceptance.watching import Hands
from tests.web.handing import Inbox, call
from tests.web.problems import problem

TOKENS = f"""
  tokens:
    - {{name: sender, token: {SECRET}, scopes: [ingest]}}
    - {{name: anna, token: t-anna, scopes: [read, act]}}
    - {{name: bert, token: t-bert, scopes: [act]}}
"""
ACK, DISMISS = "/api/v1/waits/1/ack", "/api/v1/waits/1/dismiss"


class Room:
    """An inbox in which one caller waits, and a person who acts."""

    def __init__(self, inbox: Inbox) -> None:
        self.inbox = inbox
        inbox.hand_in()
        inbox.hand_in(call(1))

    def act(
        self, method: str, path: str, body: Any = None, token: str = "t-anna", **headers: str
    ) -> httpx.Response:
        sent = body if isinstance(body, bytes) else _written(body)
        headers = {"authorization": f"Bearer {token}", **headers}
        return self.inbox.act(method, path, headers, sent)

    def acts(self) -> list[str]:
        with self.inbox.program.store.read() as tx:
            query = sa.select(schema.act.c.deed).order_by(schema.act.c.number)
            return list(tx.scalars(query))


def _written(body: Any) -> bytes:
    return b"" if body is None else json.dumps(body).encode()


@pytest.fixture
def room(tmp_path: Path, clock: Hands) -> Iterator[Room]:
    inbox = Inbox(tmp_path, clock, TOKENS)
    yield Room(inbox)
    inbox.close()


def test_a_wait_is_taken_by_who_asks(room: Room) -> None:
    answered = room.act("POST", ACK, {})

    told = answered.json()
    assert answered.status_code == 200
    assert (told["id"], told["status"], told["acked_by"]) == (1, "open", "anna")
    assert told["acked_at"] == "2026-06-01T12:00:00.500000Z"


def test_an_act_needs_no_body(room: Room) -> None:
    assert room.act("POST", ACK).json()["acked_by"] == "anna"


def test_it_is_given_back(room: Room) -> None:
    room.act("POST", ACK, {})

    assert room.act("DELETE", ACK).json()["acked_by"] is None


def test_what_is_so_already_is_not_done_again(room: Room, clock: Hands) -> None:
    for method in ("DELETE", "POST", "POST", "DELETE", "DELETE"):
        assert room.act(method, ACK).status_code == 200
        clock.forward(1)

    assert room.acts() == ["ack", "release"]


def test_another_may_take_it_over(room: Room) -> None:
    room.act("POST", ACK, {})

    assert room.act("POST", ACK, {}, token="t-bert").json()["acked_by"] == "bert"


def test_a_wait_is_dismissed_with_a_reason(room: Room) -> None:
    told = room.act("POST", DISMISS, {"reason": "spam", "note": "the same link again"}).json()

    assert (told["status"], told["dismissal"]) == ("dismissed", "spam")
    assert told["verdicts"][0]["verdict"] == "excluded"


@pytest.mark.parametrize(("method", "path"), [("POST", ACK), ("DELETE", ACK), ("POST", DISMISS)])
def test_what_is_over_cannot_be_acted_upon(room: Room, method: str, path: str) -> None:
    room.act("POST", DISMISS, {"reason": "spam"})

    body = {"reason": "elsewhere"} if path == DISMISS else None
    status, detail = problem(room.act(method, path, body))

    assert (status, detail) == (409, "wait 1 is not open any more: it is dismissed")
    assert room.acts() == ["dismiss"]


@pytest.mark.parametrize("number", ["2", "0", "-1", "x", "9223372036854775808", "1.0", "%00"])
def test_a_wait_that_is_not_there_is_not_found(room: Room, number: str) -> None:
    assert problem(room.act("POST", f"/api/v1/waits/{number}/ack"))[0] == 404


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
    status, detail = problem(room.act("POST", DISMISS, body))

    assert status == 422
    assert detail.startswith(told)
    assert room.acts() == []


def test_a_body_is_json_and_short(room: Room) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}

    assert problem(room.act("POST", ACK, b"reason=spam", **form))[0] == 415
    assert problem(room.act("POST", ACK, b" " * (MOST_BYTES + 1)))[0] == 413


def test_an_act_takes_no_query(room: Room) -> None:
    status, detail = problem(room.act("POST", f"{ACK}?by=eve"))

    assert (status, detail) == (422, '"by" is no parameter here; there are none')


@pytest.mark.parametrize(("method", "allowed"), [("GET", "DELETE, POST"), ("PUT", "DELETE, POST")])
def test_a_method_that_is_not_there_is_told_which_are(
    room: Room, method: str, allowed: str
) -> None:
    answered = room.act(method, ACK)

    assert problem(answered)[0] == 405
    assert answered.headers["allow"] == allowed


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v2/waits", "/api/v1/waits/1/ack/"])
def test_an_address_with_nothing_is_told_where_to_look(room: Room, path: str) -> None:
    status, detail = problem(room.act("POST", path))

    assert status == 404
    assert "/api/v1/openapi.json" in detail
