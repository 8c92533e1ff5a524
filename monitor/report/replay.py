"""The same waits under another promise. Writes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from monitor.domain.post import EARLIEST
from monitor.domain.target import Target, Verdict, judge
from monitor.report.numbers import Asked, Attained
from monitor.report.sums import KINDS
from monitor.store import accounts, history
from monitor.store.history import Narrowing, Owed, Window


def replayed(
    tx: sa.Connection, account: str, asked: Asked, promise: Target, now: datetime
) -> Attained:
    """What this promise would have given, had it been in force. Its filter is not looked at.

    Raises LookupError where the database has no such account.
    """
    account_id = accounts.one(tx, account).id
    watermark = accounts.watermark(tx, account_id)
    window = Window(asked.since, asked.until, watermark or EARLIEST)
    wanted = KINDS[promise.metric]
    verdicts = Counter(
        judge(promise.due(wait.opened_at), wait.answered_at, wait.ended_at, watermark, now)
        for wait in history.opened(tx, account_id, window)
        if wait.kind is wanted
    )
    return Attained(
        promise.name, promise.metric, promise.within, float(promise.objective), verdicts
    )


def tried(
    tx: sa.Connection,
    account: str,
    asked: Asked,
    target_id: int,
    promises: Sequence[Target],
    now: datetime,
) -> list[Counter[Verdict]]:
    """The waits that owe the target of this number, as its filter chose them when they were
    stored, under each of these promises instead; their due instants are reckoned anew.

    Raises LookupError where the database has no such account.
    """
    account_id = accounts.one(tx, account).id
    watermark = accounts.watermark(tx, account_id)
    window = Window(asked.since, asked.until, watermark or EARLIEST)
    narrowed = Narrowing(asked.languages, {target_id})
    found: list[Counter[Verdict]] = [Counter() for _ in promises]
    for due in history.owed(tx, account_id, window, narrowed):
        for promise, verdicts in zip(promises, found, strict=True):
            verdicts[_verdict(promise, due, watermark, now)] += 1
    return found


def _verdict(promise: Target, due: Owed, watermark: datetime | None, now: datetime) -> Verdict:
    if due.answered_at is not None and due.answered_at - due.opened_at <= promise.within:
        return Verdict.MET  # whatever the calendar: closed hours only move the due instant on
    due_at = promise.due(due.opened_at)
    return judge(due_at, due.answered_at, due.ended_at, watermark, now)
