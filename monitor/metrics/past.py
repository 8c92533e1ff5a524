"""An account's metrics at any instant of its past, played through from its waits and posts.

What is counted at an instant has happened before it. A verdict is counted at its due instant, as
the daemon does, and as it is known now: what history corrected is right from the beginning.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count
from typing import NamedTuple

from monitor.cycle.measuring import KAPLAN_MEIER, WINDOWS, percentiles
from monitor.domain.post import LATEST
from monitor.domain.statistics import observed
from monitor.domain.target import Verdict, judge
from monitor.domain.wait import Kind, Status
from monitor.metrics.catalogue import OPEN_WAITS
from monitor.store.instants import EPOCH
from monitor.store.past import PastDue, PastWait

Key = tuple[str, str]
"""A metric, and the values of its own labels."""

RENEWED = timedelta(hours=1)
"""Percentiles over a day or a week are measured anew so often; over an hour, at each instant."""

_SECOND = timedelta(seconds=1)
_INFINITE = float("inf")


class Promise(NamedTuple):
    """A target that the account is held to, or was. `within` in seconds."""

    name: str
    within: float
    objective: float


class Buckets(NamedTuple):
    """A histogram at an instant: how many by upper bound, not cumulative, and the sum of all."""

    counts: Mapping[float, int]
    total: float


EMPTY = Buckets({}, 0.0)


class Past:
    """Counts from `since` on. `known` counters are 0 until then; `bounds` are of the histograms."""

    def __init__(
        self,
        since: datetime,
        known: Iterable[Key],
        promises: Mapping[int, Promise],
        bounds: Sequence[float],
    ) -> None:
        self._since, self._promises, self._bounds = since, promises, bounds
        self._counts: Counter[Key] = Counter(dict.fromkeys(known, 0))
        self.histograms: dict[str, Buckets] = {}
        self._open = Counter(dict.fromkeys(Kind, 0))
        self._overdue = Counter(dict.fromkeys(promises, 0))
        self._oldest: deque[PastWait] = deque()
        self._owed: dict[int, list[tuple[datetime, datetime]]] = {one: [] for one in promises}
        self._times = _ReplyTimes()
        self._coming: list[tuple[datetime, int, Callable[[], None]]] = []
        self._turns = count()

    def take(self, wait: PastWait) -> None:
        """A wait will open; they are told in the order in which they do."""
        self._at(wait.opened_at, partial(self._opens, wait))

    def note(self, at: datetime, key: Key) -> None:
        """A counter will go up by 1."""
        self._at(at, partial(self._count, at, key))

    def at(self, instant: datetime) -> dict[Key, float]:
        """Let everything happen that lies before the instant; all counters and gauges then."""
        while self._coming and self._coming[0][0] < instant:
            heappop(self._coming)[2]()
        return {**self._counts, **dict(self._gauges(instant))}

    def _at(self, instant: datetime, happens: Callable[[], None]) -> None:
        heappush(self._coming, (instant, next(self._turns), happens))

    def _count(self, at: datetime, key: Key) -> None:
        if at >= self._since:
            self._counts[key] += 1

    def _opens(self, wait: PastWait) -> None:
        self._count(wait.opened_at, ("waits_opened_total", wait.kind.value))
        if wait.late_arrival:
            self._count(wait.opened_at, ("late_arrivals_total", ""))
        self._open[wait.kind] += 1
        if not self._oldest or _end(wait) > _end(self._oldest[-1]):  # else it never is the oldest
            self._oldest.append(wait)
        if wait.kind is Kind.FIRST:
            self._times.take(wait)
        if wait.end:
            self._at(wait.end, partial(self._ends, wait))
        for due in wait.dues:
            if due.target_id not in self._promises:  # it was first made while the past is played
                continue
            heappush(self._owed[due.target_id], (due.due_at, _end(wait)))
            self._at(due.due_at, partial(self._falls_due, wait, due))

    def _ends(self, wait: PastWait) -> None:
        self._open[wait.kind] -= 1
        if wait.answered_at:
            self._count(wait.answered_at, ("waits_answered_total", wait.kind.value))
            self._observe(wait, wait.answered_at)
        elif wait.ended_at:
            reason = wait.dismissal or Status.DELETED.value
            self._count(wait.ended_at, ("waits_excluded_total", reason))

    def _observe(self, wait: PastWait, at: datetime) -> None:
        which = "first" if wait.kind is Kind.FIRST else "next"
        spans = {"": wait.calendar_span, "business_": wait.business_span}
        for clock, span in spans.items():
            if span is not None and at >= self._since:
                name, seconds = f"{which}_reply_{clock}seconds", span / _SECOND
                before = self.histograms.get(name, EMPTY)
                place = bisect_left(self._bounds, seconds)
                bound = self._bounds[place] if place < len(self._bounds) else _INFINITE
                counts = {**before.counts, bound: before.counts.get(bound, 0) + 1}
                self.histograms[name] = Buckets(counts, before.total + seconds)

    def _falls_due(self, wait: PastWait, due: PastDue) -> None:
        at, target = due.due_at, self._promises[due.target_id].name
        verdict = judge(at, wait.answered_at, wait.ended_at, at, at)
        if verdict is Verdict.EXCLUDED:
            return
        self._count(at, ("sla_due_total", target))
        if verdict is Verdict.MET:
            self._count(at, ("sla_met_total", target))
            return
        if due.late_detected:
            self._count(at, ("sla_breached_late_detected_total", target))
        self._overdue[due.target_id] += 1
        if wait.end:
            self._at(wait.end, partial(self._overdue.subtract, [due.target_id]))

    def _gauges(self, now: datetime) -> Iterator[tuple[Key, float]]:
        for kind, waiting in self._open.items():
            yield (OPEN_WAITS, kind.value), waiting
        while self._oldest and _end(self._oldest[0]) < now:
            self._oldest.popleft()
        if self._oldest:
            oldest = self._oldest[0].opened_at
            yield ("oldest_open_wait_timestamp_seconds", ""), (oldest - EPOCH) / _SECOND
        for number, promise in self._promises.items():
            yield ("waits_overdue", promise.name), self._overdue[number]
            yield ("sla_within_seconds", promise.name), promise.within
            yield ("sla_objective_ratio", promise.name), promise.objective
            owed = self._owed[number]
            while owed and min(owed[0]) < now:
                heappop(owed)
            if owed:
                next_due = (owed[0][0] - EPOCH) / _SECOND
                yield ("next_due_timestamp_seconds", promise.name), next_due
        for label, seconds in self._times.at(now):
            yield (KAPLAN_MEIER, label), seconds


class _ReplyTimes:
    """Kaplan-Meier over the windows that end at an instant, measured now and then."""

    def __init__(self) -> None:
        self._waits: deque[PastWait] = deque()
        self._measured: dict[str, tuple[datetime, Mapping[str, float]]] = {}

    def take(self, wait: PastWait) -> None:
        self._waits.append(wait)

    def at(self, now: datetime) -> Iterator[tuple[str, float]]:
        while self._waits and self._waits[0].opened_at < now - max(WINDOWS.values()):
            self._waits.popleft()
        for window, span in WINDOWS.items():
            before = self._measured.get(window)
            if before is None or now - before[0] >= min(RENEWED, span / 24):
                before = now, self._measure(now, now - span)
                self._measured[window] = before
            for percentile, seconds in before[1].items():
                yield f"{percentile}\t{window}", seconds

    def _measure(self, now: datetime, since: datetime) -> Mapping[str, float]:
        return dict(
            percentiles(
                observed(wait.opened_at, wait.answered_at, wait.ended_at, now)
                for wait in self._waits
                if wait.opened_at >= since
            )
        )


def _end(wait: PastWait) -> datetime:
    return wait.end or LATEST
