"""Waits, what they are due under which target, and what people did about them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from monitor.domain.value import value
from monitor.domain.wait import Act, Deed, Dismissal, Status
from monitor.store import lean
from monitor.store.instants import instant, instant_or_none, micros
from monitor.store.schema import IS_OPEN, act, due, node, post, wait
from monitor.store.upsert import Row, insert_many, update_many, upsert

MOST = 2**31 - 1
"""Rows at once, where there is no limit: more than there will be."""


@value()
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

    @property
    def nudges(self) -> int:
        return int(self.columns["nudges"])

    @property
    def last_nudge_at(self) -> datetime | None:
        return instant_or_none(self.columns["last_nudge_at"])


_STATUSES = {each.value: each for each in Status}


def stored(columns: Mapping[Any, Any]) -> StoredWait:
    """A wait from its row."""
    return StoredWait(
        number=columns["number"],
        opened_by=columns["opened_by"],
        opened_at=instant(columns["opened_at"]),
        status=_STATUSES[columns["status"]],
        live=bool(columns["live"]),
        late_arrival=bool(columns["late_arrival"]),
        tallied=columns["tallied"],
        columns=columns,
    )


@value()
class StoredDue:
    """What a wait owes under one target. `verdict` stands once it is judged."""

    wait: int
    target_id: int
    due_at: datetime
    next_at: datetime | None
    verdict: str | None = None
    late_detected: bool = False
    tallied: int = 0

    def judged(self, verdict: str, *, late: bool) -> StoredDue:
        """With its verdict, and nothing more to look at."""
        return StoredDue(self.wait, self.target_id, self.due_at, None, verdict, late, self.tallied)


def in_conversations(
    tx: sa.Connection, account_id: int, conversations: Iterable[str]
) -> list[StoredWait]:
    """All stored waits of these conversations, those that ceased to exist too; but none whose
    opener was removed by age: what has become of it is settled."""
    rows = lean.rows_among(tx, _IN_CONVERSATIONS, {"of": account_id}, conversations)
    return [stored(row._asdict()) for row in rows]


_OF_CONVERSATIONS = (node.c.account_id == sa.bindparam("of")) & node.c.conversation.in_(lean.NAMES)
_IN_CONVERSATIONS = (
    sa.select(wait)
    .join(
        node,
        (node.c.account_id == wait.c.account_id) & (node.c.native_id == wait.c.opened_by),
    )
    .join(
        post,
        (post.c.account_id == wait.c.account_id) & (post.c.native_id == wait.c.opened_by),
    )
    .where(_OF_CONVERSATIONS)
)


def one(tx: sa.Connection, account_id: int, number: int) -> StoredWait:
    """Raises LookupError where the account has no wait of that number."""
    query = sa.select(wait).where(wait.c.account_id == account_id, wait.c.number == number)
    row = tx.execute(query).mappings().one_or_none()
    if row is None:
        raise LookupError(f"there is no wait {number}")
    return stored(row)


def insert(tx: sa.Connection, rows: Sequence[Row]) -> list[int]:
    """Store new waits of one account; their numbers, in the order of the rows."""
    if not rows:
        return []
    insert_many(tx, wait, rows)
    openers = [row["opened_by"] for row in rows]
    numbers = dict(lean.rows_among(tx, _NUMBERS, {"of": rows[0]["account_id"]}, openers))
    return [numbers[opener] for opener in openers]


_NUMBERS = sa.select(wait.c.opened_by, wait.c.number).where(
    wait.c.account_id == sa.bindparam("of"),
    wait.c.opened_by.in_(lean.NAMES),
)


def update(tx: sa.Connection, rows: Sequence[Row]) -> None:
    """Rows hold `number` and the same columns to set."""
    update_many(tx, wait, "number", rows)


def dues_of(tx: sa.Connection, numbers: Iterable[int]) -> dict[int, list[StoredDue]]:
    """What these waits owe, by number."""
    found: dict[int, list[StoredDue]] = {}
    for row in lean.rows_among(tx, _DUES_OF, {}, numbers):
        found.setdefault(row.wait, []).append(_due(row))
    return found


_DUES_OF = sa.select(due).where(due.c.wait.in_(lean.NAMES))


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


def hold_again(tx: sa.Connection, account_id: int, targets: Collection[int]) -> None:
    """Judge open waits by these targets again where nobody was to look at that any more."""
    theirs = sa.select(wait.c.number).where(wait.c.account_id == account_id, IS_OPEN)
    given_up = due.c.verdict.is_(None) & due.c.next_at.is_(None)
    tx.execute(
        sa.update(due)
        .where(due.c.wait.in_(theirs), due.c.target_id.in_(sorted(targets)), given_up)
        .values(next_at=due.c.due_at)
    )


def to_judge(
    tx: sa.Connection, account_id: int, watermark: datetime, limit: int | None = None
) -> list[tuple[StoredDue, StoredWait]]:
    """The dues whose next instant the watermark has reached, the earliest first. Of the waits'
    columns there are those that a verdict needs."""
    asked = {"of": account_id, "until": micros(watermark), "most": limit or MOST}
    rows = lean.rows(tx, _TO_JUDGE, asked)
    return [(_due(row), stored(dict(zip(_JUDGED, row[_DUE_WIDTH:], strict=True)))) for row in rows]


_JUDGED = {
    column.name: column.label(f"wait_{column.name}")
    for column in (
        wait.c.number,
        wait.c.opened_by,
        wait.c.opened_at,
        wait.c.answered_at,
        wait.c.ended_at,
        wait.c.nudges,
        wait.c.last_nudge_at,
        wait.c.status,
        wait.c.live,
        wait.c.late_arrival,
        wait.c.tallied,
    )
}
_DUE_WIDTH = len(due.c)
_TO_JUDGE = (
    sa.select(due, *_JUDGED.values())
    .join(wait, wait.c.number == due.c.wait)
    .where(due.c.account_id == sa.bindparam("of"), due.c.next_at <= sa.bindparam("until"))
    .order_by(due.c.next_at, due.c.wait, due.c.target_id)
    .limit(sa.bindparam("most"))
)


def next_instant(tx: sa.Connection, account_id: int, after: datetime) -> datetime | None:
    """The next instant at which an open wait must be looked at: a warning's, or when it is due."""
    return instant_or_none(
        lean.scalar(tx, _NEXT_INSTANT, {"of": account_id, "after": micros(after)})
    )


