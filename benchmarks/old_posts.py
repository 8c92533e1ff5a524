"""A long history in SQLite, in the database's own words: as many objects would take minutes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

import sqlalchemy as sa

from benchmarks.filling import WITHIN
from monitor.domain.wait import DEFINITION_VERSION
from monitor.store.database import Store
from monitor.store.instants import micros

BEFORE = datetime(2026, 1, 1, tzinfo=UTC)
"""When the newest of them was written; one a second before it."""


def old_posts(store: Store, account_ids: Collection[int], target_id: int, posts: int) -> None:
    """So many, shared out among the accounts. Every fifth has opened a wait, which the next one
    has answered in time."""
    with store.write() as tx:
        for account_id in account_ids:
            values = {
                "account": account_id,
                "target": target_id,
                "posts": posts // len(account_ids),
                "before": micros(BEFORE),
                "within": micros(WITHIN),
                "version": DEFINITION_VERSION,
            }
            for statement in (_POSTS, _NODES, _WAITS, _DUES):
                tx.execute(sa.text(statement), values)


_NUMBERED = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :posts),
p(i, name, at) AS (
    SELECT i, printf('8%017d', i), :before - (:posts - i) * 1000000 FROM n WHERE i % {every} = 0
)
"""
_EACH, _FIFTH = (_NUMBERED.format(every=every) for every in (1, 5))

_POSTS = f"""
INSERT INTO post (account_id, native_id, author_id, author_handle, author_is_bot, created_at,
    seen_at, surface, text, only_deleted, closer, reply_class, live, tallied)
{_EACH} SELECT :account, name, name, 'customer' || i || '@mastodon.example', 0, at, at, 'public',
    'Is there anybody? I have been waiting since noon.', 0, 0, 'human', 1, 1 FROM p
"""

_NODES = f"""
INSERT INTO node (account_id, native_id, conversation) {_EACH} SELECT :account, name, name FROM p
"""

_WAITS = f"""
INSERT INTO wait (account_id, opened_by, conversation, customer, customer_handle, kind, status,
    opened_at, answered_by, answered_at, reply_class, reply_deleted, attribution, skewed, nudges,
    link, calendar_span, business_span, late_arrival, live, definition_version, tallied)
{_FIFTH} SELECT :account, name, name, name, 'customer' || i || '@mastodon.example', 'first',
    'answered', at, name, at + 1000000, 'human', 0, 'told', 0, 0, name, 1000000, 1000000, 0, 1,
    :version, 3 FROM p
"""

_DUES = """
INSERT INTO due (wait, target_id, account_id, due_at, verdict, late_detected, tallied)
SELECT number, :target, account_id, opened_at + :within, 'met', 0, 3 FROM wait
WHERE account_id = :account AND status = 'answered'
"""
