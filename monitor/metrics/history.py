"""The past as Prometheus would have scraped it: OpenMetrics with timestamps, a file a day (UTC).

Names and labels are those of the live series, and counters run from the beginning of the export.
Memory holds one day, however long the history is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import sqlalchemy as sa

from monitor.config import Account as Settings
from monitor.cycle.counting import POST_BITS, counted
from monitor.cycle.desk import account_of
from monitor.cycle.measuring import WINDOWS
from monitor.domain.fold import fold
from monitor.domain.statistics import bucket_bounds
from monitor.metrics import text
from monitor.metrics.chronicle import PAST_COUNTERS, PAST_HISTOGRAMS, Told, write
from monitor.metrics.labels import ACCOUNT, known, of_account
from monitor.metrics.past import EMPTY, Buckets, Key, Past, Promise
from monitor.store import accounts, history, lean, past, posts, waits
from monitor.store.accounts import AccountRow
from monitor.store.database import Store
from monitor.store.instants import EPOCH

DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """From when until when, with samples `every` so often, which is a whole part of a day.
    `labels` are added to every series."""

    since: datetime
    until: datetime
    every: timedelta
    labels: Mapping[str, str] = field(default_factory=dict)

    def days(self) -> Iterator[Sequence[datetime]]:
        """The instants of each day, all of them whole multiples of `every` after midnight."""
        day = datetime.combine(self.since.date(), time(), UTC)
        while day <= self.until:
            every = (day + self.every * n for n in range(DAY // self.every))
            if instants := [at for at in every if self.since <= at <= self.until]:
                yield instants
            day += DAY


def export(
    store: Store, settings: Sequence[Settings], asked: Asked, folder: Path
) -> Iterator[Path]:
    """Write the files, each when the one before it was taken; a day of which nothing is known has
    none. Raises StoreError, OSError."""
    bounds = bucket_bounds(target.within for one in settings for target in one.targets)
    with store.read() as tx:
        rows = accounts.all_of(tx)
        mine = [(one, rows[one.name]) for one in settings if one.name in rows]
        everyone = [_Played(tx, one, row, asked, bounds) for one, row in mine]
    folder.mkdir(parents=True, exist_ok=True)
    for instants in asked.days():
        with store.read() as tx:
            told = [found for one in everyone if (found := one.day(tx, instants))]
        if told:
            path = folder / f"{instants[0]:%Y-%m-%d}.openmetrics"
            write(path, instants, told, bounds)
            yield path


class _Played:
    """One account, day by day."""

    def __init__(
        self,
        tx: sa.Connection,
        settings: Settings,
        row: AccountRow,
        asked: Asked,
        bounds: Sequence[float],
    ) -> None:
        self._id = row.id
        self._account = account_of(settings, row.ids)
        names = {**asked.labels, **dict(zip(ACCOUNT, of_account(settings), strict=True))}
        self._labels = text.labelled(names)
        self._begins, self._ends = _known_span(tx, row.id, asked)
        zeros = [
            (f"{counter.name}_total", value)
            for counter in PAST_COUNTERS
            for value in known(counter, settings)
        ]
        self._past = Past(self._begins, zeros, _promises(tx, settings, row.id), bounds)
        self._read_until: datetime | None = None

    def day(self, tx: sa.Connection, instants: Sequence[datetime]) -> Told | None:
        """None where nothing is known of it. Days are asked for in their order."""
        mine = [place for place, at in enumerate(instants) if self._begins <= at <= self._ends]
        if not mine:
            return None
        self._read(tx, instants[-1])
        series: dict[Key, list[float | None]] = {}
        buckets: dict[str, list[Buckets | None]] = {
            name: [None] * len(instants) for name in PAST_HISTOGRAMS
        }
        for place in mine:
            for key, value in self._past.at(instants[place]).items():
                series.setdefault(key, [None] * len(instants))[place] = value
            for name, values in buckets.items():
                values[place] = self._past.histograms.get(name, EMPTY)
        return Told(self._labels, series, buckets)

    def _read(self, tx: sa.Connection, until: datetime) -> None:
        """What happened up to an instant, since the one before it."""
        if self._read_until is None:
            self._read_until = self._begins
            longest = self._begins - max(WINDOWS.values())
            for wait in past.unsettled(tx, self._id, longest, self._begins):
                self._past.take(wait)
        for wait in past.opened(tx, self._id, self._read_until, until):
            self._past.take(wait)
        for part in lean.in_parts(past.conversations(tx, self._id, self._read_until, until)):
            self._note_posts(tx, part, self._read_until, until)
        self._read_until = until

    def _note_posts(
        self, tx: sa.Connection, conversations: list[str], since: datetime, until: datetime
    ) -> None:
        """What became of each is not stored, but folded again from all of its conversation."""
        rows = posts.known_in(tx, self._id, conversations)
        acts = waits.acts_in(tx, self._id, conversations)
        for folded in fold((row.known for row in rows.values()), acts, self._account):
            for outcome in folded.outcomes:
                if since <= outcome.post.created_at < until:
                    for key in counted(POST_BITS.get(outcome.what, 0), outcome):
                        self._past.note(outcome.counts_at, key)


def _known_span(tx: sa.Connection, account_id: int, asked: Asked) -> tuple[datetime, datetime]:
    """From the last instant before anything was known to the watermark, as far as was asked for."""
    watermark, first = accounts.watermark(tx, account_id), past.begins_at(tx, account_id)
    if watermark is None or first is None:
        return asked.until, asked.since
    before = first - (first - EPOCH) % asked.every
    return max(before, asked.since), min(watermark, asked.until)


def _promises(tx: sa.Connection, settings: Settings, account_id: int) -> dict[int, Promise]:
    """What the account is held to, or was when it owed something, by number."""
    today = {target.name for target in settings.targets}
    owed = past.targets_owed(tx, account_id)
    return {
        number: Promise(row.name, row.within / _SECOND, row.objective)
        for number, row in history.targets(tx).items()
        if number in owed or row.name in today
    }
