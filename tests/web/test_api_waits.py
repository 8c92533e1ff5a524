"""Waits by the API: those that are asked for, page by page, and all that is known of one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.wait import Status
from monitor.report.listing import listing
from tests.acceptance.watching import Hands
from tests.web import api_room
from tests.web.api_room import V1, Room
from tests.web.handing import call
from tests.web.problems import problem

CHAT = f"{V1}/accounts/chat/posts"


@pytest.fixture
def room(tmp_path: Path, clock: Hands) -> Iterator[Room]:
    """Four waits: answered in time, then one that is overdue; then two more, one of them on
    another account."""
    with api_room.room(tmp_path, clock) as room:
        room.hand_in()
        room.hand_in(path=CHAT)
        room.hand_in(call(1, lang="en-GB", url="https://phone.example/1"), call(2, lang="sv"))
        answer = {"id": "a1", "author_id": "desk", "author_handle": "desk"}
        clock.forward(30)
        room.hand_in({**answer, "created_at": told(clock), "parent_id": "call-1"})
        clock.forward(30)
        room.hand_in(call(3, created_at=told(clock), lang="en"))
        room.hand_in(call(4, created_at=told(clock)), path=CHAT)
        yield room


def told(clock: Hands) -> str:
    return clock.now.isoformat()


def numbers(room: Room, query: str) -> list[int]:
    return [wait["id"] for wait in room.told(f"/waits?{query}")["waits"]]


def test_waits_are_told_as_the_command_line_lists_them(room: Room) -> None:
    program = room.inbox.program
    with program.store.read() as tx:
        listed = list(listing(tx, [1, 2, 3], [*Status], program.clock()))

    assert room.told("/waits")["waits"] == listed
    assert len(listed) == 4


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("account=phone", [1, 2, 3]),
        ("account=phone&account=chat", [1, 2, 3, 4]),
        ("brand=Other", [4]),
        ("platform=inbox", [1, 2, 3, 4]),
        ("platform=mastodon", []),
        ("brand=Other&account=phone", []),
        ("kind=follow_up", []),
        ("kind=first&kind=follow_up", [1, 2, 3, 4]),
        ("status=open", [2, 3, 4]),
        ("status=answered", [1]),
        ("status=merged", []),
        ("target=forty", [1, 2, 3, 4]),
        ("verdict=met", [1]),
        ("verdict=breached", [2]),
        ("verdict=pending&verdict=met", [1, 3, 4]),
        ("verdict=breached&target=forty&status=answered", []),
        ("language=en", [1, 3]),
        ("language=EN-gb", [1]),
        ("language=e_", []),
        ("since=2026-06-01T12:00:30Z", [3, 4]),
        ("until=2026-06-01T14:01:00%2B02:00", [1, 2]),
        ("until=2026-06-01T14:01:00+02:00", [1, 2]),
        ("since=2026-06-01", [1, 2, 3, 4]),
        ("since=10s", [3, 4]),
        ("order=newest", [4, 3, 2, 1]),
        ("after=2", [3, 4]),
        ("order=newest&after=2", [1]),
        ("limit=1", [1]),
    ],
)
def test_waits_are_chosen_by_what_is_asked(room: Room, query: str, found: list[int]) -> None:
    assert numbers(room, query) == found


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("state=open", '"state" is no parameter here; there are: since, until, account, brand, '),
        ("limit=1&limit=2", "limit is given 2 times; give it once"),
        ("limit=0", 'limit: "0" is less than 1'),
        ("limit=501", 'limit: "501" is more than 500'),
        ("limit=%2B1", 'limit: "+1" is no whole number'),
        ("after=x", 'after: "x" is no whole number'),
        ("status=closed", "status[0]: \"closed\" is not known; write 'open', 'answered', "),
        ("account=fax", 'there is no account "fax"; there are: phone, social, chat'),
        ("target=fifty", 'there is no target "fifty"; there are: forty'),
        ("brand=Nobody", 'there is no brand "Nobody"; there are: '),
        ("platform=fax", 'there is no platform "fax"; there are: '),
        ("language=", 'language[0]: "" is empty'),
        ("language=%00", 'language[0]: "\\u0000" holds a control character'),
        ("since=yesterday", '"yesterday" is no time; write 2026-03-02, '),
        ("since=2026-13-01", '"2026-13-01" is no time; '),
        ("since=7d&until=8d", "until must lie after since"),
    ],
)
def test_a_question_that_is_not_foreseen_is_refused(room: Room, query: str, detail: str) -> None:
    status, said = problem(room.get(f"/waits?{query}"))

    assert status == 422
    assert said.startswith(detail)


def test_the_next_page_is_told_twice_and_the_last_has_none(room: Room) -> None:
    answered = room.get("/waits?status=open&limit=2&since=5m")
    following = answered.json()["next"]

    assert following == (
        "/api/v1/waits?since=2026-06-01T11%3A56%3A00.500000Z&status=open&limit=2&after=3"
    )
    assert answered.headers["link"] == f'<{following}>; rel="next"'
    last = room.ask("GET", following)
    assert [wait["id"] for wait in last.json()["waits"]] == [4]
    assert last.json()["next"] is None
    assert "link" not in last.headers


def test_one_wait_is_told_with_its_conversation_and_why(room: Room) -> None:
    wait = room.told("/waits/1")

    assert wait["status"] == "answered"
    posts = [(post["id"], post["became"], post["reply_class"]) for post in wait["posts"]]
    assert posts == [("call-1", "opened", None), ("a1", "reply", "human")]
    assert [step["rule"] for step in wait["explain"]] == ["3c", "3, kind", "4", "7"]
    assert wait["explain"][0]["at"] == wait["opened_at"]


def test_a_wait_of_an_account_that_is_configured_no_more_is_told_without_why(room: Room) -> None:
    inbox = room.inbox
    inbox.write(api_room.HTTP, accounts=["phone"])
    inbox.program.reload()

    wait = room.told("/waits/4")

    assert (wait["account"], wait["explain"], wait["posts"]) == ("chat", None, [])
    assert problem(room.ask("POST", f"{V1}/waits/4/ack"))[0] == 409
    assert numbers(room, "account=chat") == [4]


def test_a_wait_that_is_not_there_is_not_found(room: Room) -> None:
    assert problem(room.get("/waits/5")) == (404, "there is no wait 5")


def test_what_people_wrote_reaches_no_terminal_as_an_order(room: Room) -> None:
    room.hand_in(call(9, author_handle="\x1b[2J\u202eeve\x9b", text="\u2066hi\x07"))

    found = room.get("/waits/5")

    assert not {"\x1b", "\x9b", "\x07", "\u202e", "\u2066"} & {*found.text}
    assert found.json()["customer_handle"] == "\x1b[2J\u202eeve\x9b"


@settings(max_examples=15, deadline=None)
@given(
    steps=st.lists(st.integers(0, 3), max_size=6),
    limit=st.integers(1, 4),
    order=st.sampled_from(["oldest", "newest"]),
)
def test_paging_misses_nothing_and_tells_nothing_twice_while_new_ones_arrive(
    tmp_path_factory: pytest.TempPathFactory, steps: list[int], limit: int, order: str
) -> None:
    """`steps`: so many callers come before each page."""
    clock = Hands()
    with api_room.room(tmp_path_factory.mktemp("pages"), clock) as room:
        callers = iter(range(1000))
        room.hand_in(*(call(next(callers)) for _ in range(7)))
        seen: list[int] = []
        following: Any = f"{V1}/waits?limit={limit}&order={order}"
        arrivals = iter(steps)
        while following:
            page = room.ask("GET", following).json()
            seen += [wait["id"] for wait in page["waits"]]
            following = page["next"]
            room.hand_in(*(call(next(callers)) for _ in range(next(arrivals, 0))))

    assert len(seen) == len(set(seen))
    assert set(range(1, 8)) <= set(seen)
    assert seen == sorted(seen, reverse=order == "newest")
