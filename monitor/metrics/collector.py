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
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from monitor import __version__
from monitor.cycle.desk import Watch
from monitor.cycle.poll import POLL_BOUNDS
from monitor.domain.wait import Kind
from monitor.metrics.catalogue import (
    ACCOUNT_GAUGES,
    COUNTERS,
    HISTOGRAMS,
    PREFIX,
    TARGET_GAUGES,
    Counter,
)
from monitor.metrics.telling import told
from monitor.store import accounts, gauges, tallies
from monitor.store.accounts import AccountRow
from monitor.store.database import Store

ACCOUNT = ("account", "brand", "platform")
SECOND = timedelta(seconds=1)
EPOCH = datetime.fromisoformat("1970-01-01T00:00:00Z")


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
    registry = CollectorRegistry()
    registry.register(_Scrape(store, watches, process, now))
    encode, content_type = choose_encoder(accept)
    return encode(registry), content_type


class _Scrape(Collector):
    def __init__(
        self, store: Store, watches: Mapping[str, Watch], process: Process, now: datetime
    ) -> None:
        self._store, self._watches, self._process, self._now = store, watches, process, now

    def describe(self) -> Iterator[Metric]:
        """Nothing to learn before a scrape; else registering would be one."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        with self._store.read() as tx:
            rows = accounts.all_of(tx)
            seen = [(watch, rows[name]) for name, watch in self._watches.items() if name in rows]
            yield from _counters(seen, tallies.counts(tx))
            yield from _histograms(seen, tallies.histograms(tx))
            yield from _gauges(tx, seen, self._now)
            yield from told(tx, self._process.notifiers)
        yield from self._of_process()

    def _of_process(self) -> Iterator[Metric]:
        process = self._process
        yield CounterMetricFamily(
            f"{PREFIX}jobs_missed", "Runs of fixed jobs that were skipped.", process.jobs_missed
        )
        yield GaugeMetricFamily(
            f"{PREFIX}config_last_reload_successful",
            "Whether the configuration was last taken.",
            float(process.last_reload_successful),
        )
        yield GaugeMetricFamily(
            f"{PREFIX}config_last_reload_success_timestamp_seconds",
            "When a configuration was last taken.",
            _timestamp(process.last_reload_success_at),
        )
        yield GaugeMetricFamily(
            f"{PREFIX}store_bytes", "Size of the database on disk.", self._store.size()
        )
        yield InfoMetricFamily(f"{PREFIX}build", "The program that runs.", {"version": __version__})


_Seen = list[tuple[Watch, AccountRow]]


def _labels(watch: Watch) -> list[str]:
    return [watch.name, watch.settings.brand, watch.settings.platform]


def _counters(seen: _Seen, counts: Mapping[tuple[int, str, str], float]) -> Iterator[Metric]:
    by_account: dict[tuple[int, str], dict[str, float]] = {}
    for (account_id, metric, label), value in counts.items():
        by_account.setdefault((account_id, metric), {})[label] = value
    for counter in COUNTERS:
        family = CounterMetricFamily(
            PREFIX + counter.name, counter.help, labels=[*ACCOUNT, *counter.labels]
        )
        for watch, row in seen:
            found = by_account.get((row.id, f"{counter.name}_total"), {})
            for label, value in (dict.fromkeys(_known(counter, watch), 0.0) | found).items():
                own = label.split("\t") if counter.labels else []
                family.add_metric([*_labels(watch), *own], value)
        yield family


def _known(counter: Counter, watch: Watch) -> list[str]:
    """The label values that exist before anything was counted."""
    if counter.by_target:
        return [target.name for target in watch.targets.values()]
    known = [str(value) for value in counter.known]
    if counter.name == "ignored":
        known += [rule.name for rule in watch.settings.wording.ignore]
    return known


def _histograms(
    seen: _Seen, stored: Mapping[tuple[int, str], tallies.Histogram]
) -> Iterator[Metric]:
    for name, help_text in HISTOGRAMS.items():
        family = HistogramMetricFamily(PREFIX + name, help_text, labels=ACCOUNT)
        for watch, row in seen:
            bounds = POLL_BOUNDS if name in tallies.OWN_LAYOUT else watch.bounds
            histogram = stored.get((row.id, name), tallies.Histogram({}, 0.0))
            total, buckets = 0, []
            for bound in (*bounds, float("inf")):
                total += histogram.counts.get(bound, 0)
                buckets.append(("+Inf" if bound == float("inf") else str(float(bound)), total))
            family.add_metric(_labels(watch), buckets, histogram.total)
        yield family


def _gauges(tx: sa.Connection, seen: _Seen, now: datetime) -> Iterator[Metric]:
    open_waits = GaugeMetricFamily(
        f"{PREFIX}waits_open", "Waits that nothing has ended.", labels=[*ACCOUNT, "kind"]
    )
    of_account = {
        name: GaugeMetricFamily(PREFIX + name, text, labels=ACCOUNT)
        for name, text in ACCOUNT_GAUGES.items()
    }
    of_target = {
        name: GaugeMetricFamily(PREFIX + name, text, labels=[*ACCOUNT, "target"])
        for name, text in TARGET_GAUGES.items()
    }
    watermarks = accounts.watermarks(tx)
    for watch, row in seen:
        labels, watermark = _labels(watch), watermarks.get(row.id)
        standing = gauges.open_waits(tx, row.id)
        for kind in Kind:
            open_waits.add_metric([*labels, kind.value], standing.get(kind, (0, now))[0])
        oldest = min((since for _, since in standing.values()), default=None)
        for name, value in _of_account(row, watermark, oldest, gauges.open_reach(tx, row.id)):
            of_account[name].add_metric(labels, value)
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
    yield from (open_waits, *of_account.values(), *of_target.values())


def _of_account(
    row: AccountRow, watermark: datetime | None, oldest: datetime | None, reach: int
) -> Iterator[tuple[str, float]]:
    yield "open_reach", reach
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
