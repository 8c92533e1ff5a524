"""How telling goes, by notifier."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from monitor.metrics.catalogue import NOTIFIER_COUNTERS, NOTIFIER_GAUGES, PREFIX
from monitor.ports.connector import Reason
from monitor.store import messages

REASONS = [reason for reason in Reason if reason is not Reason.STORE]
"""Why telling can fail. What the store fails is not told to anybody."""


def told(tx: sa.Connection, notifiers: Sequence[str]) -> Iterator[Metric]:
    """Counters come from the store: they survive a restart, and never fall."""
    counts, pending = messages.counts(tx), messages.pending(tx)
    notices, failures = (
        CounterMetricFamily(PREFIX + name, text, labels=["notifier", *own])
        for (name, text), own in zip(NOTIFIER_COUNTERS.items(), ([], ["reason"]), strict=True)
    )
    ((name, text),) = NOTIFIER_GAUGES.items()
    waiting = GaugeMetricFamily(PREFIX + name, text, labels=["notifier"])
    for notifier in notifiers:
        notices.add_metric([notifier], counts.get((notifier, ""), 0))
        for reason in REASONS:
            failures.add_metric([notifier, reason.value], counts.get((notifier, reason), 0))
        waiting.add_metric([notifier], pending.get(notifier, 0))
    yield from (notices, failures, waiting)
