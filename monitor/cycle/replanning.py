"""The host's clock went back: what was planned by the wrong time is planned anew.

A computer may start with a wrong clock, until the network tells it the time. What it put off
meanwhile would stand still for as long as the clock was ahead.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from monitor.cycle.desk import Watch
from monitor.cycle.poll import CLOCK_TRUST, longest_rest
from monitor.store import accounts, messages, outbox
from monitor.store.database import Store


def plan_anew(store: Store, watches: Mapping[str, Watch], now: datetime) -> None:
    """Nothing stays put off for longer than it can have been by a right clock; other processes may
    be a little ahead. Raises StoreError."""
    with store.write() as tx:
        outbox.hold_all(tx)
        accounts.hold_all(tx)
        for name, row in accounts.all_of(tx).items():
            watch = watches.get(name)
            if not watch or not row.next_poll_at:
                continue
            if row.next_poll_at > now + longest_rest(watch, row) + CLOCK_TRUST:
                accounts.update(tx, row.id, next_poll_at=now + watch.connector.least_gap)
        messages.try_again_soon(tx, now, now + CLOCK_TRUST)
        outbox.look_at_all_again(tx)
