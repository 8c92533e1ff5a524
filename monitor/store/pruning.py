"""What is older than it may be kept: texts, whole conversations, and what was told. Waits and
figures stay."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from monitor.ports.notifier import ENDS, AlertKind
from monitor.store import lean, outbox
from monitor.store.instants import instant_or_none, micros
from monitor.store.schema import IS_OPEN, account, act, alert, message, node, notice, post, wait

Place = tuple[int, str]
"""Where a walk from the oldest post on stands: when that was written, and its id."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """A conversation goes if all of it was written before `written`, and was stored, ended and told
    before `seen`."""

    written: datetime
    seen: datetime


def old_texts(tx: sa.Connection, account_id: int, before: datetime, limit: int) -> list[str]:
    """Ids of posts older than that which still have their text, the oldest first."""
    query = (
        sa.select(post.c.native_id)
        .where(
            post.c.account_id == account_id,
            post.c.created_at < micros(before),
            post.c.text.is_not(None),
        )
        .order_by(post.c.created_at)
        .limit(limit)
    )
    return list(tx.scalars(query))


def drop_texts(tx: sa.Connection, account_id: int, ids: Iterable[str]) -> None:
    """What was read in them is kept beside them, and stays."""
    for part in lean.in_parts(ids):
        mine = (post.c.account_id == account_id) & post.c.native_id.in_(part)
        tx.execute(sa.update(post).where(mine).values(text=None))


def old_posts(
    tx: sa.Connection, account_id: int, before: datetime, after: Place | None, limit: int
) -> tuple[list[str], Place | None]:
    """The conversations of the next old posts, each named once; where the walk then stands, None
    where it is through."""
    query = (
        sa.select(post.c.created_at, post.c.native_id, node.c.conversation)
        .join(
            node, (node.c.account_id == post.c.account_id) & (node.c.native_id == post.c.native_id)
        )
        .where(post.c.account_id == account_id, post.c.created_at < micros(before))
        .order_by(post.c.created_at, post.c.native_id)
        .limit(limit)
    )
    if after:
        query = query.where(sa.tuple_(post.c.created_at, post.c.native_id) > sa.tuple_(*after))
    rows = tx.execute(query).all()
    place = (rows[-1].created_at, rows[-1].native_id) if len(rows) == limit else None
    return list(dict.fromkeys(row.conversation for row in rows)), place


def closed(
    tx: sa.Connection, account_id: int, conversations: Collection[str], bounds: Bounds
) -> list[str]:
    """Those in which all is old, nobody waits, and nothing is to be told any more."""
    kept: set[str] = set()
    for part in lean.in_parts(conversations):
        here = (node.c.account_id == account_id) & node.c.conversation.in_(part)
        young = (post.c.created_at >= micros(bounds.written)) | (
            post.c.seen_at >= micros(bounds.seen)
        )
        written = (post.c.account_id == account_id) & (post.c.native_id == node.c.native_id)
        opened = (wait.c.account_id == account_id) & (wait.c.opened_by == node.c.native_id)
        ended_at = sa.func.coalesce(wait.c.answered_at, wait.c.ended_at)
        stands = IS_OPEN | (ended_at >= micros(bounds.seen))
        told = sa.exists().where(alert.c.wait == wait.c.number, _is_being_told(bounds.seen))
        for table, joined, keeps in ((post, written, young), (wait, opened, stands | told)):
            query = sa.select(node.c.conversation).distinct().join(table, joined)
            kept.update(tx.scalars(query.where(here, keeps)))
    return [each for each in conversations if each not in kept]


def _is_being_told(since: datetime) -> sa.ColumnElement[bool]:
    """Whether a fact was written or told since then, or is still to be told."""
    unsettled = message.c.next_try_at.is_not(None) | (message.c.tried_at >= micros(since))
    of_it = sa.select(notice.c.number).outerjoin(message, message.c.number == notice.c.message)
    waiting = of_it.where(notice.c.alert == alert.c.number, outbox.PENDING | unsettled)
    return (alert.c.written_at >= micros(since)) | waiting.exists()


def sizes(tx: sa.Connection, account_id: int, conversations: Iterable[str]) -> dict[str, int]:
    """How many ids each of these conversations has."""
    found: dict[str, int] = {}
    for part in lean.in_parts(conversations):
        query = (
            sa.select(node.c.conversation, sa.func.count())
            .where(node.c.account_id == account_id, node.c.conversation.in_(part))
            .group_by(node.c.conversation)
        )
        found.update(tx.execute(query).all())
    return found


def drop(tx: sa.Connection, account_id: int, conversations: Sequence[str], before: datetime) -> int:
    """Remove all posts of these conversations, what people noted about them, and what was told of
    their waits; how many posts that were. All of them are older than `before`."""
    posts = 0
    for part in lean.in_parts(conversations):
        here = (node.c.account_id == account_id) & node.c.conversation.in_(part)
        members = sa.select(node.c.native_id).where(here)
        mine = (post.c.account_id == account_id) & post.c.native_id.in_(members)
        about = (act.c.account_id == account_id) & act.c.post_id.in_(members)
        opened = (wait.c.account_id == account_id) & wait.c.opened_by.in_(members)
        facts = sa.select(alert.c.number).join(wait, wait.c.number == alert.c.wait).where(opened)
        drop_facts(tx, tx.scalars(facts).all())
        posts += tx.execute(sa.delete(post).where(mine)).rowcount
        tx.execute(sa.update(act).where(about, act.c.note.is_not(None)).values(note=None))
        tx.execute(sa.delete(node).where(here))
    if posts:
        mark = sa.func.coalesce(account.c.pruned_before, 0) < micros(before)
        tx.execute(
            sa.update(account)
            .where(account.c.id == account_id, mark)
            .values(pruned_before=micros(before))
        )
    return posts


def old_facts(
    tx: sa.Connection, account_id: int, before: datetime, seen: datetime, limit: int
) -> list[int]:
    """Facts about the account itself that were written, and had come to an end, before then, the
    oldest first; none while one so old is still being told, or was told since `seen`.

    Of what nothing ends the last stays, as does a blindness or failure that goes on.
    """
    later = alert.alias()
    end = sa.case(_ENDS, value=alert.c.kind, else_=alert.c.kind)
    mine = (alert.c.account_id == account_id) & alert.c.wait.is_(None)
    ended = sa.exists().where(
        later.c.kind == end,
        later.c.account_id == account_id,
        later.c.wait.is_(None),
        later.c.number > alert.c.number,
        later.c.written_at < micros(before),
    )
    old = mine & alert.c.kind.in_(_OF_ACCOUNT) & (alert.c.written_at < micros(before))
    query = sa.select(alert.c.number).where(old, ended).order_by(alert.c.number).limit(limit)
    found = list(tx.scalars(query))
    if found and tx.scalar(sa.select(sa.exists().where(old, _is_being_told(seen)))):
        return []
    return found


_ENDS = {begin.value: end.value for begin, end in ENDS.items()}
_OF_ACCOUNT = [*_ENDS, *_ENDS.values(), AlertKind.SURGE.value, AlertKind.DIGEST.value]


def drop_facts(tx: sa.Connection, numbers: Iterable[int]) -> None:
    """Remove these facts, and whom they were told."""
    for part in lean.in_parts(numbers):
        outbox.forget(tx, part)
        tx.execute(sa.delete(alert).where(alert.c.number.in_(part)))


def removed(tx: sa.Connection, account_id: int, written: Mapping[str, datetime]) -> set[str]:
    """Of posts by id, with when they were written: those that were stored once, and removed.

    What is older than anything that was removed, and not known, counts as removed too: which ids
    there were is not kept. An opener is known by its wait, whatever time it claims now.
    """
    before = pruned_before(tx, account_id)
    if before is None:
        return set()
    unknown = written.keys() - _among(tx, account_id, post.c.native_id, written)
    openers = _among(tx, account_id, wait.c.opened_by, unknown)
    return {name for name in unknown if written[name] < before or name in openers}


def pruned_before(tx: sa.Connection, account_id: int) -> datetime | None:
    """Of what was written earlier, some is not there any more."""
    return instant_or_none(lean.scalar(tx, _PRUNED_BEFORE, {"of": account_id}))


_PRUNED_BEFORE = sa.select(account.c.pruned_before).where(account.c.id == sa.bindparam("of"))


def _among(
    tx: sa.Connection, account_id: int, column: sa.Column[str], ids: Iterable[str]
) -> set[str]:
    found: set[str] = set()
    for part in lean.in_parts(ids):
        mine = column.table.c.account_id == account_id
        found.update(tx.scalars(sa.select(column).where(mine, column.in_(part))))
    return found
