"""That an account is not observed as it should be is worth telling, and that it is again (rule 8).

Until then nobody is told of a breach that was not observed; so who counts on being told must know.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.cycle.desk import Watch
from monitor.cycle.poll import clock_error
from monitor.domain.post import EARLIEST
from monitor.ports.notifier import AlertKind
from monitor.store import accounts, alerts, gauges
from monitor.store.accounts import AccountRow
from monitor.store.alerts import Fact
from monitor.store.database import Store
from monitor.store.instants import rfc3339

LAPSE = timedelta(minutes=1)
"""Who has not looked for so long was asleep, and finds accounts unread that are about to be."""


def is_blind(watch: Watch, row: AccountRow, watermark: datetime | None, now: datetime) -> bool:
    """Whether it has been unread for too long, or nobody knows by which clock (rule 8)."""
    return bool(clock_error(row.clock_offset)) or watch.is_blind(watermark, now)


@dataclass(frozen=True, slots=True)
class _Sight:
    """How far an account was observed, and what was last told of that: when and which."""

    watch: Watch
    watched_since: datetime
    row: AccountRow
    watermark: datetime
    told: AlertKind | None
    told_at: datetime | None

    def turn(self, now: datetime) -> AlertKind | None:
        """What is to be told now."""
        if self.told is AlertKind.BLIND:
            return None if self._is_blind(now) else AlertKind.BLIND_OVER
        if self._is_blind(now) and self._had_its_chance(now):
            return AlertKind.BLIND
        return None

    def _is_blind(self, now: datetime) -> bool:
        promises = bool(self.watch.targets)
        return promises and is_blind(self.watch, self.row, self.watermark, now)

    def _had_its_chance(self, now: datetime) -> bool:
        """Whether the last poll has ended, well or not, or the next one does not come about."""
        next_at = max(self.row.next_poll_at or self.watched_since, self.watched_since)
        return next_at > now or now - next_at > self.watch.patience


class Lookout:
    """Looks every few seconds. (Kept in memory only: since when it has done so without a lapse, of
    each account.)"""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._since: dict[str, datetime] = {}
        self._looked_at = EARLIEST

    def look(self, watches: Mapping[str, Watch], now: datetime) -> None:
        """Raises StoreError."""
        if not self._looked_at <= now <= self._looked_at + LAPSE:
            self._since.clear()
        self._looked_at = now
        self._since = {name: self._since.get(name, now) for name in watches}
        look_out(self._store, watches, self._since, now)


def look_out(
    store: Store, watches: Mapping[str, Watch], since: Mapping[str, datetime], now: datetime
) -> None:
    """Write down whose blindness has begun or ended. Raises StoreError.

    An account is found blind only where a poll had its chance to change that `since` it is watched:
    not in the moments between a start, or a reload that adds it, and the end of the first poll. One
    that was never observed, or promises nothing, is blind to nothing.
    """
    with store.read() as tx:
        turned = [sight.watch for sight in _sights(tx, watches, since) if sight.turn(now)]
    for watch in turned:
        with store.write() as tx:
            accounts.held(tx, watch.name)
            for sight in _sights(tx, {watch.name: watch}, since):
                kind = sight.turn(now)
                if kind:
                    alerts.write(tx, sight.row.id, [_fact(tx, sight, kind, now)], now)


def _sights(
    tx: sa.Connection, watches: Mapping[str, Watch], since: Mapping[str, datetime]
) -> Iterator[_Sight]:
    """Of the accounts that are observed live."""
    rows, watermarks = accounts.all_of(tx), accounts.watermarks(tx)
    told = alerts.latest(tx, [AlertKind.BLIND, AlertKind.BLIND_OVER])
    for name, watch in watches.items():
        row = rows[name]
        watermark = watermarks.get(row.id)
        if watermark and row.live_since:
            last = told.get(row.id, (None, None))
            yield _Sight(watch, since[name], row, watermark, *last)


def _fact(tx: sa.Connection, sight: _Sight, kind: AlertKind, now: datetime) -> Fact:
    """`waits`: how many live ones are open of which some promise is not judged yet. They may have
    been answered unseen, so of none can be verified whether it will be kept, due by now or not."""
    if kind is AlertKind.BLIND:
        since = max(sight.watermark, sight.told_at or sight.watermark)
        waits = gauges.unjudged_waits(tx, sight.row.id, sight.watch.targets)
        return Fact(_key(kind, sight, since), kind, since, details={"waits": waits})
    since = sight.told_at or sight.watermark
    return Fact(_key(kind, sight, since), kind, now)


def _key(kind: AlertKind, sight: _Sight, since: datetime) -> str:
    return f"{kind.value}/{sight.watch.name}/{rfc3339(since)}"
