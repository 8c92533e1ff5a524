"""That an account cannot be read is worth telling, and that it can be read again."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from monitor.ports.connector import Reason
from monitor.ports.notifier import AlertKind
from monitor.store import alerts
from monitor.store.accounts import AccountRow
from monitor.store.alerts import Fact
from monitor.store.instants import rfc3339

PASSING = 3
"""So many polls must fail in a row: what platforms suffer from mostly passes by itself. A refused
credential does not, and is told at once."""


def note_failure(tx: sa.Connection, row: AccountRow, reason: Reason, now: datetime) -> None:
    """A poll has failed; `row` is the account before it. A credential that is refused after the
    account has failed for another reason is a fact of its own."""
    since = row.failing_since or now
    if reason is not Reason.AUTH and row.failures + 1 < PASSING:
        return
    key = _key(AlertKind.ACCOUNT_FAILING, row, since)
    told = alerts.standing(tx, [key])
    if reason is Reason.AUTH and told and told[key]["reason"] != Reason.AUTH:
        key, since = f"{key}/{Reason.AUTH.value}", now
    fact = Fact(key, AlertKind.ACCOUNT_FAILING, since, details={"reason": reason.value})
    alerts.write(tx, row.id, [fact], now)


def note_success(tx: sa.Connection, row: AccountRow, now: datetime) -> None:
    """A poll has read everything; `row` is the account before it."""
    since = row.failing_since
    if since and alerts.standing(tx, [_key(AlertKind.ACCOUNT_FAILING, row, since)]):
        key = _key(AlertKind.ACCOUNT_RECOVERED, row, since)
        details = {"reason": row.reason}
        fact = Fact(key, AlertKind.ACCOUNT_RECOVERED, now, details=details)
        alerts.write(tx, row.id, [fact], now)


def _key(kind: AlertKind, row: AccountRow, since: datetime) -> str:
    return f"{kind.value}/{row.name}/{rfc3339(since)}"
