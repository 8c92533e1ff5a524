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
"""How fast a post has grown of which nothing was heard for so long is not known."""

MOST_AT_ONCE = 80


class Looked(NamedTuple):
    """Of the posts of which waits the platform told; their new versions, and the ids of those of
    which it had told nothing for a LAPSE."""

    waits: list[int]
    found: list[Post]
    lost: set[str]


def in_turn(store: Store, watch: Watch, now: datetime, clock: Clock) -> Looked:
    """Look at the posts of open waits that nobody has looked at for a while."""
    with store.write() as tx:
        account_id = accounts.held(tx, watch.name).id
        turns = waits.take_turns(
            tx,
            account_id,
            now,
            young=now - YOUNG,
            often=now - OFTEN,
            seldom=now - SELDOM,
            limit=MOST_AT_ONCE,
        )
    links = list(dict.fromkeys(turn.link for turn in turns))
    found = look_up(store, watch, account_id, links, clock)
    told = {post.id for post in found}
    known = {turn.link for turn in turns if turn.found_at >= now - LAPSE}
    return Looked([turn.wait for turn in turns if turn.link in told], found, told - known)


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
