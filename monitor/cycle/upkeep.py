"""What must be done now and then, beside polling."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.cycle import looking
from monitor.cycle.desk import Watch, desk
from monitor.cycle.ingest import ingest
from monitor.ports.clock import Clock
from monitor.ports.connector import LooksUp
from monitor.store import accounts, reach, waits
from monitor.store.database import Store

REACH_KEPT = timedelta(hours=6)
"""Samples of reach: growth is told over minutes."""


def forget_old_reach(store: Store, now: datetime) -> None:
    """Raises StoreError."""
    with store.write() as tx:
        reach.forget(tx, now - REACH_KEPT)


def look_at_open_waits(store: Store, watch: Watch, clock: Clock) -> int:
    """Learn of deletions, edits and reach; how many posts had changed. An account that fails is
    left alone."""
    with store.read() as tx:
        row = accounts.one(tx, watch.name)
    if row.failures or row.live_since is None or not isinstance(watch.connector, LooksUp):
        return 0
    looked = looking.in_turn(store, watch, clock(), clock)
    if not looked.found:
        return 0
    with store.write() as tx:  # all at once: what counts as found is told as it is now
        here, now = desk(watch, accounts.held(tx, watch.name)), clock()
        changed = ingest(tx, here, looked.found, now=now, live=True)
        waits.note_found(tx, looked.waits, now)
        reach.begin_anew(tx, here.id, looked.lost, now)
        return changed
