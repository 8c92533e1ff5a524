"""What a change of posts and waits adds to the counters: each thing once, whatever comes again.

Bits kept with posts, waits and dues say in which counters they stand; so a counter never counts
twice, and never goes down. History and imports are not counted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitor.cycle.desk import Desk
from monitor.domain.outcome import Outcome, What
from monitor.domain.target import Target, Verdict
from monitor.domain.wait import Kind, Status, Wait
from monitor.store import tallies
from monitor.store.posts import KnownRow, StoredPost
from monitor.store.waits import StoredDue

SECOND = timedelta(seconds=1)


class PostIn:
    """In which counters a post stands."""

    MENTIONS = 1
    NUDGES = 2
    IGNORED = 4
    UNATTRIBUTED = 8
    REPLIES = 16
    OVERHEARD = 32
    """Beside IGNORED: as overheard, though it may be closing words too."""


class WaitIn:
    """In which counters a wait stands."""

    OPENED = 1
    ANSWERED = 2
    EXCLUDED = 4
    LATE_ARRIVALS = 8


class DueIn:
    """In which counters a due stands."""

    DUE = 1
    MET = 2


POST_BITS = {
    What.OPENED: PostIn.MENTIONS,
    What.NUDGED: PostIn.MENTIONS | PostIn.NUDGES,
    What.AFTERTHOUGHT: PostIn.MENTIONS | PostIn.NUDGES,
    What.CLOSER: PostIn.IGNORED,
    What.OVERHEARD: PostIn.IGNORED | PostIn.OVERHEARD,
    What.IGNORED: PostIn.IGNORED,
    What.UNATTRIBUTED: PostIn.UNATTRIBUTED,
    What.REPLY: PostIn.REPLIES,
}


def counted(bits: int, outcome: Outcome) -> Iterator[tuple[str, str]]:
    """The counters, with the values of their own labels, that a post adds 1 to by these bits."""
    post = outcome.post
    if bits & PostIn.MENTIONS:
        yield "mentions_total", post.surface.value
    if bits & PostIn.NUDGES:
        yield "nudges_total", ""
    if bits & PostIn.IGNORED:
        reason = post.ignored_by if outcome.what is What.IGNORED else outcome.what.value
        yield "ignored_total", reason or ""
    if bits & PostIn.UNATTRIBUTED:
        yield "unattributed_replies_total", ""
    if bits & PostIn.REPLIES:
        yield "replies_total", post.reply_class.value


class Counting:
    """Gathers what one transaction counts, and writes it once. `post_bits` is for the caller to
    store: in which counters posts now stand, of those that stand in more than before."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._counts: Counter[tuple[str, str]] = Counter()
        self._seconds: defaultdict[str, list[float]] = defaultdict(list)
        self.post_bits: dict[str, int] = {}

    def take_posts(
        self,
        outcomes: Iterable[Outcome],
        rows: Mapping[str, KnownRow],
        arrived: Mapping[str, StoredPost],
    ) -> None:
        for outcome in outcomes:
            row = rows[outcome.post_id]
            wanted = POST_BITS.get(outcome.what, 0)
            if wanted & row.tallied & PostIn.IGNORED:  # it counts by what it was first
                continue
            new = wanted & ~row.tallied
            if not new or not row.live or not self._desk.is_live(outcome.counts_at):
                continue
            self.post_bits[outcome.post_id] = row.tallied | new
            for counter in counted(new, outcome):
                self._counts[counter] += 1
            if new & PostIn.MENTIONS and outcome.post_id in arrived:
                self._observe_lag(arrived[outcome.post_id].seen_at, outcome)

    def _observe_lag(self, seen_at: datetime, outcome: Outcome) -> None:
        if outcome.counts_at == outcome.post.created_at:  # when an edit was made out is not kept
            self._seconds["detection_lag_seconds"].append(
                max((seen_at - outcome.counts_at) / SECOND, 0.0)
            )

    def take_wait(self, wait: Wait, row: Mapping[str, Any], before: int) -> int:
        """The counters in which the wait now stands. `row` is what is stored of it."""
        wanted = WaitIn.OPENED
        if wait.status is Status.ANSWERED:
            wanted |= WaitIn.ANSWERED
        elif wait.status is not Status.OPEN:
            wanted |= WaitIn.EXCLUDED
        if row["late_arrival"]:
            wanted |= WaitIn.LATE_ARRIVALS
        new = wanted & ~before
        if not new or not row["live"]:
            return before
        if new & WaitIn.OPENED:
            self._counts["waits_opened_total", wait.kind.value] += 1
        if new & WaitIn.ANSWERED:
            self._counts["waits_answered_total", wait.kind.value] += 1
            self._observe_reply(wait.kind, row)
        if new & WaitIn.EXCLUDED:
            reason = wait.dismissal.value if wait.dismissal else Status.DELETED.value
            self._counts["waits_excluded_total", reason] += 1
        if new & WaitIn.LATE_ARRIVALS:
            self._counts["late_arrivals_total", ""] += 1
        return before | new

    def _observe_reply(self, kind: Kind, row: Mapping[str, Any]) -> None:
        which = "first" if kind is Kind.FIRST else "next"
        self._seconds[f"{which}_reply_seconds"].append(row["calendar_span"] / 1e6)
        self._seconds[f"{which}_reply_business_seconds"].append(row["business_span"] / 1e6)

    def take_due(self, due: StoredDue, target: Target, verdict: Verdict) -> int:
        """A live wait's due instant has been passed; the counters in which it now stands."""
        if verdict is Verdict.EXCLUDED:
            return due.tallied
        new = (DueIn.DUE | (DueIn.MET if verdict is Verdict.MET else 0)) & ~due.tallied
        if new & DueIn.DUE:
            self._counts["sla_due_total", target.name] += 1
        if new & DueIn.MET:
            self._counts["sla_met_total", target.name] += 1
        if verdict is Verdict.BREACHED and due.late_detected:
            self._counts["sla_breached_late_detected_total", target.name] += 1
        return due.tallied | new

    def correct(self, target: Target, verdict: Verdict) -> None:
        """History changed a verdict afterwards."""
        self._counts["sla_corrections_total", f"{target.name}\t{verdict.value}"] += 1

    def write(self, tx: sa.Connection) -> None:
        if self._desk.is_silent:
            return
        tallies.add(tx, self._desk.id, self._counts)
        tallies.observe(tx, self._desk.id, self._seconds, self._desk.bounds)
