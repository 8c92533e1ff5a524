"""Asks the platform for single posts: deleted? edited? how far has it reached by now?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog

from monitor.cycle.desk import Watch
from monitor.domain.post import Post
from monitor.ports.clock import Clock
from monitor.ports.connector import FetchError, LooksUp
from monitor.store import accounts, posts, waits
from monitor.store.database import Store

log = structlog.get_logger()

YOUNG = timedelta(days=1)
"""For so long an open wait is looked at often; after that, once a day."""

OFTEN = timedelta(minutes=5)
SELDOM = timedelta(days=1)

LAPSE = 3 * OFTEN
"""How fast a post has grown at which nobody has looked for so long is not known."""

MOST_AT_ONCE = 80


class Looked(NamedTuple):
    """At the posts of which waits; their new versions, and the ids of those at which nobody had
    looked for a LAPSE."""

    waits: list[int]
    found: list[Post]
    lost: list[str]


def in_turn(store: Store, watch: Watch, now: datetime, clock: Clock) -> Looked:
    """Look at the posts of open waits that nobody has looked at for a while."""
    with store.read() as tx:
        account_id = accounts.one(tx, watch.name).id
        turns = waits.whose_turn(
            tx,
            account_id,
            young=now - YOUNG,
            often=now - OFTEN,
            seldom=now - SELDOM,
            limit=MOST_AT_ONCE,
        )
    looked_at = {turn.link: turn.looked_at for turn in turns}  # of several waits the latest
    found = look_up(store, watch, account_id, list(looked_at), clock)
    lost = [name for name, at in looked_at.items() if at < now - LAPSE]
    return Looked([turn.wait for turn in turns], found, lost)


def look_up(
    store: Store, watch: Watch, account_id: int, ids: Sequence[str], clock: Clock
) -> list[Post]:
    """The posts as they are now. One that is gone is given as deleted at this moment. A platform
    that does not answer this has told nothing; the poll itself is not failed by it."""
    if not ids or not isinstance(watch.connector, LooksUp):
        return []
    try:
        seen = list(watch.connector.look_up(ids))
    except FetchError as error:
        log.warning("look_up.failed", account=watch.name, reason=error.reason.value)
        return []
    there = [one.post for one in seen if one.post]
    gone = [one.id for one in seen if one.post is None]
    if not gone:
        return there
    with store.read() as tx:
        stored = posts.find(tx, account_id, gone)
    now = clock()
    return [*there, *(replace(one.versions.first, deleted_at=now) for one in stored.values())]
