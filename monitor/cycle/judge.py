"""All verdicts (rule 7). By the watermark only: what was not observed is not judged.

Verdicts change with the tallies, and facts worth telling are written once; who is told, and
whether, is not known here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from monitor.cycle.counting import Counting
from monitor.cycle.desk import Desk, Watch, desk
from monitor.cycle.facts import Facts
from monitor.domain.target import Target, Verdict, judge
from monitor.domain.wait import Status
from monitor.store import accounts, waits
from monitor.store.database import Store
from monitor.store.waits import StoredDue, StoredWait

AT_ONCE = 1_000
"""Dues that a transaction judges of a long history: it lets the daemon in between."""


def judge_account(
    tx: sa.Connection,
    desk: Desk,
    watermark: datetime,
    now: datetime,
    *,
    was_blind: bool,
    limit: int | None = None,
) -> int:
    """Judge what the watermark has reached, the earliest `limit` of it; how much that was.

    `was_blind`: the poll ended a span of blindness.
    """
    counting, facts = Counting(desk), Facts(desk)
    judged: list[StoredDue] = []
    for due, wait in waits.to_judge(tx, desk.id, watermark, limit):
        target = desk.targets.get(due.target_id)
        if target is None:  # the account has given this promise up
            judged.append(replace(due, next_at=None))
        elif due.due_at > watermark:
            judged.append(replace(due, next_at=_next_look(due, wait, target, watermark)))
            steps = _steps(due, wait, target)
            facts.warn(due, wait, [at for at in steps if at <= watermark])
        else:
            verdict = _verdict(due, wait, watermark, now)
            late = was_blind and verdict is Verdict.BREACHED
            after = due.judged(verdict.value, late=late)
            if wait.live:
                after = replace(after, tallied=counting.take_due(after, target, verdict))
            judged.append(after)
            facts.turn(due, after, wait, wait)
    waits.put_dues(tx, desk.id, judged)
    facts.write(tx, now)
    counting.write(tx)
    return len(judged)


def judge_history(store: Store, watch: Watch, now: datetime) -> None:
    """Judge what an import or a refold has brought, a part a transaction."""
    more = True
    while more:
        with store.write() as tx:
            here = desk(watch, accounts.held(tx, watch.name))
            watermark = accounts.watermark(tx, here.id)
            more = watermark is not None and bool(
                judge_account(tx, here, watermark, now, was_blind=False, limit=AT_ONCE)
            )


def revise(
    tx: sa.Connection,
    desk: Desk,
    changed: Sequence[tuple[StoredWait, StoredWait]],
    watermark: datetime | None,
    now: datetime,
    counting: Counting,
) -> None:
    """Look again at what stored waits owe, after history or a reply has changed them. `changed`:
    as they were, and as they are."""
    owed = waits.dues_of(tx, [wait.number for _, wait in changed])
    revised: list[StoredDue] = []
    facts = Facts(desk)
    for before, wait in changed:
        for due in owed.get(wait.number, ()):
            target = desk.targets.get(due.target_id)
            if target is None:
                continue
            after = _revised(due, wait, target, watermark, now)
            if after.verdict and after.verdict != due.verdict and wait.live:
                counting.correct(target, Verdict(after.verdict))
                after = replace(
                    after, tallied=counting.take_due(after, target, Verdict(after.verdict))
                )
            if after != due:
                revised.append(after)
            facts.turn(due, after, before, wait)
    waits.put_dues(tx, desk.id, revised)
    facts.write(tx, now)


def forget(tx: sa.Connection, desk: Desk, numbers: Collection[int], now: datetime) -> None:
    """These waits ceased to exist: what is not judged yet never will be, and what was told of them
    is corrected."""
    owed = [due for dues in waits.dues_of(tx, numbers).values() for due in dues]
    waits.drop_dues(tx, [due for due in owed if due.verdict is None])
    take_back(tx, desk, owed, now)


def take_back(tx: sa.Connection, desk: Desk, owed: Iterable[StoredDue], now: datetime) -> None:
    """None of this is owed after all: what was told of it is corrected."""
    facts = Facts(desk)
    for due in owed:
        if due.target_id in desk.targets:
            facts.turn(due, due, None, None)
    facts.write(tx, now)


def _verdict(
    due: StoredDue, wait: StoredWait, watermark: datetime | None, now: datetime
) -> Verdict:
    return judge(due.due_at, wait.answered_at, wait.ended_at, watermark, now)


def _revised(
    due: StoredDue, wait: StoredWait, target: Target, watermark: datetime | None, now: datetime
) -> StoredDue:
    if due.verdict is None:
        following = _next_look(due, wait, target, watermark)
        if due.next_at and wait.status is Status.OPEN:
            following = min(due.next_at, following)
        return replace(due, next_at=following)
    if watermark is None or watermark < due.due_at:  # its beginning has moved
        return replace(due, verdict=None, next_at=due.next_at or due.due_at)
    verdict = _verdict(due, wait, watermark, now)
    return due.judged(verdict.value, late=due.late_detected)


def _next_look(
    due: StoredDue, wait: StoredWait, target: Target, watermark: datetime | None
) -> datetime:
    if wait.status is not Status.OPEN:
        return due.due_at
    steps = _steps(due, wait, target)
    return min((at for at in steps if watermark is None or at > watermark), default=due.due_at)


def _steps(due: StoredDue, wait: StoredWait, target: Target) -> list[datetime]:
    """When to warn, by the settings now in force; the due instant stays what it was."""
    try:
        return [at for at in target.warnings(wait.opened_at) if at < due.due_at]
    except ValueError:  # its calendar has no hours any more
        return []
