"""Lines of the text formats, made without an object for each.

prometheus_client makes one of every line before it writes it. Of thousands of histograms, each with
its buckets, that takes most of a scrape, and of a month of history it takes for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from prometheus_client.utils import floatToGoString

_INFINITE = float("inf")


def head(name: str, kind: str, told: str) -> str:
    """What stands before the lines of a metric; `told` is its help."""
    return f"# HELP {name} {told}\n# TYPE {name} {kind}\n"


def labelled(labels: Mapping[str, str]) -> str:
    """As they stand between braces."""
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())


def number(value: float) -> str:
    """As a value, or as the bound of a bucket."""
    if isinstance(value, int):
        return str(value)
    return str(floatToGoString(value))  # type: ignore[no-untyped-call]


def bucket_ends(bounds: Iterable[float]) -> list[str]:
    """Of the bucket lines of one histogram: what follows the labels that all of them have, up to
    the value."""
    return [f',le="{number(bound)}"}} ' for bound in (*bounds, _INFINITE)]


def cumulated(counts: Mapping[float, int], bounds: Sequence[float]) -> Iterator[int]:
    """How many at or below each bound, then how many in all. What was counted by another layout,
    between two bounds, belongs to the upper one."""
    stored = iter(sorted(counts.items()))
    at, more = next(stored, (_INFINITE, 0))
    total = 0
    for bound in (*bounds, _INFINITE):
        while more and at <= bound:
            total += more
            at, more = next(stored, (_INFINITE, 0))
        yield total


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
