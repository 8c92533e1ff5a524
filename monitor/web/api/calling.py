"""Makes endpoints of functions: what they are told is read for them, what they tell is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Any, TypeVar

from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from monitor.web.api.answering import answered
from monitor.web.api.asking import read_body, read_inputs
from monitor.web.api.endpoint import Endpoint, Here, Inputs, Serve
from monitor.web.deck import Deck
from monitor.web.turns import Turns

Asked = TypeVar("Asked", bound=Inputs)
Body = TypeVar("Body", bound=Inputs)

_BUSY = {
    503: "Others wait for what takes as long, or the store cannot be used: come back after"
    " `Retry-After` seconds."
}


def reads(
    path: str,
    summary: str,
    asked: type[Asked],
    answer: type[BaseModel],
    call: Callable[[Here, Asked], Any],
    errors: Mapping[int, str] | None = None,
    *,
    is_heavy: bool = False,
) -> Endpoint:
    """What changes nothing. `call` gives what `answer` describes, in a thread; where that is heavy,
    in its turn."""

    def serve(deck: Deck, turns: Turns) -> Serve:
        async def served(request: Request) -> Response:
            told = read_inputs(request, asked)
            here = _here(deck, request)

            def found() -> Response:
                with turns.mine() if is_heavy else nullcontext():
                    known = call(here, told)
                return answered(request, answer, known)

            return await run_in_threadpool(found)

        return served

    return Endpoint(
        method="GET",
        path=path,
        summary=summary,
        asked=asked,
        answer=answer,
        serve=serve,
        errors={**(_BUSY if is_heavy else {}), **(errors or {})},
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

    def serve(deck: Deck, _turns: Turns) -> Serve:
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
