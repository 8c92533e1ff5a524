"""What was told of a wait, and to whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from monitor.store.instants import instant, instant_or_none
from monitor.store.schema import alert, message, notice, target


@dataclass(frozen=True, slots=True)
class Told:
    """A fact about a wait, of the instant `at`, and one notifier that is to be told it: None where
    nobody is. Then it was `told_at` an instant, or `dropped` with the reason, or `failed` for good,
    or it still waits for its turn."""

    kind: str
    target: str | None
    at: datetime
    notifier: str | None = None
    told_at: datetime | None = None
    dropped: str | None = None
    failed: str | None = None


def told(tx: sa.Connection, number: int) -> list[Told]:
    """The facts that were written about a wait, in order, one for each notifier."""
    return [
        Told(
            kind=row.kind,
            target=row.target,
            at=instant(row.at),
            notifier=row.notifier,
            told_at=instant_or_none(row.told_at),
            dropped=row.dropped,
            failed=row.reason if row.failed_at is not None else None,
        )
        for row in tx.execute(_TOLD, {"of": number})
    ]


_TOLD = (
    sa.select(
        alert.c.kind,
        target.c.name.label("target"),
        alert.c.at,
        notice.c.notifier,
        notice.c.dropped,
        message.c.told_at,
        message.c.failed_at,
        message.c.reason,
    )
    .outerjoin(target, target.c.id == alert.c.target_id)
    .outerjoin(notice, notice.c.alert == alert.c.number)
    .outerjoin(message, message.c.number == notice.c.message)
    .where(alert.c.wait == sa.bindparam("of"))
    .order_by(alert.c.at, alert.c.number, notice.c.number)
)
