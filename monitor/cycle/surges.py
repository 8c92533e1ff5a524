"""What outgrows the usual: more mentions than an hour mostly brings, an unanswered post that
spreads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from math import log
from statistics import median

import sqlalchemy as sa

from monitor.cycle.counting import PostIn
from monitor.cycle.desk import Watch
from monitor.cycle.looking import LAPSE, YOUNG
from monitor.domain.statistics import poisson_tail
from monitor.ports.connector import LooksUp
from monitor.ports.notifier import AlertKind
from monitor.store import accounts, alerts, posts, pruning, reach
from monitor.store.accounts import AccountRow
from monitor.store.alerts import Fact
from monitor.store.database import Store
from monitor.store.instants import rfc3339

UNLIKELY = 1e-4
"""So unlikely must so many mentions be: by chance, about once in a year of hours."""

SLACK = log(2)
"""A median of m is that of any Poisson law whose rate is at most so much above m (Choi, 1994). Held
against m itself, chance alone would surge up to nine times a year, and not once or twice."""

WEEKS, ENOUGH = 8, 4
"""So many past weeks say what is usual, the latest; with fewer than the second nothing is said."""

HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)

SOON = timedelta(minutes=10)
"""Over which the growth of a reach is told."""


def look_for_surges(store: Store, watches: Mapping[str, Watch], now: datetime) -> None:
    """Write down what surges, each once: mentions once an hour. Raises StoreError."""
    with store.read() as tx:
        rows = accounts.all_of(tx)
    for name, watch in watches.items():
        row = rows[name]
        with store.read() as tx:
            news = _news(tx, watch, row, now)
        if news:
            with store.write() as tx:
                accounts.held(tx, name)
                alerts.write(tx, row.id, news, now)


def _news(tx: sa.Connection, watch: Watch, row: AccountRow, now: datetime) -> list[Fact]:
    if row.live_since is None:
        return []
    found = [*_crowd(tx, watch, row, row.live_since, now), *_spread(tx, watch, row, now)]
    told = alerts.standing(tx, [fact.key for fact in found])
    return [fact for fact in found if fact.key not in told]


def _crowd(
    tx: sa.Connection, watch: Watch, row: AccountRow, live_since: datetime, now: datetime
) -> Iterator[Fact]:
    """The running hour of the week, on the account's clock, beside the same of past weeks."""
    hour = now.astimezone(watch.settings.timezone).replace(minute=0, second=0, microsecond=0)
    since = hour.astimezone(UTC)
    mentions = _mentions(tx, row, since, now + HOUR)
    if poisson_tail(mentions, SLACK) >= UNLIKELY:  # not even where there mostly are none
        return
    begun = max(live_since, pruning.pruned_before(tx, row.id) or live_since)
    past = [(hour - n * WEEK).astimezone(UTC) for n in range(1, WEEKS + 1)]
    counts = [_mentions(tx, row, start, start + HOUR) for start in past if start >= begun]
    if len(counts) < ENOUGH:
        return
    usual = float(median(counts))
    if poisson_tail(mentions, usual + SLACK) < UNLIKELY:
        key = f"{AlertKind.SURGE.value}/{row.name}/{rfc3339(since)}"
        details = {"mentions": mentions, "usual": usual}
        yield Fact(key, AlertKind.SURGE, since, details=details)


def _mentions(tx: sa.Connection, row: AccountRow, since: datetime, until: datetime) -> int:
    return posts.count_tallied(tx, row.id, PostIn.MENTIONS, since, until)


def _spread(tx: sa.Connection, watch: Watch, row: AccountRow, now: datetime) -> Iterator[Fact]:
    """Open live waits whose post has reached many, or many more than ten minutes ago."""
    limits = watch.settings.surge
    asked = [limit for limit in (limits.reach, limits.reach_per_10m) if limit]
    if not asked:
        return
    spreading = reach.of_open_waits(tx, row.id, min(asked))
    ids = [one.post_id for one in spreading]
    before = reach.first(tx, row.id, ids) | reach.as_of(tx, row.id, ids, now - SOON)
    for one in spreading:
        growth = one.reach - before.get(one.post_id, one.reach)
        # What grew in a day, or while nobody looked, has not grown in ten minutes.
        is_young = one.opened_at > now - YOUNG
        is_watched = not isinstance(watch.connector, LooksUp) or one.found_at > now - LAPSE
        if limits.reach and one.reach >= limits.reach:
            yield _spreading(one.wait, "reach", one.reach, now)
        if limits.reach_per_10m and is_young and is_watched and growth >= limits.reach_per_10m:
            yield _spreading(one.wait, "growth", growth, now)


def _spreading(wait: int, what: str, much: int, now: datetime) -> Fact:
    key = f"{AlertKind.SURGE.value}/{wait}/{what}"
    return Fact(key, AlertKind.SURGE, now, wait, details={what: much})
