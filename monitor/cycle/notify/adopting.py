"""A new plan: a start, or another configuration. What the old one left over goes by the new."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from monitor.cycle.notify.plan import Plan
from monitor.cycle.notify.sending import TRIED_FOR
from monitor.store import messages, outbox
from monitor.store.database import Store


def adopt(store: Store, plan: Plan, now: datetime, *, alone: bool) -> None:
    """Raises StoreError. `alone`: no other process tells anything; whoever did is dead.

    What a receiver had refused is told once more, as it may have been mended; what was to be told
    by a route or to a notifier that is no more is routed anew.
    """
    with store.write() as tx:
        outbox.ensure(tx, sorted(plan.places))
        outbox.hold_all(tx)
        if alone:
            messages.release(tx)
        messages.take_apart(tx, messages.refused_since(tx, now - TRIED_FOR))
        _rehouse(tx, plan, now)
        outbox.look_at_all_again(tx)


def rehouse(store: Store, plan: Plan, now: datetime) -> None:
    """The same of what was being told when the plan was adopted, and was not heard after all.
    Raises StoreError."""
    with store.read() as tx:
        if not messages.to_others_than(tx, plan.told_once, now):
            return
    with store.write() as tx:
        outbox.hold_all(tx)
        _rehouse(tx, plan, now)


def _rehouse(tx: sa.Connection, plan: Plan, now: datetime) -> None:
    messages.take_apart(tx, messages.to_others_than(tx, plan.told_once, now))
    for group in outbox.pending_groups(tx):
        if plan.route(group) is None:
            outbox.unroute(tx, group)
