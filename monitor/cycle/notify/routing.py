"""Whom to tell: each fact becomes notices, once, by the routes then in force.

Facts about an account that is not configured wait until it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import chain

from monitor.config import Route
from monitor.cycle.notify.plan import Plan
from monitor.cycle.notify.rules import ends_something, is_old
from monitor.store import accounts, cases, outbox
from monitor.store.cases import Case
from monitor.store.database import Store
from monitor.store.outbox import Notice

AT_ONCE = 500
"""Facts a transaction."""


def route(store: Store, plan: Plan, now: datetime) -> int:
    """Decide of every new fact; how many there were. Raises StoreError."""
    count = 0
    while True:
        with store.read() as tx:
            absent = accounts.others_than(tx, plan.watches)
            if not cases.is_any_unrouted(tx, absent):
                return count
        with store.write() as tx:
            found = cases.unrouted(tx, absent, AT_ONCE)
            numbers = [case.number for case in found]
            told = outbox.first_words(tx, numbers)
            fresh = (_untold(_notices(case, plan, now), told) for case in found)
            outbox.add(tx, chain.from_iterable(fresh))
            cases.routed(tx, numbers, now)
        if not found:  # another process decides of them at this moment
            return count
        count += len(found)


def _untold(
    notices: Collection[Notice], told: Mapping[tuple[int, str], Collection[timedelta]]
) -> Iterator[Notice]:
    """A fact is decided of anew where a route is altered: whoever was told of it is told again only
    to escalate. Its soonest notices, as many as it was told before, stand for those."""
    for one in notices:
        heard = told.get((one.alert, one.notifier), ())
        sooner = sum(other.after < one.after for other in notices if other.notifier == one.notifier)
        if sooner >= len(heard) and all(after < one.after for after in heard):
            yield one


def _notices(case: Case, plan: Plan, now: datetime) -> Collection[Notice]:
    """One for each notifier and delay, by a route that is open then, else the one that opens first;
    those that are told what stands need none."""
    if not _is_told(case, now):
        return ()
    found: dict[tuple[str, timedelta], Notice] = {}
    for one in sorted(plan.routes_for(case), key=lambda one: one.opens_at(_at(case, one, now))):
        after = _after(case, one)
        for name in one.to:
            if not plan.places[name].is_standing:
                notice = Notice(case.number, name, one.key, after, 0, _at(case, one, now))
                found.setdefault((name, after), notice)
    return found.values()


def _after(case: Case, route: Route) -> timedelta:
    return timedelta(0) if ends_something(case) else route.after


def _at(case: Case, route: Route, now: datetime) -> datetime:
    return max(case.at + _after(case, route), now)


def _is_told(case: Case, now: datetime) -> bool:
    if is_old(case, now):
        return False
    return case.wait is None or case.wait.live or ends_something(case)
