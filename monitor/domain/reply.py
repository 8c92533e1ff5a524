"""Whom a brand post addresses (rule 4)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from enum import Enum, auto

from monitor.domain.account import Cast, Role
from monitor.domain.post import KnownPost, Surface
from monitor.domain.value import value


class Voice(Enum):
    """Whose post a parent is, seen from its child."""

    NOBODY = auto()
    """There is no parent."""
    UNKNOWN = auto()
    """There is one, of which nothing is known."""
    BRAND = auto()
    OWN = auto()
    """The customer's own."""
    OTHER = auto()
    """Somebody else's: another customer's, a sister's, an agent's on foreign ground."""


@value()
class Parent:
    """What is known of a post's parent: itself, or only its author, or only that there is one."""

    voice: Voice
    post: KnownPost | None = None
    author: str | None = None


Addressed = Mapping[str, bool]
"""Keys of customers, and whether each is but a guess."""


def carried(parent: Parent, by: datetime, cast: Cast) -> set[str]:
    """Who is named in a parent by that instant, so that a child may name them by copy."""
    if parent.post is None:
        return set()
    edits_count = parent.voice is not Voice.BRAND
    return {
        key
        for name, since in parent.post.names.items()
        if since is None or (edits_count and since <= by)
        for key in cast.keys(name)
    }


def addressed(
    post: KnownPost,
    parent: Parent,
    inherited: Addressed,
    cast: Cast,
    writers: Collection[str],
    waiting: Collection[str],
) -> Addressed:
    """Whom a brand post addresses.

    `inherited`: whom its parent addressed, if that is a known brand post. `writers`: the customers
    who have written in the conversation before it; `waiting`: those of them with an open wait.
    """
    found = dict.fromkeys(_told(post, parent, cast), False)
    for key, guessed in inherited.items():
        found.setdefault(key, guessed)
    if parent.post is None and not _stops_a_guess(post, parent, found, writers):
        guess = _only(writers) or _only(waiting)
        if guess:
            found[guess] = True
    return found


def _told(post: KnownPost, parent: Parent, cast: Cast) -> Iterator[str]:
    answers_customer = parent.author and cast.role(parent.author) is Role.CUSTOMER
    if parent.author and answers_customer:
        yield parent.author
        if parent.post is None:
            return
    copied = carried(parent, post.created_at, cast)
    for name, since in post.names.items():
        for key in cast.keys(name) if since is None else ():
            if cast.role(key) is Role.CUSTOMER and key not in copied:
                yield key


def _stops_a_guess(
    post: KnownPost, parent: Parent, found: Addressed, writers: Collection[str]
) -> bool:
    """In an inbox, names of people who have not written there do not."""
    if post.surface is Surface.MESSAGE:
        return any(key in writers or key == parent.author for key in found)
    return bool(found)


def _only(people: Collection[str]) -> str | None:
    return next(iter(people)) if len(people) == 1 else None
