"""The stream of changes: one look at the database each second, however many listen."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncGenerator
from time import perf_counter, thread_time

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from monitor.store.database import StoreError
from monitor.web.wallboard.board import Board, CrowdedError
from monitor.web.wallboard.channel import Channel
from monitor.web.wallboard.filter import Filter

log = structlog.get_logger()

EVERY = 1.0
"""Seconds between looks."""

SHARE = 30
"""A look is followed by a rest of so many times what it took: a vast board costs no more than
some 3 % of a processor, and is told of later."""

BEAT = 5.0
"""Seconds after which something is sent, if only to show that the stream lives."""

_BEAT = b"event: beat\ndata: {}\n\n"

_NOTHING = b": the board cannot be looked at\n\n"
"""A comment, which no page hears."""

_HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


class Broadcaster:
    """Looks at the board as long as somebody listens."""

    def __init__(self, board: Board, ending: threading.Event) -> None:
        self._board, self._ending = board, ending
        self._heard_on: Counter[Channel] = Counter()
        self._turns: asyncio.Task[None] | None = None
        self._is_blind = False

    async def events(self, request: Request) -> Response:
        filter_ = Filter.asked(request.query_params)
        after = request.headers.get("last-event-id") or request.query_params.get("after")
        try:
            channel = await run_in_threadpool(self._board.channel, filter_)
        except CrowdedError as error:
            return PlainTextResponse(f"{error}\n", 503, {"retry-after": "30"})
        sent = self._listen(channel, after)
        return StreamingResponse(sent, media_type="text/event-stream", headers=_HEADERS)

    async def _listen(self, channel: Channel, place: str | None) -> AsyncGenerator[bytes, None]:
        channel.listeners += 1
        self._heard_on[channel] += 1
        if self._turns is None or self._turns.done():
            self._turns = asyncio.create_task(self._turn())
        try:
            yield b": replywatch\n\n"
            while not self._ending.is_set():
                news = channel.news
                told, place = channel.since(place)
                yield told or (_NOTHING if self._is_blind else _BEAT)
                await _heard(news)
        finally:
            channel.listeners -= 1
            channel.asked_at = perf_counter()
            self._heard_on[channel] -= 1
            if not self._heard_on[channel]:
                del self._heard_on[channel]

    async def _turn(self) -> None:
        """As long as anybody listens, and the program goes on. While the board cannot be looked at
        there is no beat, by which a page would take itself for live."""
        while self._heard_on and not self._ending.is_set():
            took = 0.0
            try:
                changed, took = await run_in_threadpool(self._look)
                self._is_blind = False
                for channel in changed:
                    channel.wake()
            except StoreError as error:
                self._is_blind = True
                log.warning("events.delayed", error=str(error))
            except Exception as error:
                self._is_blind = True
                log.error("events.failed", exc_info=error)
            await self._rest(max(EVERY, SHARE * took))
        for channel in self._heard_on:
            channel.wake()

    async def _rest(self, seconds: float) -> None:
        """The end is not slept through."""
        while seconds > 0 and not self._ending.is_set():
            await asyncio.sleep(min(seconds, EVERY))
            seconds -= EVERY

    def _look(self) -> tuple[list[Channel], float]:
        """The channels that have news, and the seconds of a processor that it took to know."""
        began = thread_time()
        return self._board.turn(), thread_time() - began


async def _heard(news: asyncio.Event) -> None:
    """Until there are some, or it is time to show that the stream lives."""
    try:
        async with asyncio.timeout(BEAT):
            await news.wait()
    except TimeoutError:
        return
