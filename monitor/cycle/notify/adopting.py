"""A new plan: a start, or another configuration. What the old one left over goes by the new."""

from __future__ import annotations

from datetime import datetime

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
        if alone:
            messages.release(tx)
        homeless = messages.to_others_than(tx, plan.told_once, now)
        messages.take_apart(tx, [*homeless, *messages.refused_since(tx, now - TRIED_FOR)])
        for group in outbox.pending_groups(tx):
            if plan.route(group) is None:
                outbox.unroute(tx, group)
        outbox.look_at_all_again(tx)
