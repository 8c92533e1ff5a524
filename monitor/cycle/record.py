"""Folded waits into stored ones: numbers, lengths, what is due, what is counted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import structlog

from monitor.cycle import judge
from monitor.cycle.counting import Counting
from monitor.cycle.desk import Desk
from monitor.cycle.numbering import Gone, Numbered, numbered
from monitor.domain.outcome import Folded
from monitor.domain.target import Target
from monitor.domain.value import value
from monitor.domain.wait import DEFINITION_VERSION, Status, Wait
from monitor.store import accounts, posts, waits
from monitor.store.instants import micros
from monitor.store.posts import KnownRow, StoredPost
from monitor.store.waits import StoredDue, StoredWait

log = structlog.get_logger()


def record(
    tx: sa.Connection,
    desk: Desk,
    folds: Sequence[Folded],
    rows: Mapping[str, KnownRow],
    stored: Iterable[StoredWait],
    changed: Mapping[str, StoredPost],
    now: datetime,
) -> dict[str, int]:
    """Write what these folds say and the store does not say yet; but the bits of the posts that
    stand in more counters than before, which are given back by id.

    `rows`: all posts of the conversations; `stored`: all their stored waits; `changed`: the posts
    that this batch brought.
    """
    counting = Counting(desk)
    for folded in folds:
        counting.take_posts(folded.outcomes, rows, changed)
    kept, gone = numbered([wait for folded in folds for wait in folded.waits], stored)
    changes = [change for each in kept if (change := _change(each))]
    _promise(tx, desk, changes, changed)
    after = _write(tx, desk, changes, counting, now)
    _owe(tx, desk, changes, after, now)
    continued = [
        (change.stored, one) for change, one in zip(changes, after, strict=True) if change.stored
    ]
    judge.revise(tx, desk, continued, accounts.watermark(tx, desk.id), now, counting)
    _let_go(tx, desk, gone, kept, after, now)
    counting.write(tx)
    return counting.post_bits


@value()
class _Promise:
    """Under one target: when a wait is due, and the first instant at which to look at it."""

    target_id: int
    due_at: datetime
    first_at: datetime


@dataclass(slots=True)
class _Change:
    """A wait that is new, or differs from the stored one that it continues.

    Where it begins anew, `opener` and `promises` are known.
    """

    wait: Wait
    stored: StoredWait | None
    columns: dict[str, Any]
    opener: StoredPost | None = None
    promises: Sequence[_Promise] = ()

    @property
    def begins_anew(self) -> bool:
        """Whether it is first stored, or what it owes may have changed with its beginning."""
        if self.stored is None or self.stored.status.is_gone:
            return True
        before = self.stored.columns
        return self.is_moved or any(
            before[name] != self.columns[name] for name in ("kind", "opened_by")
        )

    @property
    def is_moved(self) -> bool:
        """Whether it is first stored, or opened at another instant: only then a due is computed
        (rule 7)."""
        return not self.stored or self.stored.columns["opened_at"] != self.columns["opened_at"]


def _change(each: Numbered) -> _Change | None:
    columns = _columns(each.wait)
    before = each.stored.columns if each.stored else {}
    if each.stored and all(before[name] == value for name, value in columns.items()):
        return None
    return _Change(each.wait, each.stored, columns)


def _columns(wait: Wait) -> dict[str, Any]:
    """What the fold says of a wait, as the table holds it."""
    answered_at = wait.answered_at
    return {
        "opened_by": wait.opened_by,
        "conversation": wait.conversation,
        "customer": wait.customer,
        "customer_handle": wait.customer_handle,
        "kind": wait.kind.value,
        "status": wait.status.value,
        "opened_at": micros(wait.opened_at),
        "auto_replied_at": micros(wait.auto_replied_at),
        "answered_by": wait.answered_by,
        "answered_at": micros(answered_at),
        "reply_class": wait.reply_class.value if wait.reply_class else None,
        "reply_deleted": wait.reply_deleted,
        "attribution": wait.attribution.value,
        "skewed": wait.skewed,
        "ended_at": micros(wait.ended_at),
        "dismissal": wait.dismissal.value if wait.dismissal else None,
        "nudges": wait.nudges,
        "last_nudge_at": micros(wait.last_nudge_at),
        "link": wait.link,
        "acked_by": wait.acked_by,
        "acked_at": micros(wait.acked_at),
        "calendar_span": micros(answered_at - wait.opened_at) if answered_at else None,
        "merged_into": None,
        "definition_version": DEFINITION_VERSION,
    }


def _promise(
    tx: sa.Connection, desk: Desk, changes: Iterable[_Change], changed: Mapping[str, StoredPost]
) -> None:
    """Compute what is due of the waits that begin anew, from the settings now in force."""
    beginning = [change for change in changes if change.begins_anew]
    wanted = {change.wait.opened_by for change in beginning}
    openers = posts.find(tx, desk.id, wanted - changed.keys())
    for change in beginning:
        wait, name = change.wait, change.wait.opened_by
        opener = change.opener = changed.get(name) or openers[name]
        change.promises = [
            promise
            for target_id, target in desk.targets.items()
            if target.applies(wait.kind, opener.versions.first)
            and (promise := _promised(target_id, target, wait.opened_at))
        ]


def _promised(target_id: int, target: Target, opened_at: datetime) -> _Promise | None:
    """None where its calendar has no hours left: what never falls due is not owed. The way in
    must not end there, as everything else of the account would be lost with it."""
    try:
        due_at = target.due(opened_at)
        return _Promise(target_id, due_at, min([*target.warnings(opened_at), due_at]))
    except ValueError:
        log.warning("due.never", target=target.name, opened_at=opened_at.isoformat())
        return None


def _write(
    tx: sa.Connection, desk: Desk, changes: Iterable[_Change], counting: Counting, now: datetime
) -> list[StoredWait]:
    """The changed waits as they stand in the store afterwards, in the same order."""
    rows = [_row(change, desk, counting, now) for change in changes]
    new = [row for row in rows if "number" not in row]
    waits.update(tx, [row for row in rows if "number" in row])
    for row, number in zip(new, waits.insert(tx, new), strict=True):
        row["number"] = number
    return [waits.stored(row) for row in rows]


def _row(change: _Change, desk: Desk, counting: Counting, now: datetime) -> dict[str, Any]:
    wait, stored, opener = change.wait, change.stored, change.opener
    row = {"account_id": desk.id, **change.columns}
    answered_at = wait.answered_at
    business = desk.calendar.between(wait.opened_at, answered_at) if answered_at else None
    row["business_span"] = micros(business)
    if stored:
        row |= {
            name: stored.columns[name] for name in ("number", "live", "late_arrival", "tallied")
        }
    if desk.is_silent:
        row = {"live": False, "late_arrival": False, **row}
    elif opener:
        # An edit or a late parent can make a mention of what was seen long before.
        known_at = now if change.is_moved else opener.seen_at
        earliest = min((promise.first_at for promise in change.promises), default=known_at)
        row["live"] = opener.live and desk.is_live(wait.opened_at)
        row["late_arrival"] = row["live"] and known_at > earliest
    row["tallied"] = counting.take_wait(wait, row, stored.tallied if stored else 0)
    return row


def _owe(
    tx: sa.Connection,
    desk: Desk,
    changes: Iterable[_Change],
    after: Iterable[StoredWait],
    now: datetime,
) -> None:
    """Write the dues of the waits that begin anew. What was judged and counted is kept for
    `judge.revise` to look at again."""
    owing = [(change, one) for change, one in zip(changes, after, strict=True) if change.opener]
    before = waits.dues_of(tx, [one.number for change, one in owing if change.stored])
    put: list[StoredDue] = []
    dropped: list[StoredDue] = []
    for change, one in owing:
        known = {due.target_id: due for due in before.get(one.number, ())}
        for promise in change.promises:
            old = known.pop(promise.target_id, None)
            if old and not change.is_moved:
                continue
            due = StoredDue(one.number, promise.target_id, promise.due_at, promise.first_at)
            put.append(replace(due, verdict=old.verdict, tallied=old.tallied) if old else due)
        dropped += known.values()
    judge.take_back(tx, desk, dropped, now)
    waits.drop_dues(tx, dropped)
    waits.put_dues(tx, desk.id, put)


def _let_go(
    tx: sa.Connection,
    desk: Desk,
    gone: Iterable[Gone],
    kept: Iterable[Numbered],
    after: Collection[StoredWait],
    now: datetime,
) -> None:
    """Keep on record the waits that ceased to exist, and judge them no more."""
    numbers = {each.wait.opened_by: each.stored.number for each in kept if each.stored}
    numbers |= {one.opened_by: one.number for one in after}
    leaving = {}
    for each in gone:
        into = numbers[each.into] if each.into else None
        status = Status.MERGED if into else Status.WITHDRAWN
        if (each.stored.status, each.stored.columns["merged_into"]) != (status, into):
            leaving[each.stored.number] = {"status": status.value, "merged_into": into}
    waits.update(tx, [{"number": number, **row} for number, row in leaving.items()])
    judge.forget(tx, desk, leaving, now)
