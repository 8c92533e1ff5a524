"""History from a file: only what concerns the account, in batches, as often as you like."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from monitor.cycle.arriving import fit_instant
from monitor.cycle.desk import Desk, Watch, desk
from monitor.cycle.ingest import ingest
from monitor.cycle.judge import judge_history
from monitor.cycle.staging import Staging
from monitor.domain.post import Post, bare_handle
from monitor.ports.archive import Archive, Rejected
from monitor.store import accounts, posts
from monitor.store.database import Store

BATCH = 500
"""Posts a transaction: short enough to let the daemon in, long enough to be fast."""


@dataclass(slots=True)
class Imported:
    """How many lines of a file became what."""

    read: int = 0
    rejected: int = 0
    not_about: int = 0
    stored: int = 0


def import_archive(
    store: Store,
    watch: Watch,
    archive: Archive,
    path: Path,
    columns: Mapping[str, str],
    *,
    now: datetime,
    complete_until: datetime | None = None,
    reject: Callable[[Rejected], None] = lambda _: None,
    progress: Callable[[int], None] = lambda _: None,
) -> Imported:
    """Store the conversations of a file that concern the account: it is named there, or writes, or
    they stand on its own ground.

    `reject` is told each line that is no post; `progress` how many lines were read.
    """
    imported = Imported()
    with store.read() as tx:
        here = desk(watch, accounts.one(tx, watch.name))
    lines = archive.read(path, columns)
    with Staging() as staging:
        while part := list(islice(lines, BATCH)):
            found = [line for line in part if not isinstance(line, Rejected)]
            known = _known(store, here, found)
            for post in found:
                staging.add(post, about=_concerns(here, post) or not known.isdisjoint(_named(post)))
            for line in part:
                if isinstance(line, Rejected):
                    imported.rejected += 1
                    reject(line)
            imported.read += len(part)
            progress(len(part))
        imported.stored = _store(store, watch, staging.relevant(), now, complete_until)
        imported.not_about = staging.strangers
    return imported


def _concerns(here: Desk, post: Post) -> bool:
    """Whether a post stands on the account's own ground, names it, is by it or to it (rule 3)."""
    if post.surface.is_own_ground:
        return True
    me = here.account.me
    named = (post.author_id, post.author_handle, post.parent_author_id or "", *post.mentions)
    if me.id in named or me.handle in named:
        return True
    handle = bare_handle(me.handle)
    return any(bare_handle(name) == handle for name in named)


def _known(store: Store, here: Desk, found: Iterable[Post]) -> set[str]:
    """Ids of conversations that are stored already: what continues them is about the account."""
    with store.read() as tx:
        if not posts.has_any(tx, here.id):
            return set()
        named = {name for post in found for name in _named(post)}
        return set(posts.conversations_of(tx, here.id, named))


def _named(post: Post) -> list[str]:
    return [name for name in (post.id, post.parent_id, post.root_id) if name]


def _store(
    store: Store,
    watch: Watch,
    relevant: Iterator[Post],
    now: datetime,
    complete_until: datetime | None,
) -> int:
    stored = 0
    instants: list[datetime] = []
    while batch := list(islice(relevant, BATCH)):
        with store.write() as tx:
            here = desk(watch, accounts.held(tx, watch.name))
            stored += ingest(tx, here, batch, now=now, live=False)
        instants += (fit_instant(post.created_at, now) for post in batch)
        instants = [min(instants), max(instants)]
    if instants:
        oldest, newest = instants
        _cover(store, watch, oldest, min(complete_until or newest, now))
        judge_history(store, watch, now)
    return stored


def _cover(store: Store, watch: Watch, start: datetime, end: datetime) -> None:
    """It is no coverage where it ends before it begins."""
    if start <= end:
        with store.write() as tx:
            accounts.cover(tx, accounts.held(tx, watch.name).id, start, end, live=False)
