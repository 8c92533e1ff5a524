"""Silences: about what nobody is to be told for a while."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from monitor.cycle import silencing
from monitor.domain import duration
from monitor.report import plain
from monitor.store.schema import LARGEST
from monitor.store.silences import Silence as Stored
from monitor.web.api.acts import SOMEBODY
from monitor.web.api.calling import acts, reads
from monitor.web.api.endpoint import DIGITS, Answer, Endpoint, Here, Inputs, Nothing
from monitor.web.api.queries import Word
from monitor.web.problem import RefusedError

SilenceId = Annotated[int, Field(ge=1, le=LARGEST, description="The silence's number."), DIGITS]
Why = Annotated[
    str,
    StringConstraints(
        pattern=r"^[^\x00-\x1f\x7f-\x9f]*\S[^\x00-\x1f\x7f-\x9f]*$", max_length=500, strict=True
    ),
]
Names = Annotated[tuple[Word, ...], Field(description="One of these; any unless given.")]


class Match(Inputs):
    """What it is about: all that is given must fit."""

    brand: Names = ()
    platform: Names = ()
    account: Names = ()
    target: Names = ()


class Silencing(Inputs):
    match: Annotated[Match, Field(description="Everything unless given.")] = Match()
    lasts: Annotated[
        str | None, Field(alias="for", description="So long from now.", examples=["2h"])
    ] = None
    until: Annotated[AwareDatetime | None, Field(description="Until then; give this or `for`.")] = (
        None
    )
    reason: Annotated[Why, Field(description="For those who ask later.")]

    @model_validator(mode="after")
    def _has_one_end(self) -> Self:
        if (self.lasts is None) is (self.until is None):
            raise ValueError("give for, such as 2h, or until")
        return self

    def ends(self, now: datetime) -> datetime:
        """Raises ValueError."""
        if self.until is not None:
            return self.until
        try:
            return now + duration.parse(self.lasts or "")
        except OverflowError:
            raise ValueError("that is too long") from None


class Silence(Answer):
    id: SilenceId
    match: Annotated[dict[str, list[str]], Field(description="Nothing: it is about everything.")]
    reason: str
    by: str
    made_at: datetime
    until: datetime


class Silences(Answer):
    silences: list[Silence]


class OneSilence(Inputs):
    id: SilenceId


def listed(here: Here, _asked: Nothing) -> dict[str, Any]:
    with here.deck.store.read() as tx:
        return {"silences": [_tree(one) for one in silencing.listed(tx, here.now)]}


def add(here: Here, _asked: Nothing, body: Silencing) -> dict[str, Any]:
    matchers = {key: names for key, names in body.match.model_dump().items() if names}
    by = here.who or SOMEBODY
    with here.deck.store.write() as tx:
        try:
            until = body.ends(here.now)
            return _tree(silencing.add(tx, matchers, until, body.reason, by, here.now))
        except ValueError as error:
            raise RefusedError(422, str(error)) from None


def expire(here: Here, asked: OneSilence, _body: Nothing) -> dict[str, Any]:
    with here.deck.store.write() as tx:
        try:
            ended = silencing.expire(tx, asked.id, here.who or SOMEBODY, here.now)
        except LookupError as error:
            raise RefusedError(404, str(error)) from None
    return {**_tree(ended), "until": plain.rfc3339(here.now)}


def _tree(one: Stored) -> dict[str, Any]:
    return {
        "id": one.number,
        "match": {key: list(names) for key, names in one.matchers.items()},
        "reason": one.reason,
        "by": one.by,
        "made_at": plain.rfc3339(one.made_at),
        "until": plain.rfc3339(one.until),
    }


ENDPOINTS: list[Endpoint] = [
    reads(
        "/silences",
        "The silences in force, the one that ends first at the top.",
        Nothing,
        Silences,
        listed,
    ),
    acts(
        "POST", "/silences", "From now on nobody is told of this.", Nothing, Silencing, Silence, add
    ),
    acts("DELETE", "/silences/{id}", "End it now.", OneSilence, Nothing, Silence, expire),
]
