"""Posts and settings for tests, in few words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.domain.account import Account, Person
from monitor.domain.fold import fold
from monitor.domain.outcome import Folded, Outcome, What
from monitor.domain.post import KnownPost, Post, Versions
from monitor.domain.wait import Act, Deed, Dismissal, Wait
from monitor.domain.words import Wording

START = datetime(2026, 3, 2, 10, tzinfo=UTC)
ACCOUNT = Account(me=Person("acme"), agents=(Person("acme_anna"),), sisters=(Person("acme_news"),))
READER = Wording()


def at(minutes: float) -> datetime:
    """So many minutes after ten o'clock."""
    return START + timedelta(minutes=minutes)


def post(name: str, author: str, minutes: float, **fields: Any) -> Post:
    fields.setdefault("text", f"post {name}")
    fields.setdefault("author_handle", author)
    fields["mentions"] = tuple(fields.get("mentions", ()))
    return Post(id=name, author_id=author, created_at=at(minutes), **fields)


def mention(name: str, author: str, minutes: float, **fields: Any) -> Post:
    """A post that names the account."""
    return post(name, author, minutes, mentions=["acme"], **fields)


def reply(name: str, minutes: float, parent: str | None, **fields: Any) -> Post:
    """A post by the account itself."""
    return post(name, "acme", minutes, parent_id=parent, **fields)


def dismissal(number: int, post_id: str, minutes: float) -> Act:
    return Act(number, post_id, Deed.DISMISS, at(minutes), "kim", Dismissal.SPAM)


def known(posts: Iterable[Post], wording: Wording = READER) -> list[KnownPost]:
    """The posts in all their versions, each read by `wording`."""
    versions: dict[str, Versions] = {}
    for one in posts:
        arriving = Versions.of(one)
        stored = versions.get(one.id)
        versions[one.id] = stored.united(arriving) if stored else arriving
    return [known_post(each, wording) for each in versions.values()]


def known_post(versions: Versions, wording: Wording) -> KnownPost:
    return versions.known(wording.read(versions.first))


def fold_posts(
    posts: Iterable[Post],
    acts: Sequence[Act] = (),
    account: Account = ACCOUNT,
    wording: Wording = READER,
) -> list[Folded]:
    return fold(known(posts, wording), acts, account)


def waits(
    *posts: Post,
    acts: Sequence[Act] = (),
    account: Account = ACCOUNT,
    wording: Wording = READER,
) -> list[Wait]:
    """Of all conversations that these posts form, each conversation's by their opening."""
    folded = fold_posts(posts, acts, account, wording)
    return [wait for conversation in folded for wait in conversation.waits]


def the_wait(
    *posts: Post,
    acts: Sequence[Act] = (),
    account: Account = ACCOUNT,
    wording: Wording = READER,
) -> Wait:
    """The only one."""
    (wait,) = waits(*posts, acts=acts, account=account, wording=wording)
    return wait


def outcomes(
    *posts: Post, account: Account = ACCOUNT, wording: Wording = READER
) -> dict[str, Outcome]:
    """What became of each post."""
    folded = fold_posts(posts, (), account, wording)
    return {one.post_id: one for conversation in folded for one in conversation.outcomes}


def what(name: str, *posts: Post, account: Account = ACCOUNT, wording: Wording = READER) -> What:
    """What became of one of these posts."""
    return outcomes(*posts, account=account, wording=wording)[name].what


def addressed(name: str, *posts: Post, account: Account = ACCOUNT) -> dict[str, bool]:
    """Whom a brand post addresses, and whether each is but a guess."""
    return dict(outcomes(*posts, account=account)[name].addressed)
