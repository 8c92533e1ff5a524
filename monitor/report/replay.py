"""The same waits under another promise. Writes nothing."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import sqlalchemy as sa

from monitor.domain.post import EARLIEST
from monitor.domain.target import Metric, Target, judge
from monitor.domain.wait import Kind
from monitor.report.numbers import Asked, Attained
from monitor.store import accounts, history
from monitor.store.history import Window

_JUDGES = {Metric.FIRST_REPLY: Kind.FIRST, Metric.NEXT_REPLY: Kind.FOLLOW_UP}


def replayed(
    tx: sa.Connection, account: str, asked: Asked, promise: Target, now: datetime
) -> Attained:
    """What this promise would have given, had it been in force. Its filter is not looked at.

    Raises LookupError where the database has no such account.
    """
    account_id = accounts.one(tx, account).id
    watermark = accounts.watermark(tx, account_id)
    window = Window(asked.since, asked.until, watermark or EARLIEST)
    wanted = _JUDGES[promise.metric]
    verdicts = Counter(
        judge(promise.due(wait.opened_at), wait.answered_at, wait.ended_at, watermark, now)
        for wait in history.opened(tx, account_id, window)
        if wait.kind is wanted
    )
    return Attained(
        promise.name, promise.metric, promise.within, float(promise.objective), verdicts
    )
