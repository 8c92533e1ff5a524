"""Accounts, figures, promises and stories by the API: what the commands tell, as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from monitor.cli.application import app
from tests.acceptance.watching import Hands
from tests.web import api_room
from tests.web.api_room import ACT, HTTP, Room
from tests.web.handing import call
from tests.web.problems import problem

URL = "https://phone.example/1"


@pytest.fixture
def room(tmp_path: Path, clock: Hands) -> Iterator[Room]:
    """One was answered late, one is overdue."""
    with api_room.room(tmp_path, clock) as room:
        room.hand_in()
        room.hand_in(call(1, url=URL), call(2))
        clock.forward(50)
        answer = {"id": "a1", "author_id": "desk", "author_handle": "desk", "parent_id": "call-1"}
        room.hand_in({**answer, "created_at": clock.now.isoformat()})
        yield room


def command(room: Room, tmp_path: Path, *words: str) -> Any:
    """What the command line prints of the same database; its clock is the machine's."""
    result = CliRunner().invoke(app, [*words, "-c", str(tmp_path / "rw.yml"), "--format", "json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_an_account_is_told_with_how_it_stands(room: Room) -> None:
    assert room.told("/accounts/phone") == {
        "name": "phone",
        "brand": "phone",
        "platform": "inbox",
        "targets": ["forty"],
        "polled": False,
        "poll_seconds": 60,
        "live_since": "2026-06-01T12:00:00.500000Z",
        "watermark": "2026-06-01T12:00:50.500000Z",
        "blind": False,
        "failing_reason": None,
        "failing_since": None,
        "failures": 0,
        "last_success_at": "2026-06-01T12:00:50.500000Z",
        "next_poll_at": None,
        "rate_limit_left": None,
        "clock_error_seconds": 0,
    }


def test_every_account_is_told_in_the_order_of_the_configuration(room: Room) -> None:
    told = room.told("/accounts")["accounts"]

    assert [one["name"] for one in told] == ["phone", "social", "chat"]
    assert told[0] == room.told("/accounts/phone")


def test_an_account_that_has_been_unread_for_long_is_blind(room: Room, clock: Hands) -> None:
    clock.forward(181)

    assert room.told("/accounts/phone")["blind"] is True


def test_an_account_that_is_not_there_is_not_found(room: Room) -> None:
    status, detail = problem(room.get("/accounts/fax"))

    assert status == 404
    assert detail.endswith("there are: phone, social, chat")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", []),
        ("account=phone&by=due", ["--account", "phone", "--by", "due"]),
        ("since=2026-06-01&until=2026-06-02", ["--since", "2026-06-01", "--until", "2026-06-02"]),
    ],
)
def test_the_report_is_that_of_the_command_line(
    room: Room, tmp_path: Path, query: str, words: list[str]
) -> None:
    told = room.told(f"/report?{query}")

    assert told == command(room, tmp_path, "report", *words)
    assert told["accounts"][0]["targets"][0]["breached"] == 2


def test_another_promise_is_tried_as_on_the_command_line(
    room: Room, tmp_path: Path, clock: Hands
) -> None:
    clock.forward(60)  # past all that is due, as it is for the command

    told = room.told("/replay?target=1m&account=phone")

    assert told == command(room, tmp_path, "replay", "--target", "1m", "--account", "phone")
    assert [one["target"] for one in told["accounts"][0]["targets"]] == ["forty", "replay 1m"]
    assert told["accounts"][0]["targets"][1]["met"] == 1


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("", "target: is missing"),
        ("target=soon", '"soon" is not a duration; write 20s, 5m or 2h'),
        ("target=9000000d", "nobody waits for 9000000d; write a promise of at most 366d"),
        ("target=1m&calendar=lunar", 'there is no calendar "lunar"; there are: always'),
        ("target=1m&metric=last_reply", 'metric: "last_reply" is not known; write '),
    ],
)
def test_a_promise_that_is_none_is_refused(room: Room, query: str, detail: str) -> None:
    status, told = problem(room.get(f"/replay?{query}"))

    assert status == 422
    assert told.startswith(detail)


