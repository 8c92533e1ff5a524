"""What is removed of the past, and what of it may not come back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.cycle.desk import Watch
from monitor.domain.post import Post, Versions
from monitor.store import accounts, erasing, outbox, pruning
from monitor.store.database import Store
from monitor.store.erasing import Traces
from monitor.store.pruning import Bounds, Place

STEP = 500
"""Posts a transaction: it lets others in long before they notice."""

SETTLED = timedelta(days=1)
"""A conversation stays for so long after anything of it was stored: an import may be under way; and
after it was told, or a wait in it ended."""

SHOWN = timedelta(weeks=1)
"""What was told of an account itself stays for so long: its page shows when it was blind."""

REST = timedelta(minutes=10)
"""Of an account of which nothing more was to be removed."""


@dataclass(frozen=True, slots=True)
class Removed:
    """How much was removed."""

    texts: int = 0
    posts: int = 0
    conversations: int = 0
    facts: int = 0
    """About accounts themselves."""

    def __bool__(self) -> bool:
        return bool(self.texts or self.posts or self.facts)

    def __add__(self, other: Removed) -> Removed:
        return Removed(
            self.texts + other.texts,
            self.posts + other.posts,
            self.conversations + other.conversations,
            self.facts + other.facts,
        )


class Retention:
    """Removes what accounts need not keep, a little at a time. (Kept in memory only: how far it
    has walked through old conversations, since those that stay would be looked at again.)"""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._places: dict[str, Place] = {}
        self._resting: dict[str, datetime] = {}

    def step(self, watch: Watch, now: datetime) -> Removed:
        """One small step for one account, unless it rests. Raises StoreError."""
        if self._resting.get(watch.name, now) > now:
            return Removed()
        removed = self._texts(watch, now) + self._conversations(watch, now)
        removed += self._facts(watch, now)
        if not removed and watch.name not in self._places:
            self._resting[watch.name] = now + REST
        return removed

    def finish(self, watch: Watch, now: datetime, tell: Callable[[Removed], None]) -> Removed:
        """All that is to be removed of one account now; `tell` hears of each step."""
        self._resting.pop(watch.name, None)
        total = Removed()
        while watch.name not in self._resting:
            total += self.step(watch, now)
            tell(total)
        return total

    def _texts(self, watch: Watch, now: datetime) -> Removed:
        age = watch.settings.retention.text
        if age is None:
            return Removed()
        with self._store.read() as tx:
            account_id = accounts.one(tx, watch.name).id
            old = pruning.old_texts(tx, account_id, now - age, STEP)
        if old:
            with self._store.write() as tx:
                accounts.held(tx, watch.name)
                pruning.drop_texts(tx, account_id, old)
        return Removed(texts=len(old))

    def _conversations(self, watch: Watch, now: datetime) -> Removed:
        age = watch.settings.retention.posts
        if age is None:
            return Removed()
        # After so long a silence a customer's next mention is of kind `first` in any case.
        before = now - max(age, watch.settings.reopen_after)
        bounds = Bounds(written=before, seen=now - SETTLED)
        with self._store.read() as tx:
            account_id = accounts.one(tx, watch.name).id
            place = self._places.pop(watch.name, None)
            names, following = pruning.old_posts(tx, account_id, before, place, STEP)
            names = pruning.closed(tx, account_id, names, bounds)
            sizes = pruning.sizes(tx, account_id, names)
        removed = Removed()
        for part in _parts(sizes):
            with self._store.write() as tx:
                accounts.held(tx, watch.name)
                closed = pruning.closed(tx, account_id, part, bounds)
                posts = pruning.drop(tx, account_id, closed, before)
            removed += Removed(posts=posts, conversations=len(closed))
        if following:
            self._places[watch.name] = following
        return removed

    def _facts(self, watch: Watch, now: datetime) -> Removed:
        """What was told of the account itself."""
        age = watch.settings.retention.posts
        if age is None:
            return Removed()
        before, seen = now - max(age, SHOWN), now - SETTLED
        with self._store.read() as tx:
            account_id = accounts.one(tx, watch.name).id
            if not pruning.old_facts(tx, account_id, before, seen, STEP):
                return Removed()
        with self._store.write() as tx:
            accounts.held(tx, watch.name)
            old = pruning.old_facts(tx, account_id, before, seen, STEP)
            pruning.drop_facts(tx, old)
        return Removed(facts=len(old))


def _parts(sizes: Mapping[str, int]) -> list[list[str]]:
    """Conversations in parts that hold STEP ids at most, but for one that is larger alone."""
    parts: list[list[str]] = []
    room = 0
    for name, size in sizes.items():
        if size > room:
            parts.append([])
            room = STEP
        parts[-1].append(name)
        room -= size
    return parts


def admitted(
    tx: sa.Connection, account_id: int, arrived: Mapping[str, Versions]
) -> tuple[dict[str, Versions], dict[str, Post]]:
    """What of these posts may be stored: nothing that was removed before, and nobody by name who
    was erased. With it, by id, the posts whose words are to be read as they came, since less of
    them is kept."""
    mask = erasing.mask(tx, account_id)
    kept, as_shown = dict(arrived), dict[str, Post]()
    if mask:
        kept = {}
        for versions in arrived.values():
            masked = mask.versions(versions)
            kept[masked.first.id] = masked
            if masked.first != versions.first:
                as_shown[masked.first.id] = versions.first
    written = {name: versions.first.created_at for name, versions in kept.items()}
    for name in pruning.removed(tx, account_id, written):
        del kept[name]
    return kept, as_shown


def erase(store: Store, account: str, author_id: str) -> int:
    """Make an author unknown for ever; how many rows that changed. Numbers stay what they were.

    Raises LookupError where the account has nothing of the author.
    """
    with store.read() as tx:
        account_id = accounts.one(tx, account).id
        who = erasing.person(tx, account_id, author_id)
        found = erasing.traces(tx, account_id, who)
    changed = 0
    while found:
        with store.write() as tx:
            outbox.hold_all(tx)  # no message is composed of what is about to go
            accounts.held(tx, account)
            mask = erasing.remember(tx, account_id, who)
            rows = erasing.rewrite(tx, account_id, found, who, mask)
        changed += rows
        with store.read() as tx:  # what has arrived meanwhile
            found = erasing.traces(tx, account_id, who) if rows else Traces()
    return changed
