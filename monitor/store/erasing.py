"""Makes one person unknown: names, ids, texts and addresses go, numbers stay."""

from __future__ import annotations

import re
import secrets
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from monitor.domain.mask import Mask, NameKind, digest, short
from monitor.domain.post import bare_handle
from monitor.store import lean, messages, posts, waits
from monitor.store.database import LOCK_WAIT, Store, StoreError
from monitor.store.schema import act, erasure, node, post, wait
from monitor.store.upsert import insert_many, upsert


@dataclass(frozen=True, slots=True)
class Person:
    """An author, and every name by which the account knows them. `handles` as they were written."""

    id: str
    handles: frozenset[str]
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Traces:
    """Where somebody is found: posts by or about them, waits, places of posts, acts."""

    posts: frozenset[str] = frozenset()
    waits: frozenset[int] = frozenset()
    nodes: frozenset[str] = frozenset()
    acts: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.posts or self.waits or self.nodes or self.acts)


def person(tx: sa.Connection, account_id: int, author_id: str) -> Person:
    """What is stored of an author, which is no more than the id if the author was erased before.
    Raises LookupError where nothing is."""
    mine = (post.c.account_id == account_id) & (post.c.author_id == author_id)
    rows = tx.execute(sa.select(post.c.author_handle, post.c.author_name).distinct().where(mine))
    written = rows.all()
    waited = (wait.c.account_id == account_id) & (wait.c.customer == author_id)
    handles = set(tx.scalars(sa.select(wait.c.customer_handle).distinct().where(waited)))
    handles |= {row.author_handle for row in written}
    if not handles:
        erased = mask(tx, account_id)
        if not (erased and erased.id(author_id)):
            raise LookupError(f'nothing is stored of an author with the id "{author_id}"')
    names = {row.author_name for row in written if row.author_name}
    return Person(author_id, frozenset(handles - {""}), frozenset(names))


def mask(tx: sa.Connection, account_id: int) -> Mask | None:
    """Who was erased from this account; None where nobody was."""
    rows = lean.rows(tx, _ERASED, {"of": account_id})
    if not rows:
        return None
    return Mask(bytes.fromhex(rows[0].salt), {row.digest: row.pseudonym for row in rows})


_ERASED = sa.select(erasure.c.digest, erasure.c.salt, erasure.c.pseudonym).where(
    erasure.c.account_id == sa.bindparam("of")
)


def remember(tx: sa.Connection, account_id: int, who: Person) -> Mask:
    """Note that the person is erased, so that what comes again is known; with everybody before."""
    before = mask(tx, account_id)
    salt = before.salt if before else secrets.token_bytes(32)
    known = dict(before.pseudonyms) if before else {}
    given: dict[str, str] = {}
    for handle in sorted(map(bare_handle, who.handles)):
        given[handle] = known.get(digest(salt, NameKind.HANDLE, handle)) or _pseudonym()
        known[digest(salt, NameKind.HANDLE, handle)] = given[handle]
        if shown := short(handle):
            known.setdefault(digest(salt, NameKind.SHORT, shown), given[handle])
    own = digest(salt, NameKind.ID, who.id)
    known.setdefault(own, given.get(bare_handle(who.id)) or _pseudonym())
    new = known.keys() - (before.pseudonyms.keys() if before else set())
    insert_many(
        tx,
        erasure,
        [
            {
                "account_id": account_id,
                "digest": each,
                "salt": salt.hex(),
                "pseudonym": known[each],
            }
            for each in sorted(new)
        ],
    )
    return Mask(salt, known)


def _pseudonym() -> str:
    return f"erased-{secrets.token_hex(8)}"


def traces(tx: sa.Connection, account_id: int, who: Person) -> Traces:
    """Everything in which the person may be named. It reads all posts of the account."""
    every = [
        each for handle in who.handles for each in (bare_handle(handle), short(handle)) if each
    ]
    named = [
        *(post.c.names.icontains(each, autoescape=True) for each in (who.id, *every)),
        *(post.c.text.icontains(f"@{each}", autoescape=True) for each in every),
        *(post.c.text.icontains(each, autoescape=True) for each in every if "." in each),
        *(sa.func.lower(post.c.author_handle) == each for each in every),
        post.c.author_id == who.id,
        post.c.parent_author_id == who.id,
    ]
    paths = (post.c.native_id, post.c.parent_id, post.c.root_id)
    waited = (wait.c.opened_by, wait.c.conversation, wait.c.link, wait.c.answered_by)
    noted = [act.c.note.icontains(each, autoescape=True) for each in _spoken(who)]
    return Traces(
        posts=_found(tx, account_id, post.c.native_id, [*named, *_within(paths, who.id)]),
        waits=_found(
            tx,
            account_id,
            wait.c.number,
            [
                wait.c.customer == who.id,
                *(sa.func.lower(wait.c.customer_handle) == each for each in every),
                *_within(waited, who.id),
            ],
        ),
        nodes=_found(
            tx,
            account_id,
            node.c.native_id,
            _within((node.c.native_id, node.c.conversation), who.id),
        ),
        acts=_found(tx, account_id, act.c.number, [*noted, *_within((act.c.post_id,), who.id)]),
    )


