"""The stored histograms, in lines that both formats share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from monitor.cycle.poll import POLL_BOUNDS
from monitor.metrics import text
from monitor.metrics.catalogue import HISTOGRAMS, PREFIX
from monitor.metrics.labels import ACCOUNT, Seen, of_account
from monitor.store import tallies
from monitor.store.tallies import Histogram

_EMPTY = Histogram({}, 0.0)


def written(seen: Seen, stored: Mapping[tuple[int, str], Histogram]) -> str:
    """Every histogram of every account. `stored` by account id and metric."""
    return "".join(_lines(seen, stored))


def _lines(seen: Seen, stored: Mapping[tuple[int, str], Histogram]) -> Iterator[str]:
    told = {
        row.id: text.labelled(dict(zip(ACCOUNT, of_account(watch.settings), strict=True)))
        for watch, row in seen
    }
    layout = seen[0][0].bounds if seen else ()  # one for all accounts
    for name, help_text in HISTOGRAMS.items():
        bounds = POLL_BOUNDS if name in tallies.OWN_LAYOUT else layout
        ends = text.bucket_ends(bounds)
        yield text.head(PREFIX + name, "histogram", help_text)
        for account_id, labels in told.items():
            histogram = stored.get((account_id, name), _EMPTY)
            yield from _one(PREFIX + name, labels, histogram, bounds, ends)


def _one(
    name: str, labels: str, histogram: Histogram, bounds: Sequence[float], ends: Sequence[str]
) -> Iterator[str]:
    start, count = f"{name}_bucket{{{labels}", 0
    for end, count in zip(ends, text.cumulated(histogram.counts, bounds), strict=True):
        yield f"{start}{end}{count}\n"
    yield f"{name}_sum{{{labels}}} {text.number(histogram.total)}\n"
    yield f"{name}_count{{{labels}}} {count}\n"
