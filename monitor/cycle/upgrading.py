"""After the rules of the clock have changed: the past by the new ones, in silence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from itertools import islice

import structlog

from monitor.cycle.desk import Watch, desk
from monitor.cycle.ingest import refold
from monitor.cycle.judge import judge_account
from monitor.domain.wait import DEFINITION_VERSION
from monitor.store import accounts, posts
from monitor.store.database import Store

log = structlog.get_logger()

CHUNK = 100
"""Conversations a transaction."""


def bring_up_to_date(
    store: Store, watch: Watch, now: datetime, tick: Callable[[], None] = lambda: None
) -> int:
    """Fold an account anew if it was last folded by older rules; how many conversations that were.

    Texts are not read again. Nothing is counted and nobody is told: a wait that the new rules make
    out is history. If it is cut short, the next start begins anew. `tick` is called between
    transactions. Raises StoreError.
    """
    with store.read() as tx:
        row = accounts.one(tx, watch.name)
        if row.definition_version >= DEFINITION_VERSION:
            return 0
        conversations = posts.touched_since(tx, row.id, None)
    log.info("upgrade.refolding", account=watch.name, conversations=len(conversations))
    rest = iter(conversations)
    while chunk := list(islice(rest, CHUNK)):
        _refold(store, watch, chunk, now)
        tick()
    with store.write() as tx:
        accounts.update(tx, row.id, definition_version=DEFINITION_VERSION)
    return len(conversations)


def _refold(store: Store, watch: Watch, chunk: list[str], now: datetime) -> None:
    with store.write() as tx:
        here = replace(desk(watch, accounts.held(tx, watch.name)), is_silent=True)
        called = set(posts.conversations_of(tx, here.id, chunk).values())
        stored = posts.find(tx, here.id, posts.members(tx, here.id, called))
        refold(tx, here, stored, now)
        watermark = accounts.watermark(tx, here.id)
        if watermark:
            judge_account(tx, here, watermark, now, was_blind=False)
