"""The stream of changes: each is told once, in order, and to those who come back."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from starlette.types import ASGIApp, Message

from monitor.web.wallboard.board import MOST_CHANNELS
from monitor.web.wallboard.stream import BEAT, EVERY
from tests.acceptance.platform import Platform
from tests.acceptance.watching import Hands
from tests.web.conftest import House


@dataclass(frozen=True, slots=True)
class Told:
    place: str
    name: str
    what: dict[str, Any]


class Listener:
    """Hears the stream of a site."""

    def __init__(self, site: ASGIApp, query: str = "") -> None:
        self._site, self._query = site, query
        self._heard: asyncio.Queue[bytes] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._gone = asyncio.Event()

    async def __aenter__(self) -> Listener:
        self._task = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._gone.set()
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _listen(self) -> None:
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "method": "GET",
            "path": "/events",
            "query_string": self._query.encode(),
            "headers": [(b"host", b"127.0.0.1")],
        }

        async def receive() -> Message:
            await self._gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            self._heard.put_nowait(message.get("body", b""))

        await self._site(scope, receive, send)

    async def changes(self) -> AsyncIterator[Told]:
        """What is told, without the beats."""
        rest = b""
        while True:
            rest += await asyncio.wait_for(self._heard.get(), 10)
            *events, rest = rest.split(b"\n\n")
            for event in events:
                fields = dict(
                    line.split(": ", 1) for line in event.decode().split("\n") if ": " in line
                )
                if fields.get("event") in ("change", "anew"):
                    yield Told(fields["id"], fields["event"], json.loads(fields["data"]))

    async def word(self) -> str:
        """The first line of what is sent next, after the greeting."""
        while True:
            sent = await asyncio.wait_for(self._heard.get(), 10)
            if sent and sent != b": replywatch\n\n":
                return sent.decode().partition("\n")[0]

    async def next(self) -> Told:
        return await anext(self.changes())


def place_of(house: House, path: str = "/") -> str:
    """Where a page begins to listen."""
    page = house.client.get(path).text
    return page.partition('data-place="')[2].partition('"')[0]


def test_what_changes_is_told(house: House, platform: Platform, clock: Hands) -> None:
    house.poll()
    place = place_of(house)

    async def heard() -> tuple[Told, Told]:
        async with Listener(house.site, f"after={place}") as listener:
            platform.says("ada", "where is my bag")
            await asyncio.to_thread(house.poll)
            come = await listener.next()
            clock.forward(10)
            platform.replies(platform.mastodon.statuses[0].id)
            await asyncio.to_thread(house.poll)
            return come, await listener.next()

    come, answered = asyncio.run(heard())

    (row,) = come.what["put"]
    assert "where is my bag" in row["html"]
    assert come.what["head"]["title"] == "0 overdue, 1 waiting"
    assert answered.what["gone"] == [row["id"]]
    assert "Nobody is waiting." in answered.what["head"]["empty"]


def test_who_comes_back_is_told_what_was_missed(
    house: House, platform: Platform, clock: Hands
) -> None:
    house.poll()
    place = place_of(house)
    for name in ("ada", "bo"):
        clock.forward(1)
        platform.says(name, f"I am {name}")
        house.poll()
        house.client.get("/")  # whoever looks brings all up to date

    async def heard() -> tuple[Told, Told]:
        async with Listener(house.site, f"after={place}") as listener:
            changes = listener.changes()
            return await anext(changes), await anext(changes)

    first, second = asyncio.run(heard())

    assert ["I am ada" in first.what["put"][0]["html"], len(first.what["put"])] == [True, 1]
    assert ["I am bo" in second.what["put"][0]["html"], len(second.what["put"])] == [True, 1]


@pytest.mark.parametrize("after", ["", "after=", "after=x.1", "after=nonsense", "after=1.-1"])
def test_who_was_away_too_long_looks_anew(house: House, after: str) -> None:
    house.poll()

    async def heard() -> Told:
        async with Listener(house.site, after) as listener:
            return await listener.next()

    assert asyncio.run(heard()).name == "anew"


def test_a_place_beyond_what_was_told_is_not_known(house: House) -> None:
    house.poll()
    epoch = place_of(house).partition(".")[0]

    async def heard() -> Told:
        async with Listener(house.site, f"after={epoch}.99") as listener:
            return await listener.next()

    assert asyncio.run(heard()).name == "anew"


def test_a_filter_is_told_of_its_own_alone(house: House, platform: Platform) -> None:
    house.poll()
    place = place_of(house, "/?language=sv")

    async def heard() -> list[Told]:
        async with Listener(house.site, f"language=sv&after={place}") as listener:
            platform.says("bo", "where is my bag", language="en")
            await asyncio.to_thread(house.poll)
            changes = listener.changes()
            first = await anext(changes)
            platform.says("ada", "var är min väska", language="sv")
            await asyncio.to_thread(house.poll)
            return [first, await anext(changes)]

    outside, inside = asyncio.run(heard())

    assert outside.what["put"] == []
    assert "One person waits outside it" in outside.what["head"]["empty"]
    assert "var är min väska" in inside.what["put"][0]["html"]


def test_time_alone_changes_a_state(house: House, platform: Platform, clock: Hands) -> None:
    platform.says("ada")
    house.poll()
    place = place_of(house)

    async def heard() -> Told:
        async with Listener(house.site, f"after={place}") as listener:
            clock.forward(361)
            return await listener.next()

    told = asyncio.run(heard())

    assert 'data-state="unconfirmed"' in told.what["put"][0]["html"]
    assert told.what["head"]["title"] == "0 overdue, 1 waiting"


def test_one_look_serves_all(house: House, platform: Platform) -> None:
    house.poll()
    place = place_of(house)

    async def heard() -> set[str]:
        listeners = [Listener(house.site, f"after={place}") for _ in range(30)]
        async with AsyncExitStack() as stack:
            for one in listeners:
                await stack.enter_async_context(one)
            platform.says("ada")
            await asyncio.to_thread(house.poll)
            return {(await one.next()).place for one in listeners}

    with looks() as seen:
        places = asyncio.run(heard())

    assert len(places) == 1
    assert 0 < len(seen) < 30


@contextmanager
def looks() -> Iterator[list[str]]:
    """At all open waits, meanwhile."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, text: str, _values: Any, _context: Any, _many: bool) -> None:
        if text.startswith("SELECT wait.number, wait.account_id"):
            seen.append(text)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def test_what_somebody_elses_look_has_found_is_told_at_once(
    house: House, platform: Platform
) -> None:
    house.poll()
    place = place_of(house)

    async def heard() -> float:
        async with Listener(house.site, f"after={place}") as listener:
            await asyncio.sleep(1.2)
            platform.says("ada")
            await asyncio.to_thread(house.poll)
            await asyncio.to_thread(house.client.get, "/")
            began = time.perf_counter()
            await listener.next()
            return time.perf_counter() - began

    assert asyncio.run(heard()) < BEAT / 2