def due_instants(
    tx: sa.Connection, account_id: int, after: datetime, until: datetime
) -> list[datetime]:
    """When open waits are due, the earliest first."""
    asked = {"of": account_id, "after": micros(after), "until": micros(until)}
    return [instant(row.due_at) for row in lean.rows(tx, _DUE_INSTANTS, asked)]


_AHEAD = (
    due.c.account_id == sa.bindparam("of"),
    due.c.next_at > sa.bindparam("after"),
    IS_OPEN,
)
_JOINED = due.join(wait, wait.c.number == due.c.wait)
_NEXT_INSTANT = (
    sa.select(due.c.next_at).select_from(_JOINED).where(*_AHEAD).order_by(due.c.next_at).limit(1)
)
_DUE_INSTANTS = (
    sa.select(due.c.due_at)
    .select_from(_JOINED)
    .where(*_AHEAD, due.c.next_at <= sa.bindparam("until"), due.c.due_at <= sa.bindparam("until"))
    .order_by(due.c.due_at)
)


def links_to_judge(
    tx: sa.Connection, account_id: int, until: datetime, limit: int, promises: int
) -> list[str]:
    """The posts to show of open waits that have an instant up to `until`, the most urgent first.
    `promises`: under so many a wait may stand now."""
    most = max(promises, _MOST_PROMISES) * limit
    asked = {"of": account_id, "until": micros(until), "most": most}
    links = dict.fromkeys(row.link for row in lean.rows(tx, _LINKS_TO_JUDGE, asked))
    return list(links)[:limit]


_MOST_PROMISES = 8
"""Under so many a wait may have stood: what is not promised any more is looked at, too."""

_LINKS_TO_JUDGE = (  # in the order of the index: to group them costs time even where there are none
    sa.select(wait.c.link)
    .join(due, due.c.wait == wait.c.number)
    .where(
        due.c.account_id == sa.bindparam("of"),
        due.c.next_at <= sa.bindparam("until"),
        IS_OPEN,
    )
    .order_by(due.c.next_at)
    .limit(sa.bindparam("most"))
)


FOUND_AT = sa.func.coalesce(wait.c.found_at, wait.c.opened_at)
"""When the platform last told of a wait's post, or the wait opened."""


class Turn(NamedTuple):
    """An open wait at whose post it is time to look: the platform told of it last, or the wait was
    opened, then."""

    wait: int
    link: str
    found_at: datetime


def take_turns(
    tx: sa.Connection,
    account_id: int,
    now: datetime,
    *,
    young: datetime,
    often: datetime,
    seldom: datetime,
    limit: int,
) -> list[Turn]:
    """Open waits not looked at since `often` (if opened after `young`) or `seldom`, those first
    that were not for longest. They count as looked at from now on, whatever comes of it: so others
    have their turn."""
    looked_at = sa.func.coalesce(wait.c.looked_at, wait.c.opened_at)
    patience = sa.case((wait.c.opened_at > micros(young), micros(often)), else_=micros(seldom))
    query = (
        sa.select(wait.c.number, wait.c.link, FOUND_AT.label("found_at"))
        .where(
            wait.c.account_id == account_id,
            IS_OPEN,
            looked_at <= patience,
        )
        .order_by(looked_at)
        .limit(limit)
    )
    turns = [Turn(row.number, row.link, instant(row.found_at)) for row in tx.execute(query)]
    update(tx, [{"number": turn.wait, "looked_at": micros(now)} for turn in turns])
    return turns


def note_found(tx: sa.Connection, numbers: Iterable[int], now: datetime) -> None:
    """The platform told of the posts of these waits."""
    update(tx, [{"number": number, "found_at": micros(now)} for number in numbers])


def acts_in(tx: sa.Connection, account_id: int, conversations: Iterable[str]) -> list[Act]:
    """What people did about posts of these conversations."""
    rows = lean.rows_among(tx, _ACTS_IN, {"of": account_id}, conversations)
    return [_act(row) for row in rows]


_ACTS_IN = (
    sa.select(act)
    .join(node, (node.c.account_id == act.c.account_id) & (node.c.native_id == act.c.post_id))
    .where(_OF_CONVERSATIONS)
)


def notes_of(tx: sa.Connection, acts: Iterable[Act]) -> dict[int, str]:
    """What people noted with these acts, by the act's number."""
    found: dict[int, str] = {}
    for part in lean.in_parts([one.number for one in acts]):
        noted = act.c.number.in_(part) & act.c.note.is_not(None)
        found |= {row.number: row.note for row in tx.execute(sa.select(act).where(noted))}
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


def _act(row: Any) -> Act:
    reason = Dismissal(row.reason) if row.reason else None
    return Act(row.number, row.post_id, Deed(row.deed), instant(row.at), row.by, reason)


def _due(row: Any) -> StoredDue:
    return StoredDue(
        wait=row.wait,
        target_id=row.target_id,
        due_at=instant(row.due_at),
        next_at=instant_or_none(row.next_at),
        verdict=row.verdict,
        late_detected=bool(row.late_detected),
        tallied=row.tallied,
    )
