"""Today's settings applied to the past, and what they change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import islice

from monitor.cycle.desk import Watch, desk
from monitor.cycle.ingest import refold
from monitor.cycle.judge import judge_history
from monitor.domain.post import ReplyClass
from monitor.store import accounts, posts, waits
from monitor.store.database import Store
from monitor.store.waits import StoredWait

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
            here = desk(watch, accounts.held(tx, watch.name))
            # The daemon may have joined some since; each is called by one of its ids.
            called = set(posts.conversations_of(tx, here.id, chunk).values())
            before = _statuses(waits.in_conversations(tx, here.id, called))
            stored = posts.find(tx, here.id, posts.members(tx, here.id, called))
            reread = {
                name: replace(one, reading=here.wording.read(one.versions.first))
                for name, one in stored.items()
                if one.versions.first.text is not None
            }
            differing = [one for name, one in reread.items() if one != stored[name]]
            posts.put(tx, here.id, differing)
            refold(tx, here, stored | reread, now)
            after = _statuses(waits.in_conversations(tx, here.id, called))
        changes.update(_differences(before, after))
    judge_history(store, watch, now)
    return changes


def _statuses(found: list[StoredWait]) -> dict[int, tuple[str, object]]:
    """What each wait is, in words, and the answer that made it so."""
    return {wait.number: (_status(wait), wait.columns["answered_by"]) for wait in found}


def _status(wait: StoredWait) -> str:
    words = [wait.columns["kind"], wait.status.value]
    if wait.columns["reply_class"] not in (None, ReplyClass.HUMAN):
        words.append(f"by a {wait.columns['reply_class']}")
    return ", ".join(words)


def _differences(
    before: Mapping[int, tuple[str, object]], after: Mapping[int, tuple[str, object]]
) -> Iterator[tuple[str, str]]:
    none = "none", None
    for number in before.keys() | after.keys():
        (was, was_by), (now_is, now_by) = before.get(number, none), after.get(number, none)
        if was != now_is:
            yield was, now_is
        elif was_by != now_by:
            yield was, f"{now_is} by another post"
