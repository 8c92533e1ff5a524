"""One day of many accounts as a file of OpenMetrics, each sample with its instant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from monitor.cycle.measuring import KAPLAN_MEIER
from monitor.metrics import catalogue, text
from monitor.metrics.catalogue import ACCOUNT_GAUGES, COUNTERS, HISTOGRAMS, PREFIX, TARGET_GAUGES
from monitor.metrics.labels import ACCOUNT
from monitor.metrics.past import Buckets, Key
from monitor.store.instants import EPOCH

OF_THE_RUN = frozenset(
    (
        *("polls_total", "poll_failures_total", "platform_requests_total", "blind_seconds_total"),
        *("sla_corrections_total", "detection_lag_seconds", "poll_seconds"),
        *("waits_unconfirmed", "open_reach", "watermark_timestamp_seconds", "blind_after_seconds"),
        *("clock_offset_seconds", "poll_last_success_timestamp_seconds", "rate_limit_remaining"),
        "poll_interval_seconds",
    )
)
"""Metrics of an account that only a running program knows: they have no past."""


_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Told:
    """An account's day. Values by instant, None where there is none; `labels` as they stand between
    braces."""

    labels: str
    series: Mapping[Key, Sequence[float | None]]
    histograms: Mapping[str, Sequence[Buckets | None]]


@dataclass(frozen=True, slots=True)
class _Family:
    """A metric as OpenMetrics calls it, and as its samples and the store do."""

    name: str
    metric: str
    kind: str
    told: str
    labels: Sequence[str] = ()


def _families() -> Iterator[_Family]:
    for counter in COUNTERS:
        name = f"{counter.name}_total"
        yield _Family(counter.name, name, "counter", counter.help, counter.labels)
    waits = catalogue.OPEN_WAITS
    yield _Family(waits, waits, "gauge", catalogue.OPEN_WAITS_HELP, ["kind"])
    for name, told in ACCOUNT_GAUGES.items():
        yield _Family(name, name, "gauge", told)
    for name, told in TARGET_GAUGES.items():
        yield _Family(name, name, "gauge", told, ["target"])
    labels = ["percentile", "window"]
    yield _Family(KAPLAN_MEIER, KAPLAN_MEIER, "gauge", catalogue.REPLY_TIME_HELP, labels)


_FAMILIES = [family for family in _families() if family.metric not in OF_THE_RUN]
LABELS = frozenset((*ACCOUNT, "le", *(name for family in _FAMILIES for name in family.labels)))
"""The names of all labels of ours."""

PAST_COUNTERS = [one for one in COUNTERS if f"{one.name}_total" not in OF_THE_RUN]
PAST_HISTOGRAMS = {name: told for name, told in HISTOGRAMS.items() if name not in OF_THE_RUN}


def write(
    path: Path, instants: Sequence[datetime], accounts: Sequence[Told], bounds: Sequence[float]
) -> None:
    """`instants` are whole seconds; `bounds` are of the histograms."""
    stamps = [f" {(at - EPOCH) // _SECOND}\n" for at in instants]
    ends = text.bucket_ends(bounds)
    with path.open("w", encoding="utf-8") as file:
        for family in _FAMILIES:
            file.write(text.head(PREFIX + family.name, family.kind, family.told))
            for account in accounts:
                file.writelines(_samples(family, account, stamps))
        for name, told in PAST_HISTOGRAMS.items():
            file.write(text.head(PREFIX + name, "histogram", told))
            for account in accounts:
                heads = _heads(
                    PREFIX + name, account.labels, account.histograms[name], bounds, ends
                )
                for some, stamp in zip(heads, stamps, strict=True):
                    file.writelines(head + stamp for head in some)
        file.write("# EOF\n")


def _samples(family: _Family, account: Told, stamps: Sequence[str]) -> Iterator[str]:
    for (metric, label), values in account.series.items():
        if metric == family.metric:
            own = dict(zip(family.labels, label.split("\t"), strict=False))
            labels = ",".join(filter(None, (account.labels, text.labelled(own))))
            start = f"{PREFIX}{metric}{{{labels}}} "
            for value, stamp in zip(values, stamps, strict=True):
                if value is not None:
                    yield f"{start}{text.number(value)}{stamp}"


def _heads(
    name: str,
    labels: str,
    instants: Iterable[Buckets | None],
    bounds: Sequence[float],
    ends: Sequence[str],
) -> Iterator[Sequence[str]]:
    """Of each instant, the lines of a histogram up to the instant."""
    before, heads = None, list[str]()
    for buckets in instants:
        if buckets is not before:
            before = buckets
            heads = [] if buckets is None else _lines(name, labels, buckets, bounds, ends)
        yield heads


def _lines(
    name: str, labels: str, buckets: Buckets, bounds: Sequence[float], ends: Sequence[str]
) -> list[str]:
    counts = list(text.cumulated(buckets.counts, bounds))
    start = f"{name}_bucket{{{labels}"
    return [
        *(f"{start}{end}{count}" for end, count in zip(ends, counts, strict=True)),
        f"{name}_sum{{{labels}}} {text.number(buckets.total)}",
        f"{name}_count{{{labels}}} {counts[-1]}",
    ]
