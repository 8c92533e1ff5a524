"""Who may not hear any more hears no more, though the answer had begun."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route, Router

from monitor.web.auth import Auth
from monitor.web.limits import Attempts
from monitor.web.session import LASTS, Sessions
from monitor.web.visitor import Reception
from tests.acceptance.watching import Hands
from tests.web import api_room
from tests.web.api_room import ACT, HTTP, PASSWORD, READ, Room
from tests.web.browser import Browser

BEATS = 200
"""More than are heard before somebody is looked at again."""


class Stream:
    """Goes on for a while; after the first beat, `then` happens."""

    def __init__(self, then: Callable[[], None]) -> None:
        self._then = then

    def answer(self, _request: Request) -> StreamingResponse:
        return StreamingResponse(self._beats())

    async def _beats(self) -> AsyncIterator[bytes]:
        for number in range(BEATS):
            yield b"."
            if not number:
                self._then()
            await asyncio.sleep(0.005)


@pytest.fixture
def room(tmp_path: Path, clock: Hands) -> Iterator[Room]:
    with api_room.room(tmp_path, clock) as room:
        yield room


def stream(room: Room, then: Callable[[], None]) -> None:
    """Is what the room serves from now on."""
    program = room.inbox.program
    reception = Reception(Sessions(program.store), Attempts(), program.clock)
    site = Router([Route("/", Stream(then).answer)])
    room.inbox.serve(Auth(site, program, reception, review=0.02))


def nothing() -> None:
    pass


def reload(room: Room, http: str) -> Callable[[], None]:
    def take() -> None:
        room.inbox.write(http)
        room.inbox.program.reload()

    return take


def test_who_stays_welcome_hears_all(room: Room, clock: Hands) -> None:
    browser = Browser(room.inbox)
    browser.logs_in("care", PASSWORD)
    stream(room, nothing)

    assert len(browser.goes_to("/").content) == BEATS
    assert len(room.ask("GET", "/", token=READ).content) == BEATS


def test_a_session_that_ends_in_time_hears_no_more(room: Room, clock: Hands) -> None:
    browser = Browser(room.inbox)
    browser.logs_in("care", PASSWORD)
    stream(room, lambda: setattr(clock, "now", clock.now + LASTS))

    heard = browser.goes_to("/")

    assert heard.status_code == 200
    assert 0 < len(heard.content) < BEATS


def test_a_login_that_is_taken_away_hears_no_more(room: Room) -> None:
    browser = Browser(room.inbox)
    browser.logs_in("care", PASSWORD)
    stream(room, reload(room, HTTP.replace(PASSWORD, "another")))

    assert 0 < len(browser.goes_to("/").content) < BEATS


def test_a_token_that_is_taken_away_hears_no_more(room: Room) -> None:
    stream(room, reload(room, HTTP.replace(ACT, "another")))

    assert 0 < len(room.ask("GET", "/").content) < BEATS
