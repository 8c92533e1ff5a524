"""Posts of any channel, handed in as JSON Lines."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from monitor.cycle.delivery import Delivery
from monitor.cycle.desk import Watch
from monitor.domain.post import Post
from monitor.ports import interchange
from monitor.store.database import StoreError
from monitor.web.api.asking import refuse_unforeseen
from monitor.web.api.endpoint import Answer, Endpoint, Inputs
from monitor.web.api.queries import Word
from monitor.web.deck import Deck
from monitor.web.lines import LONGEST_LINE, MOST_BYTES, Line, lines
from monitor.web.problem import STORE_REST, RefusedError, problem

AT_ONCE = 4
"""Requests in work: the database takes one writer at a time, and pages want their turn."""

BUSY_REST = 1
"""Seconds to come back after."""

PART_LINES = 200
PART_BYTES = 1_000_000
"""Of a request, what is stored in one transaction."""

KINDS = ("application/x-ndjson", "application/jsonl", "application/json")


class PostsAsked(Inputs):
    name: Word
    complete_until: Annotated[
        datetime | None,
        Field(description="Up to when all has been handed in; the arrival unless given."),
    ] = None


class Rejected(Answer):
    line: int
    reason: str


class Taken(Answer):
    """What became of the lines."""

    stored: int
    unchanged: int
    rejected: list[Rejected]
    complete_until: Annotated[datetime | None, Field(description="The account's watermark.")]


ENDPOINTS = [
    Endpoint(
        method="POST",
        path="/accounts/{name}/posts",
        summary="Hand in posts, one a line; see docs/inbox.md.",
        asked=PostsAsked,
        body=interchange.HandedPost,
        kinds=KINDS,
        answer=Taken,
        serve=lambda deck, _turns: Intake(deck).posts,
        errors={
            400: "complete_until is no date, or the body is damaged.",
            409: "The account is polled: its posts come from its platform.",
            503: "Four requests are in work, or the store cannot be used.",
        },
    )
]


class Intake:
    """Takes posts. What it has acknowledged is stored for good."""

    def __init__(self, deck: Deck) -> None:
        self._deck = deck
        self._in_work = 0

    async def posts(self, request: Request) -> Response:
        """200 with what became of the lines; 422 if all of them are wrong."""
        if self._in_work >= AT_ONCE:
            return _come_back(BUSY_REST, f"{AT_ONCE} requests are in work; send one at a time")
        self._in_work += 1
        try:
            return await self._answered(request)
        except RefusedError as error:
            return problem(error.status, str(error))
        except StoreError as error:
            return _come_back(STORE_REST, f"the store cannot be used: {error}")
        finally:
            self._in_work -= 1

    async def _answered(self, request: Request) -> Response:
        watch = _watch(self._deck, request.path_params["name"])
        refuse_unforeseen(request, PostsAsked)
        _refuse_the_unreadable(request)
        arrived_at = self._deck.clock()
        until = _complete_until(request) or arrived_at
        taking = _Taking(self._deck, Delivery(self._deck.store, watch, arrived_at))
        part: list[Line] = []
        async with aclosing(lines(request)) as found:
            async for line in found:
                if _is_full(part):
                    await run_in_threadpool(taking.take, part)
                    part = []
                part.append(line)
        return await run_in_threadpool(taking.finish, part, until)


class _Taking:
    """The parts of one request, from lines to the answer."""

    def __init__(self, deck: Deck, delivery: Delivery) -> None:
        self._deck, self._delivery = deck, delivery
        self._rejected: list[Rejected] = []

    def take(self, part: Sequence[Line]) -> None:
        self._delivery.take(self._read(part), self._deck.clock())

    def finish(self, part: Sequence[Line], complete_until: datetime) -> Response:
        posts = self._read(part)
        is_whole = not self._rejected
        watermark = self._delivery.finish(
            posts, self._deck.clock(), complete_until if is_whole else None
        )
        return self._answer(watermark)

    def _read(self, part: Sequence[Line]) -> list[Post]:
        posts = []
        for number, line in part:
            try:
                posts.append(_post(line))
            except ValueError as error:
                self._rejected.append(Rejected(line=number, reason=str(error)))
        return posts

    def _answer(self, watermark: datetime | None) -> Response:
        delivery = self._delivery
        told = Taken(
            stored=delivery.stored,
            unchanged=delivery.unchanged,
            rejected=self._rejected,
            complete_until=watermark,
        ).model_dump(mode="json")
        if self._rejected and not delivery.stored + delivery.unchanged:
            return problem(422, "no line is a post; see docs/inbox.md", **told)
        return JSONResponse(told)


def _post(line: bytes) -> Post:
    """Raises ValueError."""
    if len(line) > LONGEST_LINE:
        raise ValueError(f"the line is longer than {LONGEST_LINE:,} bytes")
    return interchange.parse(line)


def _is_full(part: Sequence[Line]) -> bool:
    return len(part) >= PART_LINES or sum(len(line) for _, line in part) >= PART_BYTES


def _watch(deck: Deck, name: str) -> Watch:
    watch = deck.watches.get(name)
    if watch is None:
        raise RefusedError(404, "no account of this name is configured here")
    if watch.settings.polls:
        connector = watch.settings.connector
        raise RefusedError(
            409, f"this account is polled: its posts come from {connector}; name one that is not"
        )
    return watch


def _refuse_the_unreadable(request: Request) -> None:
    kind = request.headers.get("content-type", KINDS[0]).partition(";")[0].strip().lower()
    if kind not in KINDS:
        raise RefusedError(415, f"send JSON Lines, with Content-Type: {KINDS[0]}")
    if int(request.headers.get("content-length", 0)) > MOST_BYTES:
        raise RefusedError(413, f"send no more than {MOST_BYTES:,} bytes in a request")


def _complete_until(request: Request) -> datetime | None:
    """What the sender says, in the query or in a header."""
    told = request.query_params.get("complete_until") or request.headers.get("complete-until")
    if not told:
        return None
    try:
        return _instant(told)
    except (ValueError, OverflowError):
        raise RefusedError(
            400, "complete_until is no date with an offset; write it like 2026-03-02T10:00:00Z"
        ) from None


def _instant(told: str) -> datetime:
    """RFC 3339, in UTC. A plus in a query arrives as a space."""
    instant = datetime.fromisoformat(told.upper().replace(" ", "+"))
    if instant.tzinfo is None:
        raise ValueError("it has no offset")
    return instant.astimezone(UTC)


def _come_back(seconds: int, detail: str) -> Response:
    return problem(503, detail, {"retry-after": str(seconds)})
