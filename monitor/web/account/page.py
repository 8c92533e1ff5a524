"""The pages of accounts: one, and all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

import sqlalchemy as sa
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.cycle.desk import Watch
from monitor.domain.statistics import coverage, naive_percentile
from monitor.ports.connector import Reason
from monitor.report.numbers import Asked, account_numbers
from monitor.report.reply_times import HALF, NINE_IN_TEN
from monitor.store import accounts, reading, tallies
from monitor.store.accounts import AccountRow
from monitor.store.reading import Blindness
from monitor.store.tallies import Histogram
from monitor.web.account.charts import DAY, days, last_day
from monitor.web.account.condition import condition
from monitor.web.deck import Deck
from monitor.web.paper import Paper
from monitor.web.reasons import TROUBLES
from monitor.web.wallboard.figures import midnight, subject
from monitor.web.wallboard.filter import Filter
from monitor.web.wallboard.moment import Moment, Standing, Warnings, read
from monitor.web.wallboard.state import State

WEEK = timedelta(days=7)


def routes(deck: Deck, paper: Paper) -> list[Route]:
    pages = _Pages(deck, paper)
    return [Route("/accounts", pages.every), Route("/accounts/{name}", pages.one)]


@dataclass(frozen=True, slots=True)
class Line:
    """An account among all."""

    watch: Watch
    standing: Standing
    coverage: Fraction | None
    rate_limit_left: int | None
    waiting: int
    unconfirmed: int


@dataclass(frozen=True, slots=True)
class Span:
    """A span of blindness, and what fell due in it; of that, what was learnt late."""

    blind: Blindness
    fell_due: int
    learnt_late: int


class _Pages:
    def __init__(self, deck: Deck, paper: Paper) -> None:
        self._deck, self._paper = deck, paper

    def every(self, request: Request) -> Response:
        now = self._deck.clock()
        with self._deck.store.read() as tx:
            lines = self._lines(tx, now)
        return self._paper.page(request, "account/all.html", now, here="/accounts", lines=lines)

    def one(self, request: Request) -> Response:
        now, name = self._deck.clock(), request.path_params["name"]
        watch = self._deck.watches.get(name)
        if watch is None:
            return self._paper.missing(request, "No account of this name is watched here.", now)
        with self._deck.store.read() as tx:
            shown = self._shown(tx, watch, now)
        return self._paper.page(
            request, "account/page.html", now, here="/accounts", watch=watch, **shown
        )

    def _lines(self, tx: sa.Connection, now: datetime) -> list[Line]:
        watches = self._deck.watches
        moment = Moment(read(tx, watches), watches, Warnings())
        places = moment.seen(Filter(), now)
        rows = {row.name: row for row in moment.read.accounts.values()}
        found = []
        for standing in moment.standings(Filter(), now):
            mine = [one for one in places if one.watch.name == standing.name]
            row = rows[standing.name]
            found.append(
                Line(
                    watch=watches[standing.name],
                    standing=standing,
                    coverage=_covered(tx, row.id, standing, now),
                    rate_limit_left=row.rate_limit_left,
                    waiting=len(mine),
                    unconfirmed=sum(one.state is State.UNCONFIRMED for one in mine),
                )
            )
        return found

    def _shown(self, tx: sa.Connection, watch: Watch, now: datetime) -> dict[str, object]:
        zone = self._deck.config.timezone
        row = accounts.one(tx, watch.name)
        today = midnight(now, zone)
        lines = self._lines(tx, now)
        mine = next(one for one in lines if one.watch is watch)
        covered = accounts.covered(tx, row.id)
        blind = _blindness(tx, row, mine.standing, now)
        found = reading.seen(tx, row.id, max(now - DAY, row.live_since or now))
        lags = [one.lag for one in found]
        expected = watch.interval + watch.connector.least_gap + watch.connector.settle
        counts = _counts(tx, row.id)
        return {
            "row": row,
            "mine": mine,
            "lines": lines,
            "condition": condition(watch, row, mine.standing, mine.unconfirmed, now),
            "numbers": account_numbers(tx, subject(watch), Asked(today, now), now),
            "lag": (naive_percentile(lags, HALF), naive_percentile(lags, NINE_IN_TEN)),
            "expected": expected,
            "interval": watch.interval,
            "least_gap": watch.connector.least_gap,
            "day": last_day(
                covered, [one for one in blind if _is_of_day(one, now)], found, expected, zone, now
            ),
            "days": days(covered, blind, today, _known_until(mine.standing, now)),
            "spans": _spans(tx, row.id, watch, blind, now),
            "polls": counts.get(("polls_total", ""), 0),
            "failures": {
                reason: int(counts.get(("poll_failures_total", reason.value), 0))
                for reason in Reason
            },
            "troubles": TROUBLES,
            "blind_for": timedelta(seconds=counts.get(("blind_seconds_total", ""), 0)),
            "poll_takes": _half_within(tallies.histograms(tx).get((row.id, "poll_seconds"))),
        }


def _covered(
    tx: sa.Connection, account_id: int, standing: Standing, now: datetime
) -> Fraction | None:
    """Of the last 24 hours. What the next poll will read is not missing yet."""
    spans, until = accounts.covered(tx, account_id), _known_until(standing, now)
    if not spans:
        return None
    begun = max(now - DAY, spans[0].start)
    return coverage(spans, begun, until) if begun < until else None


def _known_until(standing: Standing, now: datetime) -> datetime:
    """Until when it can be said what was read and what was not."""
    return now if standing.is_blind else standing.read_until or now


def _counts(tx: sa.Connection, account_id: int) -> Mapping[tuple[str, str], float]:
    every = tallies.counts(tx)
    return {(name, label): n for (one, name, label), n in every.items() if one == account_id}


def _blindness(
    tx: sa.Connection, row: AccountRow, standing: Standing, now: datetime
) -> list[Blindness]:
    """Of the last seven days. What was not told yet, since it has just begun, is in it too."""
    found = reading.blindness(tx, row.id, now - WEEK)
    is_told = bool(found) and found[-1].until is None
    if standing.is_blind and standing.read_until and not is_told:
        found.append(Blindness(standing.read_until, None))
    return found


def _is_of_day(one: Blindness, now: datetime) -> bool:
    return (one.until or now) > now - DAY


def _spans(
    tx: sa.Connection, account_id: int, watch: Watch, blind: Sequence[Blindness], now: datetime
) -> list[Span]:
    """The newest first."""
    if not blind:
        return []
    due = reading.fell_due(tx, account_id, sorted(watch.targets), blind[0].since)
    spans = []
    for one in reversed(blind):
        inside = [late for at, late in due if one.since < at <= (one.until or now)]
        spans.append(Span(one, len(inside), sum(inside)))
    return spans


def _half_within(histogram: Histogram | None) -> float | None:
    """Seconds within which half of all polls ended, to the bucket."""
    if histogram is None or not histogram.counts:
        return None
    total, passed = sum(histogram.counts.values()), 0
    for bound in sorted(histogram.counts):
        passed += histogram.counts[bound]
        if 2 * passed >= total:
            return bound if bound != float("inf") else None
    return None
