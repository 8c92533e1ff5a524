"""Posts handed in over HTTP: what is taken, what is turned away, and what is said of it."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from monitor.ports import interchange
from monitor.web import lines
from monitor.web.api import intake
from monitor.web.problem import RefusedError
from tests.acceptance.platform import SECRET
from tests.acceptance.watching import NOON, Hands
from tests.web.handing import POSTS, Inbox, by_token, call
from tests.web.problems import problem

PAGE = (Path(__file__).parents[2] / "docs/inbox.md").read_text(encoding="utf-8")
NOON_TOLD = "2026-06-01T12:00:00.500000Z"


@pytest.fixture
def inbox(tmp_path: Path, clock: Hands) -> Iterator[Inbox]:
    inbox = Inbox(tmp_path, clock)
    yield inbox
    inbox.close()


def test_posts_are_stored_and_told_so(inbox: Inbox) -> None:
    answered = inbox.hand_in(call(1), call(2))

    assert answered.status_code == 200
    assert answered.json() == {
        "stored": 2,
        "unchanged": 0,
        "rejected": [],
        "complete_until": NOON_TOLD,
    }
    assert inbox.stored() == ["call-1", "call-2"]


def test_the_same_posts_again_change_nothing(inbox: Inbox) -> None:
    inbox.hand_in(call(1), call(2))

    told = inbox.hand_in(call(1), call(2), call(3)).json()

    assert (told["stored"], told["unchanged"]) == (1, 2)


def test_an_empty_request_moves_the_watermark(inbox: Inbox, clock: Hands) -> None:
    inbox.hand_in()
    clock.forward(7)

    assert inbox.hand_in().json()["complete_until"] == "2026-06-01T12:00:07.500000Z"
    assert inbox.row().live_since == NOON


def test_each_wrong_line_is_told_with_its_number_and_the_others_are_taken(inbox: Inbox) -> None:
    inbox.hand_in()
    answered = inbox.hand_in(b"", call(1), b'{"id": "x"', call(2, surface="phone"), call(3), b"[]")

    told = answered.json()
    assert (answered.status_code, told["stored"]) == (200, 2)
    assert [(one["line"], one["reason"][:20]) for one in told["rejected"]] == [
        (3, "not JSON: EOF while "),
        (4, 'surface: "phone" is '),
        (6, "a post is a JSON obj"),
    ]


def test_with_a_wrong_line_nothing_is_complete(inbox: Inbox, clock: Hands) -> None:
    inbox.hand_in()
    clock.forward(60)

    assert inbox.hand_in(call(1), b"?").json()["complete_until"] == NOON_TOLD
    assert inbox.hand_in().json()["complete_until"] == "2026-06-01T12:01:00.500000Z"


def test_a_request_of_wrong_lines_only_has_failed(inbox: Inbox) -> None:
    answered = inbox.hand_in(b"?", b"!")

    assert problem(answered) == (422, "no line is a post; see docs/inbox.md")
    assert [one["line"] for one in answered.json()["rejected"]] == [1, 2]
    assert inbox.row().live_since is None


@pytest.mark.parametrize(
    "told", ["2026-06-01T11:59:00Z", "2026-06-01T13:59:00+02:00", "2026-06-01t11:59:00z"]
)
def test_the_sender_may_say_up_to_when_it_is_complete(inbox: Inbox, told: str) -> None:
    query = inbox.hand_in(path=f"{POSTS}?complete_until={told}")  # its plus arrives as a space
    header = inbox.hand_in(headers={"complete-until": told})

    assert query.json()["complete_until"] == "2026-06-01T11:59:00Z"
    assert header.json()["complete_until"] == "2026-06-01T11:59:00Z"


@pytest.mark.parametrize(
    "told", ["yesterday", "2026-06-01T11:59:00", "0001-01-01T00:00:00%2B02:00"]
)
def test_an_instant_that_is_none_is_refused(inbox: Inbox, told: str) -> None:
    status, detail = problem(inbox.hand_in(call(1), path=f"{POSTS}?complete_until={told}"))

    assert (status, inbox.stored()) == (400, [])
    assert detail.endswith("write it like 2026-03-02T10:00:00Z")


@pytest.mark.parametrize("query", ["until=2026-06-01T11:59:00Z", "complete_until=&complete_until="])
def test_a_query_that_is_not_foreseen_is_refused(inbox: Inbox, query: str) -> None:
    status, detail = problem(inbox.hand_in(call(1), path=f"{POSTS}?{query}"))

    assert (status, inbox.stored()) == (422, [])
    assert "complete_until" in detail


def test_only_an_account_that_is_not_polled_takes_posts(inbox: Inbox) -> None:
    assert problem(inbox.hand_in(path="/api/v1/accounts/fax/posts"))[0] == 404
    status, detail = problem(inbox.hand_in(path="/api/v1/accounts/social/posts"))

    assert status == 409
    assert "its posts come from mastodon" in detail


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "application/jsonl"])
def test_json_lines_have_many_names(inbox: Inbox, kind: str) -> None:
    assert inbox.hand_in(call(1), headers={"content-type": kind}).json()["stored"] == 1


@pytest.mark.parametrize(
    "headers", [{"content-type": "text/csv"}, {"content-encoding": "br"}], ids=["kind", "packing"]
)
def test_what_is_no_json_lines_is_refused(inbox: Inbox, headers: dict[str, str]) -> None:
    assert problem(inbox.hand_in(call(1), headers=headers))[0] == 415


def test_a_body_may_be_packed(inbox: Inbox) -> None:
    packed = gzip.compress(b"\n".join(json.dumps(call(n)).encode() for n in range(500)))

    told = inbox.send(packed, headers={"content-encoding": "gzip"}).json()

    assert (told["stored"], told["rejected"]) == (500, [])


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(b"{}\n" * 500)[:-9],
        gzip.compress(b"") + b"more",
        gzip.compress(b"{}") + gzip.compress(b"{}"),
        b"no gzip",
        b"",
    ],
    ids=["cut", "more", "two", "none", "nothing"],
)
def test_a_packed_body_that_is_damaged_is_refused(inbox: Inbox, body: bytes) -> None:
    status, detail = problem(inbox.send(body, headers={"content-encoding": "gzip"}))

    assert status == 400
    assert detail.startswith("the body is damaged")


@pytest.mark.parametrize(
    ("body", "packing"),
    [
        (b" " * (lines.MOST_BYTES + 1), "identity"),
        (gzip.compress(b" " * (lines.MOST_BYTES + 1)), "gzip"),
        (gzip.compress(b"")[:10] + b"\0\0\0\xff\xff" * 2_000_001, "gzip"),
    ],
    ids=["plain", "bomb", "empty blocks"],
)
def test_a_body_that_is_too_long_is_refused_with_the_limit(
    inbox: Inbox, body: bytes, packing: str
) -> None:
    async def streamed() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 1_000_000):
            yield body[start : start + 1_000_000]

    whole = inbox.send(body, headers={"content-encoding": packing})
    pieces = inbox.send(streamed(), headers={"content-encoding": packing})

    for answered in (whole, pieces):
        status, detail = problem(answered)
        assert status == 413
        assert "10,000,000 bytes" in detail


def test_a_line_that_is_too_long_is_told_and_the_next_is_taken(inbox: Inbox) -> None:
    told = inbox.hand_in(b'"' + b"x" * lines.LONGEST_LINE, call(1)).json()

    assert told["stored"] == 1
    assert told["rejected"] == [{"line": 1, "reason": "the line is longer than 1,000,000 bytes"}]


def test_so_many_lines_and_no_more(inbox: Inbox) -> None:
    assert inbox.send(b"\n" * lines.MOST_LINES).status_code == 200
    status, detail = problem(inbox.send(b"\n" * lines.MOST_LINES + b"?"))

    assert (status, detail) == (413, "send no more than 10,000 lines in a request")


def test_lines_come_in_pieces_of_any_size(inbox: Inbox) -> None:
    async def dripping() -> AsyncIterator[bytes]:
        for byte in b"\xef\xbb\xbf" + "\r\n".join(map(json.dumps, map(call, range(3)))).encode():
            yield bytes([byte])

    assert inbox.send(dripping()).json()["stored"] == 3


def test_a_part_is_stored_before_the_rest_is_sent(inbox: Inbox) -> None:
    seen: list[int] = []

    async def sent() -> AsyncIterator[bytes]:
        for number in range(3 * intake.PART_LINES):
            yield json.dumps(call(number)).encode() + b"\n"
        for _ in range(100):
            seen.append(len(inbox.stored()))
            yield b"\n"

    assert inbox.send(sent()).json()["stored"] == 3 * intake.PART_LINES
    assert seen[0] == 2 * intake.PART_LINES


def test_a_sender_that_goes_away_leaves_what_it_had_sent(inbox: Inbox) -> None:
    async def broken() -> AsyncIterator[bytes]:
        for number in range(intake.PART_LINES + 1):
            yield json.dumps(call(number)).encode() + b"\n"
        raise ClientDisconnect

    inbox.send(broken())

    assert len(inbox.stored()) == intake.PART_LINES
    assert inbox.row().live_since is None


def test_a_sender_that_does_not_go_on_is_not_waited_for() -> None:
    pieces = iter(range(10))

    async def receive() -> Message:
        await asyncio.sleep(0.04)
        next(pieces)
        return {"type": "http.request", "body": b"\n", "more_body": True}

    async def read() -> None:
        request = Request({"type": "http", "headers": []}, receive)
        async for _ in lines.lines(request, patience=0.1):
            pass

    with pytest.raises(RefusedError) as caught:
        asyncio.run(read())

    assert caught.value.status == 408
    assert next(pieces) < 4


def test_more_than_a_few_at_once_are_told_to_come_back(inbox: Inbox) -> None:
    over = asyncio.Event()

    async def hanging() -> AsyncIterator[bytes]:
        await over.wait()
        yield b""

    async def crowd() -> tuple[httpx.Response, list[httpx.Response]]:
        ahead = [
            asyncio.create_task(inbox.asked("POST", POSTS, by_token(), hanging()))
            for _ in range(intake.AT_ONCE)
        ]
        await asyncio.sleep(0.05)
        refused = await inbox.asked("POST", POSTS, by_token())
        over.set()
        return refused, await asyncio.gather(*ahead)

    refused, taken = asyncio.run(crowd())

    assert problem(refused)[0] == 503
    assert refused.headers["retry-after"] == "1"
    assert {answered.status_code for answered in taken} == {200}
    assert inbox.hand_in().status_code == 200


def test_a_database_that_takes_nothing_acknowledges_nothing(inbox: Inbox) -> None:
    def shut(connection: sa.Connection) -> None:
        connection.exec_driver_sql("PRAGMA query_only = 1")

    sa.event.listen(sa.Engine, "begin", shut)
    try:
        answered = inbox.hand_in(call(1))
    finally:
        sa.event.remove(sa.Engine, "begin", shut)

    assert problem(answered)[0] == 503
    assert answered.headers["retry-after"] == "5"


def test_the_token_is_told_nowhere(inbox: Inbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    answers = [inbox.hand_in(b"?"), inbox.hand_in(path="/api/v1/accounts/social/posts")]

    assert SECRET not in caplog.text + "".join(one.text for one in answers)


@pytest.mark.parametrize("field", interchange.FIELDS)
def test_every_field_of_a_post_is_in_the_docs(field: str) -> None:
    assert f"`{field.removeprefix('reach.')}`" in PAGE


def test_the_limits_are_those_of_the_docs() -> None:
    assert f"{lines.MOST_BYTES:,} bytes (unpacked too) or {lines.MOST_LINES:,} lines" in PAGE
    assert f"A line has at most {lines.LONGEST_LINE:,} bytes" in PAGE
    assert f"within {lines.PATIENCE:.0f} seconds" in PAGE
    assert intake.AT_ONCE == 4  # "four requests are in work"
