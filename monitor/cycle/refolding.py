"""Today's settings applied to the past, and what they change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice

from monitor.cycle.desk import Watch, desk
from monitor.cycle.ingest import refold
from monitor.store import accounts, posts, waits
from monitor.store.database import Store

CHUNK = 200
"""Conversations a transaction."""


def refold_account(
    store: Store, watch: Watch, since: datetime | None, now: datetime
) -> Counter[tuple[str, str]]:
    """Read every text that is still kept by today's rules, fold every conversation touched since
    then by today's agents, and store what that gives. How many waits changed from what to what
    ("none" where there was no wait)."""
    with store.read() as tx:
        account_id = accounts.one(tx, watch.name).id
        touched = iter(posts.touched_since(tx, account_id, since))
    changes: Counter[tuple[str, str]] = Counter()
    while chunk := list(islice(touched, CHUNK)):
        with store.write() as tx:
            here = desk(watch, accounts.one(tx, watch.name))
            before = _statuses(waits.in_conversations(tx, here.id, chunk))
            stored = posts.find(tx, here.id, posts.members(tx, here.id, chunk))
            reread = {
                name: replace(one, reading=here.wording.read(one.versions.first))
                for name, one in stored.items()
                if one.versions.first.text is not None
            }
            posts.put(tx, here.id, [one for name, one in reread.items() if one != stored[name]])
            refold(tx, here, stored | reread, now)
            after = _statuses(waits.in_conversations(tx, here.id, chunk))
        changes.update(_differences(before, after))
    return changes


def _statuses(found: list[waits.StoredWait]) -> dict[int, str]:
    return {wait.number: f"{wait.columns['kind']}, {wait.status.value}" for wait in found}


def _differences(before: dict[int, str], after: dict[int, str]) -> Iterator[tuple[str, str]]:
    for number in before.keys() | after.keys():
        was, now_is = before.get(number, "none"), after.get(number, "none")
        if was != now_is:
            yield was, now_is
