"""What was told of a wait, and to whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from monitor.store.instants import instant, instant_or_none
from monitor.store.schema import alert, message, notice, target


@dataclass(frozen=True, slots=True)
class Hearing:
    """That a notifier was told a fact, or is to be: `turn` counts reminders. `failed` says why it
    could not be told, `dropped` why it is told no more."""

    notifier: str
    turn: int
    not_before: datetime
    told_at: datetime | None
    failed: str | None
    dropped: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """A fact about a wait, of the instant `at`; `told_at` is None until somebody was told."""

    kind: str
    target: str | None
    at: datetime
    told_at: datetime | None
    hearings: Sequence[Hearing] = ()


def told(tx: sa.Connection, number: int) -> list[Told]:
    """The facts that were written about a wait, in order."""
    hearings: dict[int, list[Hearing]] = {}
    for row in tx.execute(_HEARINGS, {"of": number}):
        hearing = Hearing(
            row.notifier,
            row.turn,
            instant(row.not_before),
            instant_or_none(row.told_at),
            row.reason if row.failed_at is not None else None,
            row.dropped,
        )
        hearings.setdefault(row.alert, []).append(hearing)
    return [
        _told(kind, name, at, hearings.get(fact, []))
        for fact, kind, name, at in tx.execute(_FACTS, {"of": number})
    ]


_FACTS = (
    sa.select(alert.c.number, alert.c.kind, target.c.name, alert.c.at)
    .outerjoin(target, target.c.id == alert.c.target_id)
    .where(alert.c.wait == sa.bindparam("of"))
    .order_by(alert.c.at, alert.c.number)
)
_HEARINGS = (
    sa.select(notice, message.c.told_at, message.c.failed_at, message.c.reason)
    .join(alert, alert.c.number == notice.c.alert)
    .outerjoin(message, message.c.number == notice.c.message)
    .where(alert.c.wait == sa.bindparam("of"))
    .order_by(notice.c.number)
)


def _told(kind: str, name: str | None, at: int, hearings: Sequence[Hearing]) -> Told:
    first = min((one.told_at for one in hearings if one.told_at), default=None)
    return Told(kind, name, instant(at), first, hearings)
