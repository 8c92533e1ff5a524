"""Messages: what is told to one notifier at once, kept as it was composed until that is settled.

So it goes out again word for word, under the same key, where a process was killed before it could
note that it had told it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from pydantic import TypeAdapter, ValidationError

from monitor.ports.connector import Reason
from monitor.ports.notifier import Notice
from monitor.store import lean
from monitor.store.instants import instant, micros
from monitor.store.outbox import Group
from monitor.store.schema import message, notice, notifier_tally
from monitor.store.upsert import insert_into

TERM = timedelta(minutes=1)
"""How long a process may take to tell one. Then it is taken for dead, and another tells it."""

_WRITTEN = TypeAdapter(Notice)


@dataclass(frozen=True, slots=True)
class Last:
    """Of a group: when something was last composed, and whether that is settled."""

    composed_at: datetime
    is_settled: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """A message to be told now, by this process alone. `notice` is None where what it said can
    be read no more: it has to be composed again."""

    number: int
    key: str
    notifier: str
    composed_at: datetime
    tries: int
    notice: Notice | None


def new_key() -> str:
    """Unlike that of any message, in whatever database."""
    return secrets.token_hex(16)


def last(tx: sa.Connection, group: Group, until: datetime) -> Last | None:
    """The last one that was composed by then: what seems later was dated by a wrong clock."""
    asked = {"to": group.notifier, "by": group.route, "until": micros(until)}
    row = tx.execute(_LAST, asked).one_or_none()
    return Last(instant(row.composed_at), row.next_try_at is None) if row else None


_LAST = (
    sa.select(message.c.composed_at, message.c.next_try_at)
    .where(
        message.c.notifier == sa.bindparam("to"),
        message.c.route == sa.bindparam("by"),
        message.c.composed_at <= sa.bindparam("until"),
    )
    .order_by(message.c.composed_at.desc(), message.c.number.desc())
    .limit(1)
)


def put(tx: sa.Connection, group: Group, told: Notice, notices: Iterable[int]) -> int:
    """Store a message and what it tells; its number."""
    row = {
        "key": told.key,
        "notifier": group.notifier,
        "route": group.route,
        "composed_at": micros(told.at),
        "next_try_at": micros(told.at),
        "body": _WRITTEN.dump_json(told).decode(),
        "tries": 0,
    }
    stored = tx.execute(sa.insert(message).values(row).returning(message.c.number))
    number: int = stored.scalar_one()
    for part in lean.in_parts(notices):
        tx.execute(sa.update(notice).where(notice.c.number.in_(part)).values(message=number))
    return number


def due(tx: sa.Connection, now: datetime) -> list[str]:
    """The notifiers that have something to tell now."""
    return list(tx.scalars(_DUE_NAMES, {"now": micros(now)}))


_FREE_NOW = sa.func.coalesce(message.c.leased_until <= sa.bindparam("now"), sa.true())
_DUE = (message.c.next_try_at <= sa.bindparam("now")) & _FREE_NOW
_DUE_NAMES = sa.select(message.c.notifier).where(_DUE).distinct()


def keep_back(
    tx: sa.Connection, notifier: str, routes: Sequence[str], now: datetime, until: datetime
) -> None:
    """What it is to be told by these routes now, it is not told before then. Whoever asks holds
    the notifier."""
    theirs = _DUE & (message.c.notifier == notifier) & message.c.route.in_(routes)
    later = sa.update(message).where(theirs).values(next_try_at=micros(until))
    tx.execute(later, {"now": micros(now)})


def take(tx: sa.Connection, notifier: str, holder: str, now: datetime) -> Taken | None:
    """The oldest message that is to be told now. Whoever asks holds the notifier."""
    row = tx.execute(_NEXT, {"now": micros(now), "to": notifier}).one_or_none()
    if row is None:
        return None
    tx.execute(
        sa.update(message)
        .where(message.c.number == row.number)
        .values(
            leased_by=holder,
            leased_until=micros(now + TERM),
            tried_at=micros(now),
            tries=row.tries + 1,
        )
    )
    composed_at = instant(row.composed_at)
    return Taken(row.number, row.key, row.notifier, composed_at, row.tries + 1, _read(row.body))


def _read(body: str | None) -> Notice | None:
    """None where it was erased, or written by a version that had other words for it."""
    try:
        return _WRITTEN.validate_json(body) if body else None
    except ValidationError:
        return None


_NEXT = (
    sa.select(message)
    .where(_DUE, message.c.notifier == sa.bindparam("to"))
    .order_by(message.c.number)
    .limit(1)
)


def tried_since(tx: sa.Connection, notifier: str, since: datetime) -> int:
    """How many messages it was last told, or not, after that."""
    recent = (message.c.notifier == notifier) & (message.c.tried_at > micros(since))
    return tx.scalar(sa.select(sa.func.count()).where(recent)) or 0


_FREE = {"leased_by": None, "leased_until": None}


def told(tx: sa.Connection, number: int, now: datetime) -> bool:
    """Note it; False where another had noted it before."""
    done = {"told_at": micros(now), "next_try_at": None, "body": None, "reason": None}
    return _settle(tx, number, {**done, **_FREE})


def failed(tx: sa.Connection, number: int, reason: Reason, now: datetime) -> bool:
    """It cannot be told: a person has to mend something, or it has become too old."""
    gone = {"failed_at": micros(now), "next_try_at": None, "body": None, "reason": reason.value}
    return _settle(tx, number, {**gone, **_FREE})


def try_again(tx: sa.Connection, number: int, reason: Reason, at: datetime) -> None:
    _settle(tx, number, {"next_try_at": micros(at), "reason": reason.value, **_FREE})


def try_again_soon(tx: sa.Connection, now: datetime, after: datetime) -> None:
    """Have those told now that wait since an instant `after` which nothing can have been tried."""
    waits_since = sa.func.coalesce(message.c.tried_at, message.c.composed_at)
    waiting = message.c.next_try_at.is_not(None) & (waits_since > micros(after))
    tx.execute(sa.update(message).where(waiting).values(next_try_at=micros(now)))


def _settle(tx: sa.Connection, number: int, columns: dict[str, object]) -> bool:
    open_one = (message.c.number == number) & message.c.next_try_at.is_not(None)
    return tx.execute(sa.update(message).where(open_one).values(columns)).rowcount == 1


def release(tx: sa.Connection) -> None:
    """Whoever was telling something has ended: it is free."""
    tx.execute(sa.update(message).where(message.c.leased_by.is_not(None)).values(_FREE))


def take_apart(tx: sa.Connection, numbers: Sequence[int]) -> None:
    """These messages were never told: what they were to tell is to be gathered anew."""
    for part in lean.in_parts(numbers):
        of_them = notice.c.message.in_(part)
        tx.execute(sa.update(notice).where(of_them).values(message=None, look_again_at=None))
        tx.execute(sa.delete(message).where(message.c.number.in_(part)))


def refused_since(tx: sa.Connection, since: datetime) -> list[int]:
    """Messages that a receiver has refused to take: it was not told them."""
    refused = message.c.reason.in_([Reason.AUTH.value, Reason.REJECTED.value])
    recent = message.c.failed_at > micros(since)
    return list(tx.scalars(sa.select(message.c.number).where(refused, recent)))


def to_others_than(tx: sa.Connection, notifiers: Iterable[str], now: datetime) -> list[int]:
    """Messages that nobody tells, and that are to other notifiers than these."""
    return list(tx.scalars(_TO_OTHERS, {"these": [*notifiers], "now": micros(now)}))


_TO_OTHERS = sa.select(message.c.number).where(
    message.c.next_try_at.is_not(None),
    message.c.notifier.not_in(sa.bindparam("these", expanding=True)),
    _FREE_NOW,
)


def forget_words(tx: sa.Connection) -> None:
    """Somebody is erased: messages that are still to be told are composed again when they are."""
    tx.execute(sa.update(message).where(message.c.body.is_not(None)).values(body=None))


def count(tx: sa.Connection, notifier: str, reason: Reason | None) -> None:
    """One message more that was told (None), or that could not be, for this reason."""
    row = {"notifier": notifier, "reason": reason.value if reason else "", "value": 1}
    insert = insert_into(notifier_tally, tx.dialect.name)
    added = {"value": notifier_tally.c.value + insert.excluded.value}
    tx.execute(insert.on_conflict_do_update(index_elements=["notifier", "reason"], set_=added), row)


def counts(tx: sa.Connection) -> dict[tuple[str, str], int]:
    """How many, by notifier and reason; "" stands for those that were told."""
    columns = (notifier_tally.c.notifier, notifier_tally.c.reason, notifier_tally.c.value)
    return {(name, reason): value for name, reason, value in tx.execute(sa.select(*columns))}


def pending(tx: sa.Connection) -> dict[str, int]:
    """How many messages are not settled, by notifier."""
    query = sa.select(message.c.notifier, sa.func.count()).where(message.c.next_try_at.is_not(None))
    return dict(tx.execute(query.group_by(message.c.notifier)).all())
