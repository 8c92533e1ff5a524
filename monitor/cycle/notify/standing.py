"""What stands, for notifiers that are told it again and again and gather by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa

from monitor.config import Route
from monitor.cycle import silencing
from monitor.cycle.notify import rules
from monitor.cycle.notify.items import item
from monitor.cycle.notify.plan import Plan
from monitor.cycle.notify.sending import Sent, attempt
from monitor.ports.notifier import AlertKind, Item, StandingNotifier
from monitor.store import cases, messages, outbox
from monitor.store.cases import Case
from monitor.store.database import Store

ENDED_FOR = timedelta(minutes=10)
"""How long it is told that something has ended: longer than any pause between two tellings."""


def stand(store: Store, plan: Plan, name: str, now: datetime) -> Sent | None:
    """Tell a notifier all that fires and is routed to it, and what has ended lately; None where it
    is told single messages instead. Raises StoreError."""
    notifier = plan.places[name].notifier
    if not isinstance(notifier, StandingNotifier):
        return None
    firing: list[Item] = []
    ended: list[Item] = []
    with store.read() as tx:
        for case, fires in _routed(tx, plan, name, now):
            (firing if fires else ended).append(item(case, plan))
    reason, _ = attempt(name, partial(notifier.stand, firing, ended, now))
    if firing or ended or reason:
        with store.write() as tx:
            outbox.held(tx, name)
            messages.count(tx, name, reason)
    return Sent(reason)


def _routed(tx: sa.Connection, plan: Plan, name: str, now: datetime) -> Iterator[tuple[Case, bool]]:
    """The facts that go to this notifier, and whether each still stands."""
    known = [case for case in cases.calling(tx, now - ENDED_FOR) if case.account in plan.watches]
    what = rules.now_for(tx, name, known, now)
    quiet = silencing.quiet(tx, plan.maintenance, now)
    for case in known:
        mine = [route for route in plan.routes_for(case) if name in route.to]
        if mine and not quiet.until(plan.subject(case)):
            if not _is_firing(case, what):
                if not _is_long_over(case, what):
                    yield case, False
            elif any(_is_told(route, case, what) for route in mine):
                yield case, True


def _is_firing(case: Case, now: rules.Now) -> bool:
    """A breach that somebody has taken does not: to tell it again and again would be to remind."""
    is_taken = case.kind is AlertKind.BREACH and case.wait is not None and case.wait.acked_by
    return not is_taken and rules.pointless(case, now) is None


def _is_long_over(case: Case, now: rules.Now) -> bool:
    """Of waits those are not asked for."""
    ended_at = None if case.wait else rules.ended_at(case, now)
    return ended_at is not None and ended_at < now.at - ENDED_FOR


def _is_told(route: Route, case: Case, now: rules.Now) -> bool:
    """Whether it stands for so long as the route asks, and somebody is there to hear it."""
    if not route.is_open(now.at):
        return False
    if not route.after:
        return True
    wanted = case.at + route.after
    seen = now.watermarks.get(case.account_id) if case.wait else now.at
    return wanted <= now.at and seen is not None and wanted <= seen
