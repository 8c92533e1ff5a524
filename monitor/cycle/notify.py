"""Tells what the judge wrote: each fact is told, then marked, so at least once."""

from __future__ import annotations

from datetime import datetime

from monitor.ports.notifier import AlertKind, Notice, Notifier
from monitor.store import alerts
from monitor.store.alerts import Untold
from monitor.store.database import Store

_SENTENCES = {
    AlertKind.WARNING: "{customer} waits, and {target} is about to break",
    AlertKind.BREACH: "{customer} was not answered within {target}",
    AlertKind.RECOVERED: "{customer} was answered, after {target} had broken",
    AlertKind.CORRECTED: "{customer}: {target} was not broken after all",
}


def notify(store: Store, notifier: Notifier, now: datetime) -> int:
    """Tell all that is untold; how many were. Late arrivals are written down, but not told."""
    with store.read() as tx:
        untold = alerts.untold(tx)
    for fact in untold:
        if not fact.late_arrival:
            notifier.tell(_notice(fact))
        with store.write() as tx:
            alerts.told(tx, fact.number, now)
    return len(untold)


def _notice(fact: Untold) -> Notice:
    text = _SENTENCES[fact.kind].format(customer=fact.customer, target=fact.target)
    return Notice(fact.key, fact.kind, fact.account, fact.at, f"{text} (wait {fact.wait})")
