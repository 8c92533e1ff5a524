"""The one way in, for polls, imports and the API: posts -> waits, in the caller's transaction.

What depends on text is decided once for each post and kept with it. Then the touched conversations
are folded anew from all their stored posts, and what differs from the stored waits is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from operator import attrgetter

import sqlalchemy as sa

from monitor.cycle.arriving import fit
from monitor.cycle.desk import Desk
from monitor.cycle.record import record
from monitor.cycle.retention import admitted
from monitor.domain.conversation import id_order, joined_ids
from monitor.domain.fold import fold
from monitor.domain.outcome import Folded
from monitor.domain.post import NO_REACH, Post, Reach, Versions
from monitor.store import posts, reach, waits
from monitor.store.posts import KnownRow, StoredPost

_read_of = attrgetter("author_id", "author_handle", "author_is_bot", "lang", "text")
"""What a reading depends on. Followers change daily, and nothing is read anew for that."""


def ingest(
    tx: sa.Connection, desk: Desk, arriving: Iterable[Post], *, now: datetime, live: bool
) -> int:
    """Take posts in; how many were new or changed. `live`: they came by a poll or the API."""
    fitting = _united(arriving, now)
    united, as_shown = admitted(tx, desk.id, fitting) if fitting else ({}, {})
    if not united:
        return 0
    stored = posts.find(tx, desk.id, united)
    changed = _changed(united, as_shown, stored, desk, now, live=live)
    reaches = _reaches(united, stored, changed)
    posts.set_reach(tx, desk.id, reaches)
    reach.note(tx, desk.id, reaches, stored, now)
    if changed:
        bits = _fold_anew(tx, desk, changed, now)
        counted = [
            replace(one, tallied=bits.pop(name, one.tallied)) for name, one in changed.items()
        ]
        posts.put(tx, desk.id, counted)
        posts.set_tallied(tx, desk.id, bits)
    return len(changed)


def refold(tx: sa.Connection, desk: Desk, stored: Mapping[str, StoredPost], now: datetime) -> None:
    """Fold anew the conversations of these posts."""
    posts.set_tallied(tx, desk.id, _fold_anew(tx, desk, stored, now))


def _fold_anew(
    tx: sa.Connection, desk: Desk, changed: Mapping[str, StoredPost], now: datetime
) -> dict[str, int]:
    """Bring the waits up to what these posts say, which need not be stored yet. In which counters
    posts now stand, of those that stand in more than before."""
    anew = {one.id: KnownRow(one.known(), one.live, one.tallied) for one in changed.values()}
    named = {name for row in anew.values() for name in joined_ids(row.known)}
    touched = set(posts.conversations_of(tx, desk.id, named).values())
    rows = posts.known_in(tx, desk.id, touched) | anew
    acts = waits.acts_in(tx, desk.id, touched)
    stored = waits.in_conversations(tx, desk.id, touched)
    folds = fold((row.known for row in rows.values()), acts, desk.account)
    _place(tx, desk, folds, rows, posts.members(tx, desk.id, touched))
    return record(tx, desk, folds, rows, stored, changed, now)


def _united(arriving: Iterable[Post], now: datetime) -> dict[str, Versions]:
    """The versions of each post, made fit to store."""
    united: dict[str, Versions] = {}
    for each in arriving:
        post = fit(each, now)
        versions, before = Versions.of(post), united.get(post.id)
        united[post.id] = before.united(versions) if before else versions
    return united


def _changed(
    united: Mapping[str, Versions],
    as_shown: Mapping[str, Post],
    stored: Mapping[str, StoredPost],
    desk: Desk,
    now: datetime,
    *,
    live: bool,
) -> dict[str, StoredPost]:
    changed = {}
    for name, versions in united.items():
        before = stored.get(name)
        if before is None:
            reading = desk.wording.read(as_shown.get(name, versions.first))
            changed[name] = StoredPost(versions, reading, now, live)
            continue
        after = before.versions.united(versions)
        if after == before.versions:
            continue
        reading = before.reading
        if _read_of(after.first) != _read_of(before.versions.first):
            reading = desk.wording.read(as_shown.get(name, after.first))
        first = replace(after.first, reach=_newest_reach(versions, before))
        changed[name] = replace(before, versions=replace(after, first=first), reading=reading)
    return changed


def _newest_reach(arriving: Versions, before: StoredPost) -> Reach:
    arrived = arriving.first.reach
    return before.versions.first.reach if arrived == NO_REACH else arrived


def _reaches(
    united: Mapping[str, Versions], stored: Mapping[str, StoredPost], changed: Mapping[str, object]
) -> dict[str, Reach]:
    """Of posts in which nothing but their reach is new."""
    newest = {name: _newest_reach(united[name], stored[name]) for name in stored}
    return {
        name: one
        for name, one in newest.items()
        if name not in changed and one != stored[name].versions.first.reach
    }


def _place(
    tx: sa.Connection,
    desk: Desk,
    folds: Sequence[Folded],
    rows: Mapping[str, KnownRow],
    places: Mapping[str, str],
) -> None:
    """Note which conversation every id belongs to. It is called by one of its own ids, the one that
    it was called by before if that is still there."""
    moved: dict[str, str] = {}
    for folded in folds:
        ids = {name for each in folded.outcomes for name in joined_ids(rows[each.post_id].known)}
        before = {places[name] for name in ids if name in places} & ids
        called = min(before or ids, key=id_order)
        moved |= {name: called for name in ids if places.get(name) != called}
    posts.put_members(tx, desk.id, moved)
