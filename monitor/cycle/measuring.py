"""Gauges that a scrape could not wait for: they are measured each minute, and kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from fractions import Fraction

import sqlalchemy as sa

from monitor.cycle.desk import Watch
from monitor.domain.statistics import Length, observed, survival
from monitor.domain.wait import Kind
from monitor.store import accounts, gauges, history
from monitor.store.database import Store
from monitor.store.history import Window

KAPLAN_MEIER = "first_reply_kaplan_meier_seconds"
OPEN_REACH = "open_reach"

WINDOWS = {"1h": timedelta(hours=1), "24h": timedelta(hours=24), "7d": timedelta(days=7)}
PERCENTILES = {"50": Fraction(1, 2), "90": Fraction(9, 10)}

KEPT = timedelta(minutes=5)
"""So old may a measurement become before it is not told any more: as long as Prometheus itself
takes a series for alive."""

_SECOND = timedelta(seconds=1)


def measure(store: Store, watch: Watch, now: datetime) -> None:
    """Measure one account. Raises StoreError."""
    with store.read() as tx:
        account_id = accounts.one(tx, watch.name).id
        reach = gauges.open_reach(tx, account_id)
        times = dict(_reply_times(tx, account_id, now))
    with store.write() as tx:
        accounts.held(tx, watch.name)
        gauges.keep(tx, account_id, OPEN_REACH, {"": reach}, now)
        gauges.keep(tx, account_id, KAPLAN_MEIER, times, now)


def _reply_times(tx: sa.Connection, account_id: int, now: datetime) -> Iterator[tuple[str, float]]:
    """By label, history included: what `report` says of these windows."""
    watermark = accounts.watermark(tx, account_id)
    if watermark is None:
        return
    longest = Window(now - max(WINDOWS.values()), None, watermark)
    lengths = [
        (wait.opened_at, observed(wait.opened_at, wait.answered_at, wait.ended_at, watermark))
        for wait in history.opened(tx, account_id, longest)
        if wait.kind is Kind.FIRST
    ]
    for window, span in WINDOWS.items():
        since = now - span
        for percentile, value in percentiles(one for at, one in lengths if at >= since):
            yield f"{percentile}\t{window}", value


def percentiles(lengths: Iterable[Length]) -> Iterator[tuple[str, float]]:
    """Those that are reached, in seconds (rule 9)."""
    estimate = survival(lengths)
    for name, share in PERCENTILES.items():
        reached = estimate.percentile(share)
        if reached is not None:
            yield name, reached / _SECOND
