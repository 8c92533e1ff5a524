"""The figures of a week or a day, worth telling at its end: one fact an account, once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitor.cycle.desk import Watch
from monitor.domain.statistics import Span
from monitor.ports.notifier import AlertKind, Digest
from monitor.store import accounts, alerts
from monitor.store.alerts import Fact
from monitor.store.database import Store
from monitor.store.instants import rfc3339

Figures = Callable[[sa.Connection, Watch, Span, datetime], Digest]
"""Of an account over a span, as they are known now."""

LATEST = timedelta(days=1)
"""After that a digest is left out: nobody was there to write it."""

PATIENCE = timedelta(hours=1)
"""For so long it waits until all of its span was observed."""


def write_digests(
    store: Store, watches: Mapping[str, Watch], figures: Figures, now: datetime
) -> None:
    """Write those whose time has come. An account that was not live before it has none. Raises
    StoreError."""
    with store.read() as tx:
        facts = [
            (watch, _fact(watch, span, figures(tx, watch, span, now)))
            for watch, span in _due(tx, watches, now)
        ]
    for watch, fact in facts:
        with store.write() as tx:
            alerts.write(tx, accounts.held(tx, watch.name).id, [fact], now)


def _due(
    tx: sa.Connection, watches: Mapping[str, Watch], now: datetime
) -> Iterator[tuple[Watch, Span]]:
    spans = {
        watch.name: watch.settings.digest.last(now, watch.settings.timezone)
        for watch in watches.values()
        if watch.settings.digest
    }
    recent = {name: span for name, span in spans.items() if now - span.end < LATEST}
    if not recent:
        return
    told = alerts.standing(tx, [_key(name, span) for name, span in recent.items()])
    rows, watermarks = accounts.all_of(tx), accounts.watermarks(tx)
    for name, span in recent.items():
        row = rows[name]
        if _key(name, span) in told or not row.live_since or row.live_since >= span.end:
            continue
        if watermarks[row.id] >= span.end or now >= span.end + PATIENCE:
            yield watches[name], span


def _fact(watch: Watch, span: Span, digest: Digest) -> Fact:
    key = _key(watch.name, span)
    return Fact(key, AlertKind.DIGEST, span.end, details=_details(digest))


def _key(name: str, span: Span) -> str:
    return f"{AlertKind.DIGEST.value}/{name}/{rfc3339(span.end)}"


def _details(digest: Digest) -> dict[str, Any]:
    half = digest.half_within
    return {
        **asdict(digest),
        "since": rfc3339(digest.since),
        "until": rfc3339(digest.until),
        "half_within": None if half is None else half.total_seconds(),
    }
