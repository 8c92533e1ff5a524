"""What Prometheus scrapes. Made anew at each scrape, so that no series outlives its account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from monitor import __version__
from monitor.cycle.desk import Watch
from monitor.cycle.measuring import KAPLAN_MEIER, KEPT, OPEN_REACH
from monitor.domain.wait import Kind
from monitor.metrics import catalogue
from monitor.metrics.catalogue import (
    ACCOUNT_GAUGES,
    COUNTERS,
    PREFIX,
    PROCESS_COUNTERS,
    PROCESS_GAUGES,
    TARGET_GAUGES,
)
from monitor.metrics.histograms import written
from monitor.metrics.labels import ACCOUNT, Seen, known, of_account
from monitor.metrics.telling import told
from monitor.store import accounts, gauges, tallies
from monitor.store.accounts import AccountRow
from monitor.store.database import Store
from monitor.store.instants import EPOCH

SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Process:
    """What only the running process knows; `notifiers` are the names of those in force."""

    jobs_missed: int
    last_reload_successful: bool
    last_reload_success_at: datetime
    notifiers: Sequence[str] = ()


def exposition(
    store: Store, watches: Mapping[str, Watch], process: Process, now: datetime, accept: str
) -> tuple[bytes, str]:
    """The body, and its content type: OpenMetrics or Prometheus' own text, as asked for."""
    encode, content_type = choose_encoder(accept)
    size = store.size()
    with store.read() as tx:
        rows = accounts.all_of(tx)
        seen = [(watch, rows[name]) for name, watch in watches.items() if name in rows]
        registry = CollectorRegistry()
        registry.register(_Scrape(tx, seen, process, size, now))
        histograms = written(seen, tallies.histograms(tx))
        return histograms.encode() + encode(registry), content_type


class _Scrape(Collector):
    """All but the histograms."""

    def __init__(
        self, tx: sa.Connection, seen: Seen, process: Process, size: int, now: datetime
    ) -> None:
        self._tx, self._seen, self._process = tx, seen, process
        self._size, self._now = size, now

    def describe(self) -> Iterator[Metric]:
        """Nothing to learn before a scrape; else registering would be one."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        kept = gauges.kept(self._tx, self._now - KEPT)
        yield from _counters(self._seen, tallies.counts(self._tx))
        yield from _gauges(self._tx, self._seen, kept, self._now)
        yield _reply_times(self._seen, kept)
        yield from told(self._tx, self._process.notifiers)
        yield from self._of_process()

    def _of_process(self) -> Iterator[Metric]:
        process = self._process
        counted = {"jobs_missed": process.jobs_missed}
        for name, text in PROCESS_COUNTERS.items():
            yield CounterMetricFamily(PREFIX + name, text, counted[name])
        standing = {
            "config_last_reload_successful": float(process.last_reload_successful),
            "config_last_reload_success_timestamp_seconds": _timestamp(
                process.last_reload_success_at
            ),
            "store_bytes": self._size,
        }
        for name, text in PROCESS_GAUGES.items():
            yield GaugeMetricFamily(PREFIX + name, text, standing[name])
        yield InfoMetricFamily(
            PREFIX + catalogue.BUILD, catalogue.BUILD_HELP, {"version": __version__}
        )


def _counters(seen: Seen, counts: Mapping[tuple[int, str, str], float]) -> Iterator[Metric]:
    by_account: dict[tuple[int, str], dict[str, float]] = {}
    for (account_id, metric, label), value in counts.items():
        by_account.setdefault((account_id, metric), {})[label] = value
    for counter in COUNTERS:
        family = CounterMetricFamily(
            PREFIX + counter.name, counter.help, labels=[*ACCOUNT, *counter.labels]
        )
        for watch, row in seen:
            found = by_account.get((row.id, f"{counter.name}_total"), {})
            zeros = dict.fromkeys(known(counter, watch.settings), 0.0)
            if counter.by_target:  # one that the account has given up has no series any more
                found = {label: value for label, value in found.items() if label in zeros}
            for label, value in (zeros | found).items():
                own = label.split("\t") if counter.labels else []
                family.add_metric([*of_account(watch.settings), *own], value)
        yield family


def _reply_times(seen: Seen, kept: Mapping[tuple[int, str], Mapping[str, float]]) -> Metric:
    labels = [*ACCOUNT, "percentile", "window"]
    family = GaugeMetricFamily(PREFIX + KAPLAN_MEIER, catalogue.REPLY_TIME_HELP, labels=labels)
    for watch, row in seen:
        for label, value in kept.get((row.id, KAPLAN_MEIER), {}).items():
            family.add_metric([*of_account(watch.settings), *label.split("\t")], value)
    return family


def _gauges(
    tx: sa.Connection,
    seen: Seen,
    kept: Mapping[tuple[int, str], Mapping[str, float]],
    now: datetime,
) -> Iterator[Metric]:
    open_waits = GaugeMetricFamily(
        PREFIX + catalogue.OPEN_WAITS, catalogue.OPEN_WAITS_HELP, labels=[*ACCOUNT, "kind"]
    )
    by_account = {
        name: GaugeMetricFamily(PREFIX + name, text, labels=ACCOUNT)
        for name, text in ACCOUNT_GAUGES.items()
    }
    of_target = {
        name: GaugeMetricFamily(PREFIX + name, text, labels=[*ACCOUNT, "target"])
        for name, text in TARGET_GAUGES.items()
    }
    watermarks = accounts.watermarks(tx)
    for watch, row in seen:
        labels, watermark = of_account(watch.settings), watermarks.get(row.id)
        standing = gauges.open_waits(tx, row.id)
        for kind in Kind:
            open_waits.add_metric([*labels, kind.value], standing.get(kind, (0, now))[0])
        oldest = min((since for _, since in standing.values()), default=None)
        measured = kept.get((row.id, OPEN_REACH), {})
        for name, value in _of_account(row, watermark, oldest, measured.get("")):
            by_account[name].add_metric(labels, value)
        by_account["blind_after_seconds"].add_metric(labels, watch.patience / SECOND)
        if watch.settings.polls:
            by_account["poll_interval_seconds"].add_metric(labels, watch.interval / SECOND)
        owed = gauges.owed(tx, row.id, watermark, now)
        for number, target in watch.targets.items():
            one = owed.get(number, gauges.Owed(0, 0, None))
            values = {
                "waits_overdue": one.overdue,
                "waits_unconfirmed": one.unconfirmed,
                "sla_within_seconds": target.within / SECOND,
                "sla_objective_ratio": float(target.objective),
            }
            if one.next_due_at:
                values["next_due_timestamp_seconds"] = _timestamp(one.next_due_at)
            for name, value in values.items():
                of_target[name].add_metric([*labels, target.name], value)
    yield from (open_waits, *by_account.values(), *of_target.values())


def _of_account(
    row: AccountRow, watermark: datetime | None, oldest: datetime | None, reach: float | None
) -> Iterator[tuple[str, float]]:
    if reach is not None:
        yield OPEN_REACH, reach
    if oldest:
        yield "oldest_open_wait_timestamp_seconds", _timestamp(oldest)
    if watermark:
        yield "watermark_timestamp_seconds", _timestamp(watermark)
    if row.clock_offset is not None:
        yield "clock_offset_seconds", row.clock_offset / SECOND
    if row.last_success_at:
        yield "poll_last_success_timestamp_seconds", _timestamp(row.last_success_at)
    if row.rate_limit_left is not None:
        yield "rate_limit_remaining", row.rate_limit_left


def _timestamp(moment: datetime) -> float:
    return (moment - EPOCH) / SECOND
