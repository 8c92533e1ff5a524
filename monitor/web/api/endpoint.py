"""What can be asked of the API: one description, from which it is served and documented."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import BaseModel, BeforeValidator, ConfigDict
from starlette.requests import Request
from starlette.responses import Response

from monitor.config import Scope
from monitor.ports.interchange import shown
from monitor.web.auth import needed_for
from monitor.web.deck import Deck
from monitor.web.turns import Turns

PREFIX = "/api/v1"

JSON = "application/json"

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


DIGITS = BeforeValidator(_digits)
"""Of a whole number in a path or query, which is written in one way only. It stands last."""


class Inputs(BaseModel):
    """What a request may say: a field that the path names is read there."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Nothing(Inputs):
    """Of a request that says no more than its path."""


class Answer(BaseModel):
    """What is told, no more and no less."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """`asked` has the fields of path and query, `body` those of the body, which comes as one of
    these `kinds`. `serve` gives what is described by `answer`, and problems: `errors` are those
    beside what any request may meet."""

    method: str
    path: str
    summary: str
    asked: type[Inputs]
    body: type[BaseModel] | None = None
    kinds: tuple[str, ...] = (JSON,)
    answer: type[BaseModel]
    serve: Callable[[Deck, Turns], Serve]
    errors: Mapping[int, str] = field(default_factory=dict)

    @property
    def scope(self) -> Scope:
        """Without which nobody is let in."""
        needed = needed_for(self.method, PREFIX + self.path)
        assert needed  # noqa: S101  below /api nothing is open
        return needed
