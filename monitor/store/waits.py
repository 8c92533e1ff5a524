"""Waits, what they are due under which target, and what people did about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.domain.wait import Act, Deed, Dismissal, Status
from monitor.store.instants import instant, instant_or_none, micros
from monitor.store.schema import act, due, node, wait
from monitor.store.upsert import Row, in_parts, upsert


@dataclass(frozen=True, slots=True)
class StoredWait:
    """A wait's row: `columns` are those that the fold and its settings give."""

    number: int
    opened_by: str
    opened_at: datetime
    status: Status
    live: bool
    late_arrival: bool
    tallied: int
    columns: Mapping[Any, Any]

    @property
    def answered_at(self) -> datetime | None:
        return instant_or_none(self.columns["answered_at"])

    @property
    def ended_at(self) -> datetime | None:
        return instant_or_none(self.columns["ended_at"])


def stored(columns: Mapping[Any, Any]) -> StoredWait:
    """A wait from its row."""
    return StoredWait(
        number=columns["number"],
        opened_by=columns["opened_by"],
        opened_at=instant(columns["opened_at"]),
        status=Status(columns["status"]),
        live=columns["live"],
        late_arrival=columns["late_arrival"],
        tallied=columns["tallied"],
        columns=columns,
    )


@dataclass(frozen=True, slots=True)
class StoredDue:
    """What a wait owes under one target. `verdict` stands once it is judged."""

    wait: int
    target_id: int
    due_at: datetime
    next_at: datetime | None
    verdict: str | None = None
    late_detected: bool = False
    tallied: int = 0


def in_conversations(
    tx: sa.Connection, account_id: int, conversations: Iterable[str]
) -> list[StoredWait]:
    """All stored waits of these conversations, those that ceased to exist too."""
    found = []
    for part in in_parts(conversations):
        query = (
            sa.select(wait)
            .join(
                node,
                (node.c.account_id == wait.c.account_id) & (node.c.native_id == wait.c.opened_by),
            )
            .where(node.c.account_id == account_id, node.c.conversation.in_(part))
        )
        found += [stored(row) for row in tx.execute(query).mappings()]
    return found


def one(tx: sa.Connection, account_id: int, number: int) -> StoredWait:
    """Raises LookupError where the account has no wait of that number."""
    query = sa.select(wait).where(wait.c.account_id == account_id, wait.c.number == number)
    row = tx.execute(query).mappings().one_or_none()
    if row is None:
        raise LookupError(f"there is no wait {number}")
    return stored(row)


def insert(tx: sa.Connection, rows: Sequence[Row]) -> list[int]:
    """Store new waits; their numbers, in the order of the rows."""
    if not rows:
        return []
    statement = sa.insert(wait).returning(wait.c.number, sort_by_parameter_order=True)
    return list(tx.scalars(statement, rows))


def update(tx: sa.Connection, rows: Sequence[Row]) -> None:
    """Rows hold `number` and the same columns to set."""
    if rows:
        rows = [
            {"of": row["number"], **{k: v for k, v in row.items() if k != "number"}} for row in rows
        ]
        tx.execute(sa.update(wait).where(wait.c.number == sa.bindparam("of")), rows)


def dues_of(tx: sa.Connection, numbers: Iterable[int]) -> dict[int, list[StoredDue]]:
    """What these waits owe, by number."""
    found: dict[int, list[StoredDue]] = {}
    for part in in_parts(numbers):
        for row in tx.execute(sa.select(due).where(due.c.wait.in_(part))).mappings():
            found.setdefault(row["wait"], []).append(_due(row))
    return found


def put_dues(tx: sa.Connection, account_id: int, dues: Iterable[StoredDue]) -> None:
    upsert(
        tx,
        due,
        [
            {
                "wait": one.wait,
                "target_id": one.target_id,
                "account_id": account_id,
                "due_at": micros(one.due_at),
                "next_at": micros(one.next_at),
                "verdict": one.verdict,
                "late_detected": one.late_detected,
                "tallied": one.tallied,
            }
            for one in dues
        ],
    )


def drop_dues(tx: sa.Connection, dues: Iterable[StoredDue]) -> None:
    for one in dues:
        tx.execute(sa.delete(due).where(due.c.wait == one.wait, due.c.target_id == one.target_id))


