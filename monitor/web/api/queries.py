"""What many requests ask in the same words: which accounts, from when until when."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Annotated, TypeVar

import sqlalchemy as sa
from pydantic import Field, StringConstraints, WithJsonSchema

from monitor.report.moments import moment
from monitor.report.numbers import Subject
from monitor.report.subjects import subjects
from monitor.store.history import Window
from monitor.web.api.endpoint import Here, Inputs
from monitor.web.problem import RefusedError

Word = Annotated[
    str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f-\x9f]+$", min_length=1, max_length=500)
]
"""A name or an id, as a query holds it."""

_MOMENT = {
    "anyOf": [
        {"type": "string", "format": "date"},
        {"type": "string", "format": "date-time"},
        {"type": "string", "pattern": "^(?=.)([0-9]{1,4}d)?([0-9]{1,4}h)?([0-9]{1,4}m)?$"},
    ],
    "description": "A day (its first instant in the configured time zone), RFC 3339, or a span"
    " back from now such as 7d.",
    "examples": ["2026-03-02", "2026-03-02T10:00:00Z", "7d"],
}
Moment = Annotated[Word, WithJsonSchema(_MOMENT)]

AccountNames = Annotated[
    tuple[Word, ...], Field(description="Of these accounts only; all unless given.")
]

Known = TypeVar("Known")


class Bounded(Inputs):
    """A window of time."""

    since: Annotated[Moment | None, Field(description="Opened then or later.")] = None
    until: Annotated[Moment | None, Field(description="Opened before.")] = None

    def window(self, here: Here) -> Window:
        """Raises RefusedError."""
        zone = here.deck.config.timezone

        def read(told: str | None) -> datetime | None:
            return moment(told.replace(" ", "+"), zone, here.now) if told else None

        try:
            found = Window(read(self.since), read(self.until))
        except ValueError as error:
            raise RefusedError(422, str(error)) from None
        if found.since and found.until and found.until <= found.since:
            raise RefusedError(422, "until must lie after since")
        return found


def chosen(tx: sa.Connection, here: Here, names: Collection[str]) -> list[Subject]:
    """The accounts of these names, or all. Raises RefusedError."""
    return among("account", names, subjects(tx, here.deck.config))


def among(word: str, names: Collection[str], known: Mapping[str, Known]) -> list[Known]:
    """What is known by these names, each once; or all. Raises RefusedError for another name."""
    for name in names:
        if name not in known:
            there = ", ".join(known) or "none"
            raise RefusedError(422, f'there is no {word} "{name}"; there are: {there}')
    return [known[name] for name in dict.fromkeys(names or known)]
