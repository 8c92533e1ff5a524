"""What was told of a wait, and to whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from monitor.store.instants import instant, instant_or_none
from monitor.store.schema import alert, target


@dataclass(frozen=True, slots=True)
class Told:
    """A fact about a wait, of the instant `at`; `told_at` is None until somebody was told."""

    kind: str
    target: str | None
    at: datetime
    told_at: datetime | None


def told(tx: sa.Connection, number: int) -> list[Told]:
    """The facts that were written about a wait, in order."""
    query = (
        sa.select(alert.c.kind, target.c.name, alert.c.at, alert.c.told_at)
        .outerjoin(target, target.c.id == alert.c.target_id)
        .where(alert.c.wait == number)
        .order_by(alert.c.at, alert.c.number)
    )
    return [
        Told(kind, name, instant(at), instant_or_none(told_at))
        for kind, name, at, told_at in tx.execute(query)
    ]
