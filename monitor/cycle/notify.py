"""Tells what the judge wrote: each fact is told, then marked, so at least once.

Before that it is taken for a while, so that of two processes only one tells it.
"""

from __future__ import annotations

from datetime import datetime

from monitor.ports.notifier import AlertKind, Notice, Notifier
from monitor.store import alerts, lease
from monitor.store.alerts import Untold
from monitor.store.database import Store

_SENTENCES = {
    AlertKind.WARNING: "{customer} waits, and {target} is about to break",
    AlertKind.BREACH: "{customer} was not answered within {target}",
    AlertKind.RECOVERED: "{customer} was answered, after {target} had broken",
    AlertKind.CORRECTED: "{customer}: {target} was not broken after all",
}


def notify(store: Store, notifier: Notifier, now: datetime) -> int:
    """Tell what is untold; how many facts were. Late arrivals are written down, but not told."""
    with store.read() as tx:
        untold = alerts.untold(tx, now)
    if not untold:
        return 0
    with store.write() as tx:
        mine = alerts.take(tx, untold, now, now + lease.TERM)
    for fact in mine:
        if not fact.late_arrival:
            notifier.tell(_notice(fact))
        with store.write() as tx:
            alerts.told(tx, fact.number, now)
    return len(mine)


def _notice(fact: Untold) -> Notice:
    text = _SENTENCES[fact.kind].format(customer=fact.customer, target=fact.target)
    return Notice(fact.key, fact.kind, fact.account, fact.at, f"{text} (wait {fact.wait})")
