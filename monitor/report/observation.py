"""How much of the window was observed, and where not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

import sqlalchemy as sa

from monitor.domain.statistics import Span, coverage
from monitor.store import accounts


@dataclass(frozen=True, slots=True)
class Observation:
    """Of one account. `window` is None where nothing can be said; `gaps` ascend."""

    watermark: datetime | None
    window: Span | None
    share: Fraction | None
    gaps: tuple[Span, ...]


def observation(
    tx: sa.Connection, account_id: int, since: datetime | None, until: datetime | None
) -> Observation:
    """Unbounded, the window runs from the first instant that was observed, to the watermark."""
    watermark = accounts.watermark(tx, account_id)
    spans = accounts.covered(tx, account_id)
    if watermark is None or not spans:
        return Observation(watermark, None, None, ())
    start, end = since or spans[0].start, until or watermark
    if start >= end:
        return Observation(watermark, None, None, ())
    gaps = tuple(_between(spans, Span(start, end)))
    return Observation(watermark, Span(start, end), coverage(spans, start, end), gaps)


def share_of_all(observations: Iterable[Observation]) -> Fraction | None:
    """The share covered of all their windows together."""
    covered, whole = Fraction(0), 0
    for one in observations:
        if one.window is not None and one.share is not None:
            ticks = (one.window.end - one.window.start) // _TICK
            covered += one.share * ticks
            whole += ticks
    return covered / whole if whole else None


_TICK = timedelta(microseconds=1)


def _between(spans: Iterable[Span], window: Span) -> Iterator[Span]:
    reached = window.start
    for span in spans:
        if span.end <= reached:
            continue
        if span.start >= window.end:
            break
        if span.start > reached:
            yield Span(reached, span.start)
        reached = span.end
    if reached < window.end:
        yield Span(reached, window.end)
