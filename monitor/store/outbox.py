"""Notices: that one notifier is to be told one fact. They are gathered into messages, or dropped.

Who decides about a notifier's notices holds it (`held`), so that of several processes one does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.store import lean
from monitor.store.instants import instant, micros
from monitor.store.schema import alert, message, notice, notifier_tally
from monitor.store.upsert import insert_missing


@dataclass(frozen=True, slots=True)
class Notice:
    """`after`: the route's; `turn`: the how manieth reminder, 0 where it is the first word."""

    alert: int
    notifier: str
    route: str
    after: timedelta
    turn: int
    not_before: datetime


@dataclass(frozen=True, slots=True)
class Pending:
    """A notice that is in no message yet."""

    number: int
    alert: int
    after: timedelta
    turn: int
    not_before: datetime


@dataclass(frozen=True, slots=True)
class Group:
    """What one notifier is told by one route: it is gathered together."""

    notifier: str
    route: str


def ensure(tx: sa.Connection, notifiers: Iterable[str]) -> None:
    """Have a row for each, to hold and to count in."""
    rows = [{"notifier": name, "reason": "", "value": 0} for name in notifiers]
    insert_missing(tx, notifier_tally, rows)


def held(tx: sa.Connection, notifier: str) -> None:
    """From here to the end of the transaction nobody else decides about this notifier."""
    tx.execute(_HELD, {"of": notifier}).all()


_HELD = (
    sa.select(notifier_tally.c.notifier)
    .where(notifier_tally.c.notifier == sa.bindparam("of"), notifier_tally.c.reason == "")
    .with_for_update()
)


def hold_all(tx: sa.Connection) -> None:
    """From here on nobody decides about any notifier. Held before an account is, never after."""
    whole = sa.select(notifier_tally.c.notifier).where(notifier_tally.c.reason == "")
    tx.execute(whole.order_by(notifier_tally.c.notifier).with_for_update()).all()


def add(tx: sa.Connection, notices: Iterable[Notice]) -> None:
    """Those that stand already are left as they are."""
    rows = [
        {
            "alert": one.alert,
            "notifier": one.notifier,
            "after": micros(one.after),
            "turn": one.turn,
            "route": one.route,
            "not_before": micros(one.not_before),
        }
        for one in notices
    ]
    insert_missing(tx, notice, rows)


PENDING = notice.c.message.is_(None) & notice.c.dropped.is_(None)
"""Of notices: of which nothing is decided yet."""

_DUE = (
    PENDING
    & (notice.c.not_before <= sa.bindparam("now"))
    & sa.func.coalesce(notice.c.look_again_at <= sa.bindparam("now"), sa.true())
)


def groups(tx: sa.Connection, now: datetime) -> list[Group]:
    """Those in which something is to be decided now."""
    return [Group(*row) for row in tx.execute(_GROUPS, {"now": micros(now)})]


_GROUPS = sa.select(notice.c.notifier, notice.c.route).where(_DUE).distinct()


def pending_groups(tx: sa.Connection) -> list[Group]:
    """Those of which something is to be told, now or later."""
    query = sa.select(notice.c.notifier, notice.c.route).where(PENDING).distinct()
    return [Group(*row) for row in tx.execute(query)]


def gathered(tx: sa.Connection, group: Group, now: datetime, limit: int) -> list[Pending]:
    """What is to be decided in a group, the oldest first."""
    asked = {"now": micros(now), "to": group.notifier, "by": group.route, "most": limit}
    return [
        Pending(
            row.number,
            row.alert,
            timedelta(microseconds=row.after),
            row.turn,
            instant(row.not_before),
        )
        for row in tx.execute(_GATHERED, asked)
    ]


_OF_GROUP = (notice.c.notifier == sa.bindparam("to")) & (notice.c.route == sa.bindparam("by"))
_GATHERED = (
    sa.select(notice)
    .where(_DUE, _OF_GROUP)
    .order_by(notice.c.not_before, notice.c.number)
    .limit(sa.bindparam("most"))
)


def drop(tx: sa.Connection, reasons: Mapping[int, str]) -> None:
    """These notices are told no more, and why."""
    by_reason: dict[str, list[int]] = {}
    for number, reason in reasons.items():
        by_reason.setdefault(reason, []).append(number)
    for reason, numbers in by_reason.items():
        for part in lean.in_parts(numbers):
            gone = sa.update(notice).where(notice.c.number.in_(part))
            tx.execute(gone.values(dropped=reason))


def look_again(tx: sa.Connection, numbers: Iterable[int], at: datetime) -> None:
    """Nothing is to be decided about these before then."""
    for part in lean.in_parts(numbers):
        later = sa.update(notice).where(notice.c.number.in_(part))
        tx.execute(later.values(look_again_at=micros(at)))


def look_at_all_again(tx: sa.Connection) -> None:
    """What keeps notices back has changed."""
    waiting = PENDING & notice.c.look_again_at.is_not(None)
    tx.execute(sa.update(notice).where(waiting).values(look_again_at=None))