def _found(
    tx: sa.Connection,
    account_id: int,
    column: sa.Column[Any],
    conditions: Collection[sa.ColumnElement[bool]],
) -> frozenset[Any]:
    mine = column.table.c.account_id == account_id
    return frozenset(tx.scalars(sa.select(column).where(mine, sa.or_(*conditions))))


def _within(columns: Iterable[sa.Column[Any]], name: str) -> list[sa.ColumnElement[bool]]:
    """Where one of the columns has the name between slashes."""
    return [
        column.contains(f"/{name}", autoescape=True)
        | column.startswith(f"{name}/", autoescape=True)
        for column in columns
    ]


def _spoken(who: Person) -> set[str]:
    """What people may call the person in a note."""
    return {who.id, *who.names, *map(bare_handle, who.handles)}


def rewrite(tx: sa.Connection, account_id: int, found: Traces, who: Person, masked: Mask) -> int:
    """Put pseudonyms everywhere; how many rows that changed. The fold of what is then stored gives
    the waits that are then stored. What is still to be told is composed anew when it is."""
    messages.forget_words(tx)
    return (
        _rewrite_posts(tx, account_id, found.posts, masked)
        + _rewrite_waits(tx, found.waits, masked)
        + _rewrite_nodes(tx, account_id, found.nodes, masked)
        + _rewrite_acts(tx, found.acts, who, masked)
    )


def _rewrite_posts(tx: sa.Connection, account_id: int, ids: Collection[str], masked: Mask) -> int:
    after, moved = [], []
    for name, before in posts.find(tx, account_id, ids).items():
        changed = replace(before, versions=masked.versions(before.versions))
        if changed != before:
            after.append(changed)
        if changed.id != name:
            moved.append(name)
    posts.put(tx, account_id, after)
    for part in lean.in_parts(moved):
        tx.execute(
            sa.delete(post).where(post.c.account_id == account_id, post.c.native_id.in_(part))
        )
    return len(after)


_WAIT_PATHS = ("opened_by", "conversation", "link", "answered_by")


def _rewrite_waits(tx: sa.Connection, numbers: Collection[int], masked: Mask) -> int:
    changed = []
    names = ("customer", "customer_handle", *_WAIT_PATHS)
    for part in lean.in_parts(numbers):
        for row in tx.execute(sa.select(wait).where(wait.c.number.in_(part))).mappings():
            before = {name: row[name] for name in names}
            after = _masked_wait(before, masked)
            if after != before:
                changed.append({"number": row["number"], **after})
    waits.update(tx, changed)
    return len(changed)


def _masked_wait(row: Mapping[str, Any], masked: Mask) -> dict[str, Any]:
    by, handle = masked.id(row["customer"]), row["customer_handle"]
    return {
        "customer": by or row["customer"],
        "customer_handle": masked.handle(handle) or by or handle,
        **{name: row[name] and masked.path(row[name]) for name in _WAIT_PATHS},
    }


def _rewrite_nodes(tx: sa.Connection, account_id: int, ids: Collection[str], masked: Mask) -> int:
    changed, moved = [], []
    for name, conversation in posts.conversations_of(tx, account_id, ids).items():
        after = masked.path(name), masked.path(conversation)
        if after != (name, conversation):
            row = {"native_id": after[0], "conversation": after[1]}
            changed.append({"account_id": account_id, **row})
        if after[0] != name:
            moved.append(name)
    upsert(tx, node, changed)
    for part in lean.in_parts(moved):
        tx.execute(
            sa.delete(node).where(node.c.account_id == account_id, node.c.native_id.in_(part))
        )
    return len(changed)


def _rewrite_acts(tx: sa.Connection, numbers: Collection[int], who: Person, masked: Mask) -> int:
    changed = 0
    by = masked.id(who.id) or ""
    spoken = sorted(map(re.escape, _spoken(who)), key=len, reverse=True)
    named = re.compile(rf"(?<![\w])({'|'.join(spoken)})(?![\w])", re.IGNORECASE)
    for part in lean.in_parts(numbers):
        for row in tx.execute(sa.select(act).where(act.c.number.in_(part))):
            after = {
                "post_id": masked.path(row.post_id),
                "note": row.note and named.sub(by, row.note),
            }
            if after != {"post_id": row.post_id, "note": row.note}:
                tx.execute(sa.update(act).where(act.c.number == row.number).values(after))
                changed += 1
    return changed


def scrub(store: Store, patience: timedelta = LOCK_WAIT) -> None:
    """Leave nothing of what was overwritten in an SQLite file, nor in its log.

    Needs as much free space as the file has, and nobody who reads for longer than `patience`;
    raises StoreError otherwise. Of other databases their own care is taken.
    """
    if not store.path:
        return
    seconds = patience.total_seconds()
    try:
        with closing(
            sqlite3.connect(store.path, timeout=seconds, isolation_level=None)
        ) as database:
            database.execute("PRAGMA secure_delete=ON")
            database.execute("VACUUM")
            (busy, *_) = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError as error:
        raise StoreError(f"{store.path}: it could not be rewritten: {error}; {_AGAIN}") from None
    if busy:
        raise StoreError(f"{store.path}: somebody reads it all the time; {_AGAIN}")


_AGAIN = "what was erased may still stand in the file: stop what uses it, and do this again"