def test_every_promise_is_told_with_who_is_held_to_it(room: Room) -> None:
    promises = {one["target"]: one for one in room.told("/targets")["targets"]}

    assert promises["forty"]["within_seconds"] == 40
    assert promises["forty"]["accounts"] == ["phone", "social", "chat"]
    assert promises["airline-6m"]["accounts"] == []


@pytest.mark.parametrize("query", ["wait=1", "account=phone&post=call-1", f"url={URL}"])
def test_a_story_is_found_by_wait_post_or_address(room: Room, query: str) -> None:
    (story,) = room.told(f"/explain?{query}")["stories"]

    assert [step["rule"] for step in story["steps"]] == ["3c", "3, kind", "4", "7"]
    assert story["steps"][2]["sentence"].startswith("desk answers c1's post and closes the wait")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("wait=3", 404),
        ("account=phone&post=call-9", 404),
        ("account=fax&post=call-1", 404),
        ("url=https://phone.example/9", 404),
        ("", 422),
        ("account=phone", 422),
        ("post=call-1", 422),
        ("wait=1&url=x", 422),
    ],
)
def test_a_story_of_nothing_is_refused(room: Room, query: str, status: int) -> None:
    assert problem(room.get(f"/explain?{query}"))[0] == status


def test_the_board_tells_who_waits_and_how_it_stands(room: Room) -> None:
    room.ask("POST", "/api/v1/waits/2/ack")

    board = room.told("/board")

    (wait,) = board["waits"]
    assert (wait["id"], wait["state"], wait["acked_by"]) == (2, "overdue", "anna")
    assert (wait["target"], wait["due_at"]) == ("forty", "2026-06-01T12:00:40.500000Z")
    assert board["counts"] == {
        "overdue": 1,
        "unconfirmed": 0,
        "warned": 0,
        "pending": 0,
        "loose": 0,
    }
    assert board["targets"][0]["breached"] == 2


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=overdue", [2]),
        ("state=loose", [2]),
        ("state=pending", []),
        ("account=chat", []),
        ("brand=phone&target=forty", [2]),
        ("language=sv", []),
    ],
)
def test_the_board_is_narrowed_as_its_page_is(room: Room, query: str, found: list[int]) -> None:
    assert [wait["id"] for wait in room.told(f"/board?{query}")["waits"]] == found


@pytest.mark.parametrize(
    "path", ["/board", "/waits", "/waits/1", "/accounts", "/report", "/openapi.json"]
)
def test_what_has_not_changed_is_not_sent_again(room: Room, clock: Hands, path: str) -> None:
    first = room.get(path)
    clock.forward(1)
    again = room.get(path, if_none_match=f'"x", W/{first.headers["etag"]}')

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert room.get(path, if_none_match='"x"').content == first.content


def test_what_has_changed_is_sent(room: Room) -> None:
    tag = room.get("/waits/2").headers["etag"]
    room.ask("POST", "/api/v1/waits/2/ack")

    changed = room.get("/waits/2", if_none_match=tag)

    assert (changed.status_code, changed.json()["acked_by"]) == (200, "anna")


def test_answers_are_kept_by_nobody_else(room: Room) -> None:
    assert room.get("/waits").headers["cache-control"] == "private, no-cache"


def test_no_answer_holds_a_secret(room: Room) -> None:
    answers = [room.get(path).text for path in ("/accounts", "/targets", "/openapi.json")]

    assert ACT in HTTP
    assert not [secret for secret in (ACT, api_room.PASSWORD) if secret in "".join(answers)]


def test_a_store_that_cannot_be_read_is_told_as_a_problem(room: Room, tmp_path: Path) -> None:
    room.inbox.program.store.close()
    for beside in ("-wal", "-shm"):
        (tmp_path / f"rw.db{beside}").unlink(missing_ok=True)
    (tmp_path / "rw.db").write_bytes(b"dear diary, " * 1000)

    answered = room.get("/waits")

    assert problem(answered)[0] == 503
    assert answered.headers["retry-after"] == "5"
