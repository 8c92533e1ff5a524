"""What a person does about a wait: take it, give it back, or judge that no reply is needed."""

from __future__ import annotations

from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import Field, StringConstraints

from monitor.cycle.act import act, standing
from monitor.cycle.desk import Desk, Watch, desk
from monitor.domain.wait import Deed, Dismissal, Status
from monitor.report.listing import described
from monitor.store import accounts, history
from monitor.store.waits import StoredWait
from monitor.web.api.calling import acts
from monitor.web.api.endpoint import Endpoint, Here, Inputs, Nothing
from monitor.web.api.finding import watch_of
from monitor.web.api.shapes import ActedWait, WaitId, acted_tree
from monitor.web.problem import RefusedError

SOMEBODY = "somebody"
"""Who acts where nobody needs to log in."""

Note = Annotated[
    str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f-\x9f]*$", max_length=500, strict=True)
]


class OneWait(Inputs):
    id: WaitId


class Dismissing(Inputs):
    reason: Annotated[Dismissal, Field(description="Why no reply is needed.")]
    note: Annotated[Note | None, Field(description="For those who ask later.")] = None


def ack(here: Here, asked: OneWait, _body: Nothing) -> dict[str, Any]:
    return _done(here, asked.id, Deed.ACK)


def release(here: Here, asked: OneWait, _body: Nothing) -> dict[str, Any]:
    return _done(here, asked.id, Deed.RELEASE)


def dismiss(here: Here, asked: OneWait, body: Dismissing) -> dict[str, Any]:
    return _done(here, asked.id, Deed.DISMISS, body.reason, body.note)


def _done(
    here: Here,
    number: int,
    deed: Deed,
    reason: Dismissal | None = None,
    note: str | None = None,
) -> dict[str, Any]:
    """The wait as it stands afterwards. What is so already is not done again."""
    by = here.who or SOMEBODY
    with here.deck.store.write() as tx:
        place = _desk(tx, watch_of(tx, here, number))
        wait = _open_one(tx, place, number)
        if not _is_so(wait, deed, by):
            wait = act(tx, place, wait.number, deed, by=by, now=here.now, reason=reason, note=note)
        row = history.listed_one(tx, wait.number)
        (listed,) = described(tx, [row], here.now)
    return acted_tree(listed, row)


def _desk(tx: sa.Connection, watch: Watch) -> Desk:
    return desk(watch, accounts.held(tx, watch.name))


def _open_one(tx: sa.Connection, place: Desk, number: int) -> StoredWait:
    """That wait, or the one into which it was merged."""
    wait = standing(tx, place.id, number)
    if wait.status is not Status.OPEN:
        raise RefusedError(409, f"wait {wait.number} is not open any more: it is {wait.status}")
    return wait


def _is_so(wait: StoredWait, deed: Deed, by: str) -> bool:
    holder = wait.columns["acked_by"]
    return (deed is Deed.ACK and holder == by) or (deed is Deed.RELEASE and holder is None)


_ERRORS = {409: "The wait is not open any more, or its account is not configured any more."}

ENDPOINTS: list[Endpoint] = [
    acts(
        "POST",
        "/waits/{id}/ack",
        "Take a wait on: reminders stop, the clock does not.",
        OneWait,
        Nothing,
        ActedWait,
        ack,
        _ERRORS,
    ),
    acts(
        "DELETE", "/waits/{id}/ack", "Give it back.", OneWait, Nothing, ActedWait, release, _ERRORS
    ),
    acts(
        "POST",
        "/waits/{id}/dismiss",
        "Judge that a wait needs no reply. Past its due, the breach stays.",
        OneWait,
        Dismissing,
        ActedWait,
        dismiss,
        _ERRORS,
    ),
]
