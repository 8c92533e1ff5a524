"""Posts in all their versions, and which conversation every id belongs to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa

from monitor.domain.post import (
    DeletedBy,
    Deletion,
    KnownNames,
    KnownPost,
    Post,
    Reach,
    Reading,
    ReplyClass,
    Surface,
    Versions,
)
from monitor.domain.value import value
from monitor.store import lean
from monitor.store.instants import instant, instant_or_none, micros
from monitor.store.schema import node, post
from monitor.store.upsert import upsert


@value()
class StoredPost:
    """A post with what is kept beside it.

    `live`: it was first seen by a live poll. `tallied`: bits, in which counters it stands.
    """

    versions: Versions
    reading: Reading
    seen_at: datetime
    live: bool
    tallied: int = 0

    @property
    def id(self) -> str:
        return self.versions.first.id

    def known(self) -> KnownPost:
        return self.versions.known(self.reading)


@value()
class KnownRow:
    """What the fold and its tallies read of a stored post; no text."""

    known: KnownPost
    live: bool
    tallied: int


def find(tx: sa.Connection, account_id: int, ids: Collection[str]) -> dict[str, StoredPost]:
    """The stored posts among these ids."""
    rows = lean.rows_among(tx, _FIND, {"of": account_id}, ids)
    return {row.native_id: _stored(row) for row in rows}


_FIND = sa.select(post).where(
    post.c.account_id == sa.bindparam("of"), post.c.native_id.in_(lean.NAMES)
)


def has_any(tx: sa.Connection, account_id: int) -> bool:
    return bool(lean.scalar(tx, _HAS_ANY, {"of": account_id}))


_HAS_ANY = sa.select(sa.exists().where(post.c.account_id == sa.bindparam("of")).label("any"))


def put(tx: sa.Connection, account_id: int, posts: Iterable[StoredPost]) -> None:
    upsert(tx, post, [_row(account_id, one) for one in posts])


def set_reach(tx: sa.Connection, account_id: int, reaches: Mapping[str, Reach]) -> None:
    rows = [
        {"account": account_id, "of": name, **_reach_row(reach)} for name, reach in reaches.items()
    ]
    if rows:
        tx.execute(_UPDATE_ONE, rows)


_UPDATE_ONE = sa.update(post).where(
    post.c.account_id == sa.bindparam("account"), post.c.native_id == sa.bindparam("of")
)


def set_tallied(tx: sa.Connection, account_id: int, tallied: Mapping[str, int]) -> None:
    rows = [{"account": account_id, "of": name, "tallied": bits} for name, bits in tallied.items()]
    if rows:
        tx.execute(_UPDATE_ONE, rows)


def count_tallied(
    tx: sa.Connection, account_id: int, bits: int, since: datetime, until: datetime
) -> int:
    """How many posts written from `since` to before `until` stand in one of these counters."""
    asked = {"of": account_id, "bits": bits, "since": micros(since), "until": micros(until)}
    return int(tx.scalar(_COUNT_TALLIED, asked) or 0)


_COUNT_TALLIED = sa.select(sa.func.count()).where(
    post.c.account_id == sa.bindparam("of"),
    post.c.created_at >= sa.bindparam("since"),
    post.c.created_at < sa.bindparam("until"),
    post.c.tallied.bitwise_and(sa.bindparam("bits")) != 0,
)


def conversations_of(tx: sa.Connection, account_id: int, ids: Iterable[str]) -> dict[str, str]:
    """Of each id that was ever named: what its conversation is called."""
    return dict(lean.rows_among(tx, _CONVERSATIONS_OF, {"of": account_id}, ids))


_PLACES = sa.select(node.c.native_id, node.c.conversation).where(
    node.c.account_id == sa.bindparam("of")
)
_CONVERSATIONS_OF = _PLACES.where(node.c.native_id.in_(lean.NAMES))
_MEMBERS = _PLACES.where(node.c.conversation.in_(lean.NAMES))


def members(tx: sa.Connection, account_id: int, conversations: Iterable[str]) -> dict[str, str]:
    """Every id of these conversations, seen or not, with its conversation."""
    return dict(lean.rows_among(tx, _MEMBERS, {"of": account_id}, conversations))


def touched_since(tx: sa.Connection, account_id: int, since: datetime | None) -> list[str]:
    """The conversations in which something was written since then, or ever."""
    query = (
        sa.select(node.c.conversation)
        .distinct()
        .join(
            post, (post.c.account_id == node.c.account_id) & (post.c.native_id == node.c.native_id)
        )
        .where(node.c.account_id == account_id)
    )
    if since:
        query = query.where(post.c.created_at >= micros(since))
    return list(tx.scalars(query))


def put_members(tx: sa.Connection, account_id: int, places: Mapping[str, str]) -> None:
    upsert(
        tx,
        node,
        [
            {"account_id": account_id, "native_id": name, "conversation": conversation}
            for name, conversation in places.items()
        ],
    )


def known_in(
    tx: sa.Connection, account_id: int, conversations: Iterable[str]
) -> dict[str, KnownRow]:
    """The posts of these conversations, by id, as the fold reads them."""
    rows = lean.rows_among(tx, _KNOWN_IN, {"of": account_id}, conversations)
    return {row.native_id: _known_row(row) for row in rows}


_LEAN = (
    post.c.native_id,
    post.c.author_id,
    post.c.author_handle,
    post.c.created_at,
    post.c.parent_id,
    post.c.parent_author_id,
    post.c.root_id,
    post.c.surface,
    post.c.names,
    post.c.edited_at,
    post.c.deleted_at,
    post.c.deleted_by,
    post.c.ignored_by,
    post.c.closer,
    post.c.reply_class,
    post.c.live,
    post.c.tallied,
)


_KNOWN_IN = (
    sa.select(*_LEAN)
    .join(
        node,
        (node.c.account_id == post.c.account_id) & (node.c.native_id == post.c.native_id),
    )
    .where(node.c.account_id == sa.bindparam("of"), node.c.conversation.in_(lean.NAMES))
)
_SURFACES = {surface.value: surface for surface in Surface}
_CLASSES = {each.value: each for each in ReplyClass}


def _known_row(row: Any) -> KnownRow:
    (
        name,
        author_id,
        author_handle,
        created_at,
        parent_id,
        parent_author_id,
        root_id,
        surface,
        names,
        edited_at,
        deleted_at,
        deleted_by,
        ignored_by,
        closer,
        reply_class,
        live,
        tallied,
    ) = row
    known = KnownPost(
        id=name,
        author_id=author_id,
        author_handle=author_handle,
        created_at=instant(created_at),
        parent_id=parent_id,
        parent_author_id=parent_author_id,
        root_id=root_id,
        surface=_SURFACES[surface],
        names=_known_names(names, edited_at),
        deletion=_deletion(deleted_at, deleted_by),
        ignored_by=ignored_by,
        closer=bool(closer),
        reply_class=_CLASSES[reply_class],
    )
    return KnownRow(known, bool(live), tallied)


def _stored(row: Any) -> StoredPost:
    versions = Versions(
        _first(row),
        _names(row.names),
        _deletion(row.deleted_at, row.deleted_by),
        bool(row.only_deleted),
    )
    reading = Reading(row.ignored_by, bool(row.closer), ReplyClass(row.reply_class))
    return StoredPost(versions, reading, instant(row.seen_at), bool(row.live), row.tallied)


def _first(row: Any) -> Post:
    return Post(
        id=row.native_id,
        author_id=row.author_id,
        author_handle=row.author_handle,
        created_at=instant(row.created_at),
        text=row.text,
        parent_id=row.parent_id,
        parent_author_id=row.parent_author_id,
        root_id=row.root_id,
        surface=Surface(row.surface),
        lang=row.lang,
        url=row.url,
        author_name=row.author_name,
        author_followers=row.author_followers,
        author_is_bot=bool(row.author_is_bot),
        rating=row.rating,
        reach=Reach(row.likes, row.reposts, row.replies, row.views),
        edited_at=instant_or_none(row.edited_at),
    )


def _row(account_id: int, stored: StoredPost) -> dict[str, Any]:
    versions, reading, first = stored.versions, stored.reading, stored.versions.first
    return {
        "account_id": account_id,
        "native_id": first.id,
        "author_id": first.author_id,
        "author_handle": first.author_handle,
        "author_name": first.author_name,
        "author_followers": first.author_followers,
        "author_is_bot": first.author_is_bot,
        "created_at": micros(first.created_at),
        "seen_at": micros(stored.seen_at),
        "parent_id": first.parent_id,
        "parent_author_id": first.parent_author_id,
        "root_id": first.root_id,
        "surface": first.surface.value,
        "text": first.text,
        "lang": first.lang,
        "url": first.url,
        "rating": first.rating,
        "names": _names_text(versions.names),
        "edited_at": micros(first.edited_at),
        "deleted_at": micros(versions.deletion.at) if versions.deletion else None,
        "deleted_by": versions.deletion.by.value if versions.deletion else None,
        "only_deleted": versions.only_deleted,
        "ignored_by": reading.ignored_by,
        "closer": reading.closer,
        "reply_class": reading.reply_class.value,
        **_reach_row(first.reach),
        "live": stored.live,
        "tallied": stored.tallied,
    }


def _reach_row(reach: Reach) -> dict[str, int | None]:
    return {
        "likes": reach.likes,
        "reposts": reach.reposts,
        "replies": reach.replies,
        "views": reach.views,
    }


def _deletion(at: int | None, by: str) -> Deletion | None:
    return None if at is None else Deletion(instant(at), DeletedBy(by))


def _names(text: str | None) -> KnownNames:
    if not text:
        return {}
    return {name: instant_or_none(since) for name, since in orjson.loads(text).items()}


def _known_names(text: str | None, edited_at: int | None) -> KnownNames:
    """As the fold reads them: None for those that the first version has."""
    if not text:
        return {}
    return {
        name: None if since == edited_at else instant_or_none(since)
        for name, since in orjson.loads(text).items()
    }


def _names_text(names: KnownNames) -> str | None:
    if not names:
        return None
    return orjson.dumps({name: micros(since) for name, since in names.items()}).decode()
