"""Posts that were handed in for an account that is not polled: stored, then judged.

Rule 8: it is live from its first request that was taken whole; each such moves the watermark.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.cycle.desk import Watch, desk
from monitor.cycle.ingest import ingest
from monitor.cycle.judge import judge_account
from monitor.domain.post import Post
from monitor.store import accounts, tallies
from monitor.store.accounts import AccountRow
from monitor.store.database import Store


class Delivery:
    """One request, in parts: any number by `take`, the last by `finish`. Both raise StoreError.

    `stored` and `unchanged` count the posts of the parts that are in the database for good.
    """

    def __init__(self, store: Store, watch: Watch, arrived_at: datetime) -> None:
        self._store, self._watch, self._arrived_at = store, watch, arrived_at
        self.stored = self.unchanged = 0

    def take(self, posts: Sequence[Post], now: datetime) -> None:
        """Store a part, in one transaction."""
        with self._store.write() as tx:
            row = accounts.held(tx, self._watch.name)
            stored = ingest(tx, desk(self._watch, row), posts, now=now, live=True)
        self._count(posts, stored)

    def finish(
        self, posts: Sequence[Post], now: datetime, complete_until: datetime | None
    ) -> datetime | None:
        """Store the last part, and judge by the watermark; what that is then, if there is one.

        `complete_until`: everything up to then has been handed in, though never what came after
        the request. None: something is missing, and the watermark stays.
        """
        until = min(complete_until, self._arrived_at) if complete_until else None
        with self._store.write() as tx:
            row = accounts.held(tx, self._watch.name)
            live_since = row.live_since or (self._arrived_at if until else None)
            here = desk(self._watch, replace(row, live_since=live_since))
            stored = ingest(tx, here, posts, now=now, live=True)
            before = accounts.watermark(tx, row.id)
            watermark = before
            if until:
                watermark = self._cover(tx, row, before, until)
                accounts.update(tx, row.id, live_since=live_since, last_success_at=now)
                self._count_blindness(tx, row, before, now)
            if watermark:
                watermark = min(watermark, now)  # a clock that went back may have set it
                was_blind = row.live_since is not None and self._watch.is_blind(before, now)
                judge_account(tx, here, watermark, now, was_blind=was_blind)
        self._count(posts, stored)
        return watermark

    def _cover(
        self, tx: sa.Connection, row: AccountRow, before: datetime | None, until: datetime
    ) -> datetime:
        """The watermark then. What lies between an import and the first request is not covered."""
        reached = max(until, before or until)
        start = before if before and row.live_since else reached
        accounts.cover(tx, row.id, start, reached, live=True)
        return reached

    def _count_blindness(
        self, tx: sa.Connection, row: AccountRow, before: datetime | None, now: datetime
    ) -> None:
        """What the request before had to count is counted."""
        if before and row.last_success_at:
            since = max(before + self._watch.patience, row.last_success_at)
            blind_for = max(now - since, timedelta(0))
            tallies.add(tx, row.id, {("blind_seconds_total", ""): blind_for.total_seconds()})

    def _count(self, posts: Sequence[Post], stored: int) -> None:
        self.stored += stored
        self.unchanged += len(posts) - stored
