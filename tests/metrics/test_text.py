"""Lines that we write ourselves are read as those that prometheus_client writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.openmetrics.exposition import generate_latest as open_metrics
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_open
from prometheus_client.parser import text_string_to_metric_families as read_plain

from monitor.metrics import text

BOUNDS = (0.5, 5.0, 360.0, 604_800.0, 10_000_000.0)
LABELS = {"account": 'a"b', "brand": "a\\b", "platform": "ünï\ncode"}


def theirs(seconds: Sequence[float]) -> CollectorRegistry:
    registry = CollectorRegistry()
    histogram = Histogram("waited", "How long.", [*LABELS], buckets=BOUNDS, registry=registry)
    for each in seconds:
        histogram.labels(**LABELS).observe(each)
    histogram.labels(**LABELS)
    return registry


def ours(seconds: Sequence[float]) -> str:
    counts: dict[float, int] = {}
    for each in seconds:
        bound = next((bound for bound in BOUNDS if each <= bound), float("inf"))
        counts[bound] = counts.get(bound, 0) + 1
    labels = text.labelled(LABELS)
    lines = [text.head("waited", "histogram", "How long.")]
    cumulated = text.cumulated(counts, BOUNDS)
    for end, count in zip(text.bucket_ends(BOUNDS), cumulated, strict=True):
        lines.append(f"waited_bucket{{{labels}{end}{count}\n")
    lines.append(f"waited_sum{{{labels}}} {text.number(sum(seconds))}\n")
    lines.append(f"waited_count{{{labels}}} {len(seconds)}\n")
    return "".join(lines)


def read(families: object) -> list[tuple[str, Mapping[str, str], float]]:
    return [
        (sample.name, sample.labels, sample.value)
        for family in families  # type: ignore[attr-defined]
        for sample in family.samples
        if not sample.name.endswith("_created")
    ]


@given(st.lists(st.floats(0, 1e9)))
def test_a_histogram_reads_as_one_that_was_kept_in_memory(seconds: list[float]) -> None:
    known = read(read_open(open_metrics(theirs(seconds)).decode()))  # type: ignore[no-untyped-call]
    written = ours(seconds)

    def found(families: object) -> list[tuple[str, Mapping[str, str], float]]:
        return sorted(read(families), key=str)

    assert found(read_open(f"{written}# EOF\n")) == sorted(known, key=str)  # type: ignore[no-untyped-call]
    assert found(read_plain(written)) == sorted(known, key=str)


def test_what_another_layout_has_counted_belongs_to_the_next_bound() -> None:
    assert list(text.cumulated({100.0: 2, 360.0: 1, 400.0: 3}, (60.0, 360.0, 600.0))) == [
        0,
        3,
        6,
        6,
    ]