def test_nobody_takes_the_page_for_live_while_the_store_cannot_be_read(house: House) -> None:
    house.poll()
    place = place_of(house)

    async def first_word() -> str:
        async with Listener(house.site, f"after={place}") as listener:
            return await listener.word()

    async def heard() -> list[str]:
        async with Listener(house.site, f"after={place}"):
            words = [await first_word()]
            for name, other in (("wait", "gone"), ("gone", "wait")):
                with house.program.store.write() as tx:
                    tx.execute(sa.text(f"ALTER TABLE {name} RENAME TO {other}"))
                await asyncio.sleep(2 * EVERY)
                words.append(await first_word())
            return words

    assert asyncio.run(heard()) == ["event: beat", ": the board cannot be looked at", "event: beat"]


def test_the_stream_lets_go_when_the_program_ends(house: House) -> None:
    house.poll()

    async def heard() -> None:
        async with Listener(house.site) as listener:
            await listener.next()
            house.program.ending.set()
            assert listener._task
            await asyncio.wait_for(asyncio.shield(listener._task), 5)

    asyncio.run(heard())


def test_only_so_many_filters_are_kept_true(house: House) -> None:
    house.poll()

    async def crowd() -> int:
        async with AsyncExitStack() as stack:
            for number in range(MOST_CHANNELS):
                one = Listener(house.site, f"brand={number}")
                await stack.enter_async_context(one)
                await one.next()
            refused = await asyncio.to_thread(house.client.get, "/?brand=another")
            return refused.status_code

    assert asyncio.run(crowd()) == 503
    assert house.client.get("/?brand=another").status_code == 200