def to_judge(
    tx: sa.Connection, account_id: int, watermark: datetime
) -> list[tuple[StoredDue, StoredWait]]:
    """The dues whose next instant the watermark has reached, the earliest first."""
    query = (
        sa.select(due, *(column.label(f"wait_{column.name}") for column in wait.c))
        .join(wait, wait.c.number == due.c.wait)
        .where(due.c.account_id == account_id, due.c.next_at <= micros(watermark))
        .order_by(due.c.next_at, due.c.wait, due.c.target_id)
    )
    return [(_due(row), _labelled(row)) for row in tx.execute(query).mappings()]


def _labelled(columns: Mapping[Any, Any]) -> StoredWait:
    return stored({column.name: columns[f"wait_{column.name}"] for column in wait.c})


def next_instant(
    tx: sa.Connection, account_id: int, after: datetime, least_gap_micros: int
) -> datetime | None:
    """The next instant at which an open wait must be looked at: the latest of those that follow
    the first within the gap, as one look serves them all."""
    open_ones = (
        sa.select(due.c.next_at)
        .join(wait, wait.c.number == due.c.wait)
        .where(
            due.c.account_id == account_id,
            due.c.next_at > micros(after),
            wait.c.status == Status.OPEN.value,
        )
        .order_by(due.c.next_at)
    )
    first = tx.scalar(open_ones.limit(1))
    if first is None:
        return None
    crowd = open_ones.where(due.c.next_at <= first + least_gap_micros).subquery()
    return instant_or_none(tx.scalar(sa.select(sa.func.max(crowd.c.next_at))))


def links_to_judge(tx: sa.Connection, account_id: int, until: datetime, limit: int) -> list[str]:
    """The posts to show of open waits that have an instant up to `until`, the most urgent first."""
    query = (
        sa.select(wait.c.link)
        .join(due, due.c.wait == wait.c.number)
        .where(
            due.c.account_id == account_id,
            due.c.next_at <= micros(until),
            wait.c.status == Status.OPEN.value,
        )
        .group_by(wait.c.number)
        .order_by(sa.func.min(due.c.next_at))
        .limit(limit)
    )
    return list(tx.scalars(query))


def take_links_in_turn(
    tx: sa.Connection,
    account_id: int,
    now: datetime,
    *,
    young: datetime,
    often: datetime,
    seldom: datetime,
    limit: int,
) -> list[str]:
    """The posts to show of open waits not looked at since `often` (if opened after `young`) or
    `seldom`; they count as looked at from now on."""
    looked_at = sa.func.coalesce(wait.c.looked_at, wait.c.opened_at)
    patience = sa.case((wait.c.opened_at > micros(young), micros(often)), else_=micros(seldom))
    query = (
        sa.select(wait.c.number, wait.c.link)
        .where(
            wait.c.account_id == account_id,
            wait.c.status == Status.OPEN.value,
            looked_at <= patience,
        )
        .order_by(looked_at)
        .limit(limit)
    )
    found = tx.execute(query).all()
    numbers = [row.number for row in found]
    for part in in_parts(numbers):
        seen = sa.update(wait).where(wait.c.number.in_(part)).values(looked_at=micros(now))
        tx.execute(seen)
    return [row.link for row in found]


def acts_in(tx: sa.Connection, account_id: int, conversations: Iterable[str]) -> list[Act]:
    """What people did about posts of these conversations."""
    found = []
    for part in in_parts(conversations):
        query = (
            sa.select(act)
            .join(
                node, (node.c.account_id == act.c.account_id) & (node.c.native_id == act.c.post_id)
            )
            .where(node.c.account_id == account_id, node.c.conversation.in_(part))
        )
        found += [_act(row) for row in tx.execute(query)]
    return found


def add_act(tx: sa.Connection, account_id: int, doing: Act, note: str | None = None) -> None:
    """Store an act; its number is given by the table."""
    tx.execute(
        sa.insert(act).values(
            account_id=account_id,
            post_id=doing.post_id,
            deed=doing.deed.value,
            at=micros(doing.at),
            by=doing.by,
            reason=doing.reason.value if doing.reason else None,
            note=note,
        )
    )


def _act(row: sa.Row[Any]) -> Act:
    reason = Dismissal(row.reason) if row.reason else None
    return Act(row.number, row.post_id, Deed(row.deed), instant(row.at), row.by, reason)


def _due(row: Mapping[Any, Any]) -> StoredDue:
    return StoredDue(
        wait=row["wait"],
        target_id=row["target_id"],
        due_at=instant(row["due_at"]),
        next_at=instant_or_none(row["next_at"]),
        verdict=row["verdict"],
        late_detected=row["late_detected"],
        tallied=row["tallied"],
    )
