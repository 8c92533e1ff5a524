"""Tells what the judge wrote: each fact is told, then marked, so at least once.

Before that it is taken for a while, so that of two processes only one tells it.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.ports.notifier import Item, Notice, Notifier
from monitor.store import alerts, lease
from monitor.store.alerts import Untold
from monitor.store.database import Store

_UTC = ZoneInfo("UTC")


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
            notifier.tell(_notice(fact, now))
        with store.write() as tx:
            alerts.told(tx, fact.number, now)
    return len(mine)


def _notice(fact: Untold, now: datetime) -> Notice:
    item = Item(
        key=fact.key,
        kind=fact.kind,
        at=fact.at,
        account=fact.account,
        brand=fact.account,
        platform="",
        link="",
        wait=fact.wait,
        target=fact.target,
        customer=fact.customer,
        late_arrival=fact.late_arrival,
    )
    return Notice(key=fact.key, at=now, items=(item,), counts={fact.kind: 1}, zone=_UTC)
