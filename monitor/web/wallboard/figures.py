"""The figures in the head of the wallboard: the report's, of today and of the last 24 hours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from monitor.cycle.desk import Watch
from monitor.domain.statistics import coverage, observed
from monitor.domain.target import Verdict
from monitor.domain.wait import Kind
from monitor.report.numbers import AccountNumbers, Asked, Attained, Subject, account_numbers
from monitor.report.reply_times import ReplyTimes, reply_times
from monitor.store import accounts, history
from monitor.store.history import Window

LATELY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Figures:
    """`attained` today, the promise that is furthest from its objective first. `coverage` of today,
    to a tenth of a percent."""

    attained: tuple[Attained, ...]
    replies: ReplyTimes
    coverage: Fraction | None


def figures(
    tx: sa.Connection, watches: Collection[Watch], target: str, zone: ZoneInfo, now: datetime
) -> Figures:
    """Of these accounts together; of one promise, if it is named."""
    today = midnight(now, zone)
    numbers = [account_numbers(tx, subject(one), Asked(today, now), now) for one in watches]
    attained = [each for each in _together(numbers) if target in ("", each.target)]
    return Figures(
        attained=tuple(sorted(attained, key=_distance)),
        replies=_replies(tx, watches, now),
        coverage=_coverage(tx, watches, today, now),
    )


def midnight(now: datetime, zone: ZoneInfo) -> datetime:
    """When the day began."""
    return now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


def subject(watch: Watch) -> Subject:
    settings = watch.settings
    promises = tuple(target.name for target in settings.targets)
    return Subject(settings.name, settings.brand, settings.platform, promises)


def _together(numbers: Iterable[AccountNumbers]) -> list[Attained]:
    """Each promise, over all accounts that are held to it."""
    found: dict[str, Attained] = {}
    for each in (each for one in numbers for each in one.targets):
        known = found.get(each.target)
        if known:
            summed: Counter[Verdict] = Counter(known.verdicts)
            summed.update(each.verdicts)
            each = replace(known, verdicts=summed)
        found[each.target] = each
    return list(found.values())


def _distance(each: Attained) -> Fraction:
    """Of a promise from its objective; those of which nothing is judged come last."""
    return Fraction(2) if each.share is None else each.share - each.exact_objective


def _replies(tx: sa.Connection, watches: Iterable[Watch], now: datetime) -> ReplyTimes:
    """First replies, over all accounts, each up to its own watermark."""
    lengths = []
    for watch in watches:
        account_id = accounts.one(tx, watch.name).id
        watermark = accounts.watermark(tx, account_id)
        if watermark is None:
            continue
        for wait in history.opened(tx, account_id, Window(now - LATELY, now, watermark)):
            if wait.kind is Kind.FIRST:
                ends = (wait.answered_at, wait.ended_at)
                lengths.append(observed(wait.opened_at, *ends, watermark))
    return reply_times(lengths)


def _coverage(
    tx: sa.Connection, watches: Iterable[Watch], since: datetime, now: datetime
) -> Fraction | None:
    """How much of today was read, of all accounts that are, since they first were. What the next
    poll will read is not missing yet."""
    shares = []
    for watch in watches:
        row = accounts.one(tx, watch.name)
        if not watch.settings.polls and row.live_since is None:
            continue
        shares.append(_covered(tx, watch, row.id, since, now))
    known = [share for share in shares if share is not None]
    if not known:
        return None
    return Fraction(int(sum(known, Fraction(0)) / len(known) * 1000), 1000)


def _covered(
    tx: sa.Connection, watch: Watch, account_id: int, since: datetime, now: datetime
) -> Fraction | None:
    watermark = accounts.watermark(tx, account_id)
    until = now if watch.is_blind(watermark, now) else watermark
    spans = accounts.covered(tx, account_id)
    begun = max(since, spans[0].start) if spans else since
    if until is None or until <= begun:
        return None
    return coverage(spans, begun, until)
