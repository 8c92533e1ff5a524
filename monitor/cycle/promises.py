"""What is promised from now on, as the store has it."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from monitor.cycle.desk import Watch
from monitor.domain.statistics import bucket_bounds
from monitor.store import accounts, tallies, targets, waits


def put_in_force(tx: sa.Connection, watches: Collection[Watch]) -> None:
    """Every target means what these watches say, the histograms are laid out for them all, and
    open waits are held again to what an account had given up and promises anew."""
    accounts.hold_all(tx)
    every = {target.name: target for watch in watches for target in watch.targets.values()}
    targets.put(tx, every.values())
    tallies.relay(tx, bucket_bounds(target.within for target in every.values()))
    rows = accounts.all_of(tx)
    for watch in watches:
        waits.hold_again(tx, rows[watch.name].id, watch.targets)
