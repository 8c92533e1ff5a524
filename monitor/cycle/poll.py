"""One poll of one account: read, store, judge, and say when to come back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog

from monitor.cycle import failing, looking
from monitor.cycle.desk import Desk, Watch, desk
from monitor.cycle.ingest import ingest
from monitor.cycle.judge import judge_account
from monitor.domain.post import Post
from monitor.http import Usage
from monitor.ports.clock import Clock
from monitor.ports.connector import Batch, FetchError, Reason
from monitor.store import accounts, tallies, waits
from monitor.store.accounts import AccountRow
from monitor.store.database import Store, StoreError

log = structlog.get_logger()

LONGEST_REST = timedelta(minutes=15)
"""Between polls of an account that fails; also the rest after a refused credential, since logins
are scarce."""

LONGEST_ASKED = 4 * LONGEST_REST
"""What a platform asks for beyond this is not granted."""

CLOCK_TRUST = timedelta(seconds=5)
"""Beyond this the two clocks are not believed to agree."""

POLL_BOUNDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


def poll(store: Store, watch: Watch, clock: Clock) -> Reason | None:
    """Poll once; why it failed, or None. Raises StoreError where not even that can be stored."""
    began = clock()
    try:
        with store.read() as tx:
            row = accounts.one(tx, watch.name)
            links = waits.links_to_judge(
                tx, row.id, began, looking.MOST_AT_ONCE, len(watch.targets)
            )
        batch = Batch((), row.cursor)
        for batch in watch.connector.fetch(row.cursor, began):
            more: list[Post] = []
            if batch.complete_until:  # what was deleted in time is no breach
                more = looking.look_up(store, watch, row.id, links, clock)
            with store.write() as tx:
                _take(tx, watch, replace(batch, posts=[*batch.posts, *more]), began, clock())
    except FetchError as error:
        return _failed(store, watch, error.reason, str(error), began, clock(), error.retry_at)
    except StoreError as error:
        return _failed(store, watch, Reason.STORE, str(error), began, clock())
    except Exception as error:
        log.exception("poll.internal", account=watch.name)
        return _failed(store, watch, Reason.INTERNAL, type(error).__name__, began, clock())
    if batch.complete_until is None:
        told = "the connector did not say until when it has read"
        return _failed(store, watch, Reason.INTERNAL, told, began, clock())
    return None


def clock_error(offset: timedelta | None) -> timedelta:
    """By how much the host's clock runs ahead of the platform's, where that is more than networks
    explain; below zero if behind. The account counts as blind meanwhile."""
    return offset if offset and abs(offset) > CLOCK_TRUST else timedelta(0)


def longest_rest(watch: Watch, row: AccountRow) -> timedelta:
    """No poll puts the next one off for longer."""
    return LONGEST_ASKED if row.failures else watch.interval + watch.connector.least_gap


def _take(tx: sa.Connection, watch: Watch, batch: Batch, began: datetime, now: datetime) -> None:
    """Store one batch, with the cursor that lies behind it. Posts are taken in at the time that it
    is on the platform, since their own times are the platform's."""
    usage = watch.web.taken()
    row = accounts.held(tx, watch.name)
    shown = _shown(usage, row)
    row = replace(row, ids={**row.ids, **batch.ids}, **shown)
    here = desk(watch, row)
    there = now - clock_error(row.clock_offset)
    ingest(tx, here, batch.posts, now=there, live=True)
    columns = {"cursor": batch.cursor, "ids": row.ids, **shown}
    counts = _requests(usage)
    if batch.complete_until is not None:
        finished, blind_for = _finish(tx, watch, row, here, batch.complete_until, began, now)
        columns |= finished
        counts |= {("polls_total", ""): 1, ("blind_seconds_total", ""): blind_for.total_seconds()}
        _time(tx, row.id, now - began)
    accounts.update(tx, row.id, **columns)
    tallies.add(tx, row.id, counts)


