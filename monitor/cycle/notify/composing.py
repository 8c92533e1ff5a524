"""What goes together: notices of one notifier and route become one message.

The first of a quiet group leaves at once. What follows is gathered until `group_interval` has
passed, and as long as a message of the group is still to be told: after an outage that is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.config import Route
from monitor.cycle import silencing
from monitor.cycle.notify import items, rules
from monitor.cycle.notify.plan import Plan
from monitor.cycle.notify.rules import Dropped
from monitor.cycle.poll import CLOCK_TRUST
from monitor.cycle.silencing import Quiet
from monitor.ports.notifier import Notice
from monitor.store import accounts, cases, messages, outbox
from monitor.store.cases import Case
from monitor.store.database import Store
from monitor.store.outbox import Group, Pending

AT_ONCE = 5_000
"""Notices that one message may be about."""

PATIENCE = timedelta(seconds=5)
"""Until what comes too early, or outside its hours, is looked at again."""

ABSENT = timedelta(days=1)
"""Until one whose account is not configured is: another configuration looks at once."""


def compose(store: Store, plan: Plan, now: datetime) -> int:
    """Compose what is to leave now; how many messages. Raises StoreError."""
    with store.read() as tx:
        groups = [group for group in outbox.groups(tx, now) if _is_ready(tx, plan, group, now)]
    count = 0
    for group in groups:
        with store.write() as tx:
            count += _compose(tx, plan, group, now)
    return count


def composed_again(tx: sa.Connection, plan: Plan, number: int, key: str, now: datetime) -> Notice:
    """What a message tells, from the store as it is now."""
    told = outbox.of_message(tx, number)
    about = [*cases.of(tx, [one.alert for one in told]).values()]
    route = plan.route(Group(told[0].notifier, told[0].route)) if told else None
    return _notice(about, plan, route, key, now, held=False)


@dataclass(slots=True)
class _Sorted:
    """What is to become of notices, by their numbers."""

    tell: dict[int, Case] = field(default_factory=dict)
    drop: dict[int, str] = field(default_factory=dict)
    later: dict[int, datetime] = field(default_factory=dict)
    early: dict[int, Case] = field(default_factory=dict)


def _compose(tx: sa.Connection, plan: Plan, group: Group, now: datetime) -> int:
    outbox.held(tx, group.notifier)
    route = plan.route(group, now)
    if route is None or not _is_ready(tx, plan, group, now):  # another process was faster
        return 0
    notices = outbox.gathered(tx, group, now, AT_ONCE)
    about = cases.of(tx, {one.alert for one in notices})
    quiet = silencing.quiet(tx, plan.maintenance, now)
    found = _sorted(
        notices, about, plan, quiet, rules.now_for(tx, group.notifier, about.values(), now)
    )
    outbox.drop(tx, found.drop)
    outbox.look_again(tx, found.early, now + PATIENCE)
    _look_soon(tx, plan, found.early.values(), now)
    for until in {*found.later.values()}:
        outbox.look_again(tx, [n for n, end in found.later.items() if end == until], until)
    if not found.tell:
        return 0
    held = any(_is_held(route, one) for one in notices if one.number in found.tell)
    distinct = [*{case.number: case for case in found.tell.values()}.values()]
    told = _notice(distinct, plan, route, messages.new_key(), now, held=held)
    messages.put(tx, group, told, found.tell)
    return 1


def _is_ready(tx: sa.Connection, plan: Plan, group: Group, now: datetime) -> bool:
    route = plan.route(group, now)
    if route is None or not route.is_open(now):
        return False
    last = messages.last(tx, group, now + CLOCK_TRUST)
    return last is None or (last.is_settled and now >= last.composed_at + route.group_interval)


def _sorted(
    notices: Sequence[Pending],
    about: Mapping[int, Case],
    plan: Plan,
    quiet: Quiet,
    now: rules.Now,
) -> _Sorted:
    found = _Sorted()
    for one in notices:
        case = about[one.alert]
        is_known = case.account in plan.watches
        if why := rules.pointless(case, now):
            found.drop[one.number] = why
        elif not is_known and rules.is_old(case, now.at):
            found.drop[one.number] = Dropped.OLD
        elif not is_known:
            found.later[one.number] = now.at + ABSENT
        elif until := quiet.until(plan.subject(case)):
            found.later[one.number] = until
        elif rules.is_early(one, case, now):
            found.early[one.number] = case
        else:
            found.tell[one.number] = case
    return found


def _look_soon(tx: sa.Connection, plan: Plan, early: Iterable[Case], now: datetime) -> None:
    """What nobody has taken waits for a look at the platform: let that come soon."""
    waiting = {
        one.account_id: one.account
        for one in early
        if one.wait and not one.wait.acked_by and not rules.ends_something(one)
    }
    for account_id, name in waiting.items():
        gap = plan.watches[name].connector.least_gap
        accounts.bring_forward(tx, account_id, now + gap)


def _is_held(route: Route, one: Pending) -> bool:
    return not route.is_open(one.not_before)


def _notice(
    about: Sequence[Case], plan: Plan, route: Route | None, key: str, now: datetime, *, held: bool
) -> Notice:
    known = [case for case in about if case.account in plan.watches]
    worst = items.worst_first(known)
    return Notice(
        key=key,
        at=now,
        items=[items.item(case, plan) for case in worst[: items.IN_FULL]],
        counts=items.counted(worst),
        zone=plan.zone_of(route) if route else plan.zone,
        held=held,
    )