def unroute(tx: sa.Connection, group: Group) -> int:
    """The route is not in force any more: who is told is to be decided anew, of what nobody was
    told yet. Reminders end. How many facts that is."""
    asked = {"to": group.notifier, "by": group.route}
    pending = sa.select(notice.c.alert).where(PENDING, _OF_GROUP, notice.c.turn == 0)
    alerts = tx.scalars(pending, asked).all()
    tx.execute(sa.delete(notice).where(PENDING, _OF_GROUP), asked)
    for part in lean.in_parts(alerts):
        tx.execute(sa.update(alert).where(alert.c.number.in_(part)).values(routed_at=None))
    return len(alerts)


def heard(tx: sa.Connection, notifier: str, keys: Iterable[str]) -> dict[str, bool]:
    """Which of these facts the notifier was told (True), or is being told."""
    found: dict[str, bool] = {}
    for part in lean.in_parts(keys):
        query = (
            sa.select(alert.c.key, message.c.told_at)
            .join(notice, notice.c.alert == alert.c.number)
            .join(message, message.c.number == notice.c.message)
            .where(
                alert.c.key.in_(part),
                notice.c.notifier == notifier,
                message.c.failed_at.is_(None),
            )
        )
        for key, told_at in tx.execute(query):
            found[key] = found.get(key, False) or told_at is not None
    return found


def first_words(tx: sa.Connection, alerts: Iterable[int]) -> dict[tuple[int, str], list[timedelta]]:
    """Of these facts, by fact and notifier: after how long it was told, or is being told, first and
    to escalate. Reminders are none."""
    found: dict[tuple[int, str], list[timedelta]] = {}
    for part in lean.in_parts(alerts):
        query = (
            sa.select(notice.c.alert, notice.c.notifier, notice.c.after)
            .join(message, message.c.number == notice.c.message)
            .where(notice.c.alert.in_(part), notice.c.turn == 0, message.c.failed_at.is_(None))
        )
        for number, notifier, after in tx.execute(query):
            found.setdefault((number, notifier), []).append(timedelta(microseconds=after))
    return found


def of_message(tx: sa.Connection, number: int) -> list[Notice]:
    """What a message tells."""
    return [
        Notice(
            row.alert,
            row.notifier,
            row.route,
            timedelta(microseconds=row.after),
            row.turn,
            instant(row.not_before),
        )
        for row in tx.execute(sa.select(notice).where(notice.c.message == number))
    ]


def forget_reminders(tx: sa.Connection, number: int, before: datetime) -> None:
    """What a message reminds of was reminded of before: those reminders are removed that were told
    before then, and messages that tell nothing else. The first word and the last ones stay."""
    newer, older = notice.alias("newer"), notice.alias("older")
    query = (
        sa.select(older.c.number, older.c.message)
        .join(newer, sa.and_(*(newer.c[name] == older.c[name] for name in _OF_FACT)))
        .join(message, message.c.number == older.c.message)
        .where(
            newer.c.message == number,
            older.c.turn > 0,
            older.c.turn < newer.c.turn,
            message.c.told_at < micros(before),
        )
    )
    rows = tx.execute(query).all()
    for part in lean.in_parts(row.number for row in rows):
        tx.execute(sa.delete(notice).where(notice.c.number.in_(part)))
    _forget_messages(tx, {row.message for row in rows})


_OF_FACT = ("alert", "notifier", "after")


def forget(tx: sa.Connection, alerts: Collection[int]) -> None:
    """Whom these facts were told is not asked for any more, nor are messages that tell nothing
    else."""
    theirs = notice.c.alert.in_(alerts)
    told = tx.scalars(sa.select(notice.c.message).where(theirs, notice.c.message.is_not(None)))
    numbers = {*told}
    tx.execute(sa.delete(notice).where(theirs))
    _forget_messages(tx, numbers)


def _forget_messages(tx: sa.Connection, numbers: Iterable[int]) -> None:
    """Those that tell nothing, and older ones of their groups that tell nothing either; but the
    last of a group, by which the next is timed, stays."""
    newer = message.alias()
    followed = sa.exists().where(
        newer.c.notifier == message.c.notifier,
        newer.c.route == message.c.route,
        newer.c.composed_at > message.c.composed_at,
    )
    tells = sa.exists().where(notice.c.message == message.c.number)
    group = (message.c.notifier, message.c.route)
    for part in lean.in_parts(numbers):
        until = sa.select(*group, sa.func.max(message.c.composed_at)).group_by(*group)
        for notifier, route, last in tx.execute(until.where(message.c.number.in_(part))).all():
            theirs = (message.c.notifier == notifier) & (message.c.route == route)
            old = theirs & (message.c.composed_at <= last)
            tx.execute(sa.delete(message).where(old, ~tells, followed))