def _finish(
    tx: sa.Connection,
    watch: Watch,
    row: AccountRow,
    here: Desk,
    complete_until: datetime,
    began: datetime,
    now: datetime,
) -> tuple[dict[str, Any], timedelta]:
    """A poll that read everything: the watermark moves, and what it passes is judged. Of the two
    clocks the slower is believed. What changes of the account's row, and for how long it was
    blind."""
    wrong = clock_error(row.clock_offset)
    ahead = max(wrong, timedelta(0))
    before = accounts.watermark(tx, row.id) if row.live_since else None
    until = complete_until - ahead
    accounts.cover(tx, row.id, before or began - watch.settings.history, until, live=True)
    watermark = max(until, before or until)
    blind_for = _blind_for(watch, before, now - ahead, is_clock_wrong=bool(wrong))
    here = replace(here, live_since=row.live_since or now - wrong)
    failing.note_success(tx, row, now)
    judge_account(tx, here, watermark, now, was_blind=blind_for > timedelta(0))
    changed = {
        "live_since": here.live_since,
        "next_poll_at": _next_poll(tx, watch, row.id, watermark, min(began, now), ahead),
        "last_success_at": now,
        "failing_since": None,
        "failures": 0,
        "reason": None,
    }
    return changed, blind_for


def _blind_for(
    watch: Watch, before: datetime | None, now: datetime, *, is_clock_wrong: bool
) -> timedelta:
    """Of the span that this poll ends, how long promises could break unseen."""
    if before is None:
        return timedelta(0)
    return max(now - before - (timedelta(0) if is_clock_wrong else watch.patience), timedelta(0))


def _next_poll(
    tx: sa.Connection,
    watch: Watch,
    account_id: int,
    watermark: datetime,
    began: datetime,
    ahead: timedelta,
) -> datetime:
    """At the interval, or as soon as the next instant of an open wait can be observed, on the
    host's clock. Where a promise falls due within the least gap after that, the poll comes then: an
    earlier one would keep it waiting. One poll serves all that are due within half a gap."""
    gap, delay = watch.connector.least_gap, watch.connector.settle + ahead
    earliest, regular = began + gap, began + watch.interval
    first = waits.next_instant(tx, account_id, watermark)
    chosen = max(min(regular, first + delay) if first else regular, earliest)
    if not first or first + delay > chosen + gap:
        return chosen
    dues = waits.due_instants(tx, account_id, watermark, chosen + gap - delay)
    served = [due for due in dues if due <= dues[0] + gap / 2]
    return max(served[-1] + delay, earliest) if served else chosen


def _failed(
    store: Store,
    watch: Watch,
    reason: Reason,
    message: str,
    began: datetime,
    now: datetime,
    retry_at: datetime | None = None,
) -> Reason:
    log.warning("poll.failed", account=watch.name, reason=reason.value, error=message)
    usage = watch.web.taken()
    with store.write() as tx:
        row = accounts.held(tx, watch.name)
        failing.note_failure(tx, row, reason, now)
        accounts.update(
            tx,
            row.id,
            next_poll_at=_rest(watch, reason, row.failures, now, retry_at),
            failing_since=row.failing_since or now,
            failures=row.failures + 1,
            reason=reason.value,
            **_shown(usage, row),
        )
        failed = {("polls_total", ""): 1, ("poll_failures_total", reason.value): 1}
        tallies.add(tx, row.id, {**_requests(usage), **failed})
        _time(tx, row.id, now - began)
    return reason


def _rest(
    watch: Watch, reason: Reason, failures: int, now: datetime, retry_at: datetime | None
) -> datetime:
    """When to try again. What the platform asks for wins, within reason."""
    if reason is Reason.AUTH:
        return now + LONGEST_REST
    doubled: timedelta = watch.settings.poll * 2 ** min(failures, 10)
    rest = now + min(max(doubled, watch.connector.least_gap), LONGEST_REST)
    return max(rest, min(retry_at, now + LONGEST_ASKED)) if retry_at else rest


def _shown(usage: Usage, row: AccountRow) -> dict[str, Any]:
    """What the platform's answers have told beside posts."""
    offset = row.clock_offset if usage.clock_offset is None else usage.clock_offset
    left = usage.rate_limit.remaining if usage.rate_limit else row.rate_limit_left
    return {"clock_offset": offset, "rate_limit_left": left}


def _requests(usage: Usage) -> dict[tuple[str, str], float]:
    return {("platform_requests_total", code): n for code, n in usage.requests.items()}


def _time(tx: sa.Connection, account_id: int, took: timedelta) -> None:
    tallies.observe(tx, account_id, {"poll_seconds": [took.total_seconds()]}, POLL_BOUNDS)
