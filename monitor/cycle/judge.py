"""All verdicts (rule 7). By the watermark only: what was not observed is not judged.

Verdicts change with the tallies, and facts worth telling are written once; who is told, and
whether, is not known here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from monitor.cycle.counting import Counting
from monitor.cycle.desk import Desk, Watch, desk
from monitor.domain.target import Target, Verdict, judge
from monitor.domain.wait import Status
from monitor.ports.notifier import AlertKind
from monitor.store import accounts, alerts, waits
from monitor.store.alerts import Fact
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
    counting = Counting(desk)
    judged: list[StoredDue] = []
    facts: list[Fact] = []
    for due, wait in waits.to_judge(tx, desk.id, watermark, limit):
        target = desk.targets.get(due.target_id)
        if target is None:  # the account has given this promise up
            judged.append(replace(due, next_at=None))
        elif due.due_at > watermark:
            judged.append(replace(due, next_at=_next_look(due, wait, target, watermark)))
            facts += _warnings(due, wait, target, watermark)
        else:
            verdict = _verdict(due, wait, watermark, now)
            late = was_blind and verdict is Verdict.BREACHED
            after = replace(due, next_at=None, verdict=verdict.value, late_detected=late)
            if wait.live:
                after = replace(after, tallied=counting.take_due(after, target, verdict))
            judged.append(after)
            if wait.live and verdict is Verdict.BREACHED:
                facts.append(_fact(AlertKind.BREACH, due, target, due.due_at))
                facts += _recovery(due, wait, target)
    waits.put_dues(tx, desk.id, judged)
    _tell(tx, desk, facts)
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
    changed: Sequence[StoredWait],
    watermark: datetime | None,
    now: datetime,
    counting: Counting,
) -> None:
    """Look again at what stored waits owe, after history or a reply has changed them."""
    owed = waits.dues_of(tx, [wait.number for wait in changed])
    revised: list[StoredDue] = []
    breaches: list[Fact] = []
    news: list[Fact] = []
    for wait in changed:
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
                if after.verdict == Verdict.BREACHED:
                    breaches.append(_fact(AlertKind.BREACH, after, target, after.due_at))
            if after != due:
                revised.append(after)
            news += _news(due, after, wait, target)
    waits.put_dues(tx, desk.id, revised)
    _tell(tx, desk, breaches)
    _write_news(tx, desk, news)


def forget(tx: sa.Connection, desk: Desk, numbers: Collection[int]) -> None:
    """These waits ceased to exist: what is not judged yet never will be, and what was told of them
    is corrected."""
    owed = [due for dues in waits.dues_of(tx, numbers).values() for due in dues]
    waits.drop_dues(tx, [due for due in owed if due.verdict is None])
    take_back(tx, desk, owed)


def take_back(tx: sa.Connection, desk: Desk, owed: Iterable[StoredDue]) -> None:
    """None of this is owed after all: what was told of it is corrected."""
    facts = [
        _fact(AlertKind.CORRECTED, due, desk.targets[due.target_id], due.due_at)
        for due in owed
        if due.verdict == Verdict.BREACHED and due.target_id in desk.targets
    ]
    _write_news(tx, desk, facts)


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
    return replace(due, verdict=_verdict(due, wait, watermark, now).value, next_at=None)


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


def _warnings(
    due: StoredDue, wait: StoredWait, target: Target, watermark: datetime
) -> Iterator[Fact]:
    """Of several steps passed at once, the last is told."""
    passed = [at for at in _steps(due, wait, target) if at <= watermark]
    if wait.live and wait.status is Status.OPEN and passed:
        fact = _fact(AlertKind.WARNING, due, target, passed[-1])
        yield replace(fact, key=f"{fact.key}/{len(passed)}")


def _news(before: StoredDue, after: StoredDue, wait: StoredWait, target: Target) -> Iterator[Fact]:
    """What those must hear who were told of a breach."""
    if before.verdict != Verdict.BREACHED:
        return
    if after.verdict != Verdict.BREACHED:
        yield _fact(AlertKind.CORRECTED, after, target, after.due_at)
    else:
        yield from _recovery(after, wait, target)


def _recovery(due: StoredDue, wait: StoredWait, target: Target) -> Iterator[Fact]:
    if wait.answered_at:
        yield _fact(AlertKind.RECOVERED, due, target, wait.answered_at)


def _write_news(tx: sa.Connection, desk: Desk, facts: Iterable[Fact]) -> None:
    about = {
        _key(AlertKind.BREACH, fact.wait, desk.targets[fact.target_id]): fact for fact in facts
    }
    told = alerts.standing(tx, about.keys()) if about else set()
    _tell(tx, desk, [fact for key, fact in about.items() if key in told])


def _tell(tx: sa.Connection, desk: Desk, facts: Iterable[Fact]) -> None:
    if not desk.is_silent:
        alerts.write(tx, desk.id, facts)


def _fact(kind: AlertKind, due: StoredDue, target: Target, at: datetime) -> Fact:
    return Fact(_key(kind, due.wait, target), kind, due.wait, due.target_id, at)


def _key(kind: AlertKind, wait: int, target: Target) -> str:
    return f"{kind.value}/{wait}/{target.name}"
