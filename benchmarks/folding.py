"""Ten new posts in a conversation that has 20,000 already."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import median

from benchmarks.result import Goal, Outcome, Result, ms, seconds
from benchmarks.scenes import scene
from monitor.cycle.desk import Watch, desk
from monitor.cycle.ingest import ingest
from monitor.domain.post import Post
from monitor.store import accounts
from monitor.store.database import Store

WORK = "a conversation of 20,000 posts, ten new"
POSTS, NEW, TIMES = 20_000, 10, 5
CUSTOMERS = 2_000
BEGAN = datetime(2026, 3, 2, tzinfo=UTC)


def long_conversation() -> Iterator[Outcome]:
    posts = _conversation(POSTS + NEW * TIMES)
    with scene() as (store, watch):
        _live(store, watch)
        _take(store, watch, posts[:POSTS])
        took = [
            seconds(lambda new=posts[at : at + NEW]: _take(store, watch, new))  # type: ignore[misc]
            for at in range(POSTS, len(posts), NEW)
        ]
    yield Result(WORK, ms(median(took)), "", median(took), "s", Goal(1))


def _live(store: Store, watch: Watch) -> None:
    with store.write() as tx:
        accounts.update(tx, accounts.one(tx, watch.name).id, live_since=BEGAN)


def _take(store: Store, watch: Watch, posts: list[Post]) -> None:
    with store.write() as tx:
        here = desk(watch, accounts.one(tx, watch.name))
        ingest(tx, here, posts, now=posts[-1].created_at, live=True)


def _conversation(size: int) -> list[Post]:
    """Many customers under one post of the brand; one post in five is the brand's answer."""
    random = Random(4)
    posts = [_post(0, "acme", None)]
    for number in range(1, size):
        above = posts[random.randrange(max(0, number - 200), number)]
        is_reply = number % 5 == 0
        author = "acme" if is_reply else f"customer-{random.randrange(CUSTOMERS)}"
        posts.append(_post(number, author, above))
    return posts


def _post(number: int, author: str, above: Post | None) -> Post:
    return Post(
        id=str(number),
        author_id=author,
        author_handle=author,
        created_at=BEGAN + timedelta(seconds=number),
        text=f"post {number}: where is my parcel?",
        parent_id=above.id if above else None,
        parent_author_id=above.author_id if above else None,
        root_id="0",
        mentions=() if author == "acme" else ("acme",),
    )
