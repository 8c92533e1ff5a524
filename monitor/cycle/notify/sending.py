"""Telling: a message is taken, told, and noted; at least once, mostly once.

A failure that waiting can mend is tried again for a day, at ever longer pauses. One that needs a
person ends it at once, and is counted and logged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa
import structlog

from monitor.cycle.notify.composing import PATIENCE, composed_again
from monitor.cycle.notify.plan import Place, Plan
from monitor.cycle.notify.rules import STANDING
from monitor.ports.clock import Clock
from monitor.ports.connector import FetchError, Reason
from monitor.ports.notifier import Notifier
from monitor.store import cases, messages, outbox
from monitor.store.database import Store
from monitor.store.messages import Taken

log = structlog.get_logger()

TRIED_FOR = timedelta(hours=24)
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=10)

REMINDERS_KEPT = timedelta(days=1)
"""Longer than any span of a rate. Of who waits for ever, one is reminded for ever."""


@dataclass(frozen=True, slots=True)
class Sent:
    """That a message was told, or why not."""

    reason: Reason | None


def send(store: Store, plan: Plan, name: str, holder: str, clock: Clock) -> Sent | None:
    """Tell a notifier the oldest message that it is to be told now; None where there is none, or
    it has been told as much as it may be. Raises StoreError."""
    place = plan.places.get(name)
    if place is None or not isinstance(place.notifier, Notifier):
        return None
    with store.write() as tx:
        now = clock()
        outbox.held(tx, name)
        if closed := plan.closed(name, now):
            messages.keep_back(tx, name, closed, now, now + PATIENCE)
        taken = messages.take(tx, name, holder, now) if _may_tell(tx, name, place, now) else None
        if taken is None:
            return None
        told = taken.notice or composed_again(tx, plan, taken.number, taken.key, now)
    reason, retry_at = attempt(name, partial(place.notifier.tell, told))
    with store.write() as tx:
        outbox.held(tx, name)
        messages.count(tx, name, reason)
        if reason:
            _note_failure(tx, taken, reason, retry_at, clock())
        elif messages.told(tx, taken.number, clock()):
            outbox.add(tx, _reminders(tx, plan, taken.number, clock()))
            outbox.forget_reminders(tx, taken.number, clock() - REMINDERS_KEPT)
    return Sent(reason)


def _may_tell(tx: sa.Connection, name: str, place: Place, now: datetime) -> bool:
    rate = place.rate
    return rate is None or messages.tried_since(tx, name, now - rate.per) < rate.count


def attempt(name: str, telling: Callable[[], None]) -> tuple[Reason | None, datetime | None]:
    """Why it could not be told, and when the receiver wants to be asked again."""
    try:
        telling()
    except FetchError as error:
        say = log.error if error.reason.needs_a_person else log.warning
        say("notice.failed", notifier=name, reason=error.reason.value, error=str(error))
        return error.reason, error.retry_at
    except Exception as error:  # noqa: BLE001  a defect of one notifier stops no other
        kind = type(error).__name__  # its text may hold what somebody wrote
        log.error("notice.failed", notifier=name, reason=Reason.INTERNAL.value, error=kind)
        return Reason.INTERNAL, None
    return None, None


def _note_failure(
    tx: sa.Connection, taken: Taken, reason: Reason, retry_at: datetime | None, now: datetime
) -> None:
    end = taken.composed_at + TRIED_FOR
    if reason.needs_a_person or now >= end:
        messages.failed(tx, taken.number, reason, now)
        return
    pause = min(FIRST_PAUSE * 2 ** min(taken.tries - 1, 20), LONGEST_PAUSE)
    again = max(now + pause, retry_at or now)
    messages.try_again(tx, taken.number, reason, min(again, end))


def _reminders(
    tx: sa.Connection, plan: Plan, number: int, now: datetime
) -> Iterator[outbox.Notice]:
    """What was told just now is told again after a while, if it still stands then."""
    told = outbox.of_message(tx, number)
    about = cases.of(tx, {one.alert for one in told})
    for one in told:
        route = plan.route(outbox.Group(one.notifier, one.route), now)
        if route is None or route.repeat_every is None or about[one.alert].kind not in STANDING:
            continue
        if route.max_repeats is None or one.turn < route.max_repeats:
            at = now + route.repeat_every
            yield outbox.Notice(one.alert, one.notifier, one.route, one.after, one.turn + 1, at)
