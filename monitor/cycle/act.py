"""What a person does about a wait: take it, give it back, or judge that no reply is needed."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from monitor.cycle.desk import Desk
from monitor.cycle.ingest import refold
from monitor.domain.wait import Act, Deed, Dismissal, Status
from monitor.store import posts, waits
from monitor.store.waits import StoredWait


def act(
    tx: sa.Connection,
    desk: Desk,
    number: int,
    deed: Deed,
    *,
    by: str,
    now: datetime,
    reason: Dismissal | None = None,
    note: str | None = None,
) -> StoredWait:
    """Do it, and give the wait as it stands afterwards. The act holds for the post that opened the
    wait, so it survives whatever history does to the wait's number.

    Raises LookupError where the account has no such wait.
    """
    wait = standing(tx, desk.id, number)
    waits.add_act(tx, desk.id, Act(0, wait.opened_by, deed, now, by, reason), note)
    refold(tx, desk, posts.find(tx, desk.id, [wait.opened_by]), now)
    return standing(tx, desk.id, wait.number)


def standing(tx: sa.Connection, account_id: int, number: int) -> StoredWait:
    """A wait by its number, or the one into which it was merged."""
    wait = waits.one(tx, account_id, number)
    while wait.status is Status.MERGED:
        wait = waits.one(tx, account_id, wait.columns["merged_into"])
    return wait
