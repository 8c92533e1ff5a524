"""What can be asked of the API: one description, from which it is served and documented."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict
from starlette.requests import Request
from starlette.responses import Response

from monitor.config import Scope
from monitor.ports.interchange import shown
from monitor.web.auth import needed_for
from monitor.web.deck import Deck

PREFIX = "/api/v1"

LARGEST = 2**63 - 1
"""The largest number that the store can look for."""

Serve = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Here:
    """Of which program it is asked, when, and by whom."""

    deck: Deck
    now: datetime
    who: str


def _digits(told: object) -> object:
    if isinstance(told, str) and not (told.isascii() and told.isdecimal()):
        raise ValueError(f"{shown(told)} is no whole number")
    return told


Whole = Annotated[int, BeforeValidator(_digits)]
"""A number in a path or query, written in one way only."""


class Inputs(BaseModel):
    """What a request may say: a field that the path names is read there."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Nothing(Inputs):
    """Of a request that says no more than its path."""


class Answer(BaseModel):
    """What is told, no more and no less."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Asked = TypeVar("Asked", bound=Inputs)
Body = TypeVar("Body", bound=Inputs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """`call` gives what `answer` describes; it runs in a thread. `errors` are those beside what any
    request may meet. `example` is an answer, `example_asked` a path and query that brings one."""

    method: str
    path: str
    summary: str
    asked: type[Inputs]
    body: type[Inputs] | None = None
    answer: type[BaseModel]
    call: Callable[[Here, Any, Any], Any]
    errors: Mapping[int, str] = field(default_factory=dict)

    @property
    def scope(self) -> Scope:
        """Without which nobody is let in."""
        needed = needed_for(self.method, PREFIX + self.path)
        assert needed  # noqa: S101  below /api nothing is open
        return needed


def reads(
    path: str,
    summary: str,
    asked: type[Asked],
    answer: type[BaseModel],
    call: Callable[[Here, Asked], Any],
    errors: Mapping[int, str] | None = None,
) -> Endpoint:
    """What changes nothing."""
    return Endpoint(
        method="GET",
        path=path,
        summary=summary,
        asked=asked,
        answer=answer,
        call=lambda here, told, _body: call(here, told),
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
    return Endpoint(
        method=method,
        path=path,
        summary=summary,
        asked=asked,
        body=body,
        answer=answer,
        call=call,
        errors=errors or {},
    )
