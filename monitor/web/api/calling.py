"""Makes endpoints of functions: what they are told is read for them, what they tell is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from monitor.web.api.answering import answered
from monitor.web.api.asking import read_body, read_inputs
from monitor.web.api.endpoint import Endpoint, Here, Inputs, Serve
from monitor.web.deck import Deck

Asked = TypeVar("Asked", bound=Inputs)
Body = TypeVar("Body", bound=Inputs)


def reads(
    path: str,
    summary: str,
    asked: type[Asked],
    answer: type[BaseModel],
    call: Callable[[Here, Asked], Any],
    errors: Mapping[int, str] | None = None,
) -> Endpoint:
    """What changes nothing. `call` gives what `answer` describes, in a thread."""

    def serve(deck: Deck) -> Serve:
        async def served(request: Request) -> Response:
            told = read_inputs(request, asked)
            here = _here(deck, request)
            return await run_in_threadpool(lambda: answered(request, answer, call(here, told)))

        return served

    return Endpoint(
        method="GET",
        path=path,
        summary=summary,
        asked=asked,
        answer=answer,
        serve=serve,
        errors=errors or {},
    )


def acts(
    method: str,
    path: str,
    summary: str,
    asked: type[Asked],
    body: type[Body],
    answer: type[BaseModel],
    call: Callable[[Here, Asked, Body], Any],
    errors: Mapping[int, str] | None = None,
) -> Endpoint:
    """What a person does. The body is an object of JSON; none is an empty one."""

    def serve(deck: Deck) -> Serve:
        async def served(request: Request) -> Response:
            told, content = read_inputs(request, asked), await read_body(request, body)
            here = _here(deck, request)
            return await run_in_threadpool(
                lambda: answered(request, answer, call(here, told, content))
            )

        return served

    return Endpoint(
        method=method,
        path=path,
        summary=summary,
        asked=asked,
        body=body,
        answer=answer,
        serve=serve,
        errors=errors or {},
    )


def _here(deck: Deck, request: Request) -> Here:
    return Here(deck, deck.clock(), request.state.who)
