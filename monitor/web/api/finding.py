"""Finds what a request names, or says that it is not there."""

from __future__ import annotations

import sqlalchemy as sa

from monitor.cycle.desk import Watch
from monitor.store import history
from monitor.web.api.endpoint import Here
from monitor.web.problem import RefusedError


def watch_of(tx: sa.Connection, here: Here, number: int) -> Watch:
    """The account that a wait belongs to. Raises RefusedError: 404, or 409 where it is stored but
    not configured any more."""
    try:
        name = history.account_of(tx, number)
    except LookupError as error:
        raise RefusedError(404, str(error)) from None
    watch = here.deck.watches.get(name)
    if watch is None:
        raise RefusedError(409, f'the configuration has no account "{name}" any more')
    return watch


def watch_called(here: Here, name: str) -> Watch:
    """Raises RefusedError: 404."""
    watch = here.deck.watches.get(name)
    if watch is None:
        there = ", ".join(here.deck.watches)
        raise RefusedError(404, f"no account of this name is configured here; there are: {there}")
    return watch
