"""What somebody wrote, as a platform gave it, and as all its versions together say it (rule 2)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from datetime import UTC, datetime
from enum import StrEnum

from monitor.domain.value import value

TEXT_SEEN = 4_000
"""Characters of a text that rules and regular expressions see: a bound on hostile input."""


class Surface(StrEnum):
    """Where a post stands. All but `PUBLIC` are the brand's own ground (rule 3c)."""

    PUBLIC = "public"
    COMMENT = "comment"
    REVIEW = "review"
    MESSAGE = "message"

    @property
    def is_own_ground(self) -> bool:
        return self is not Surface.PUBLIC


class DeletedBy(StrEnum):
    AUTHOR = "author"
    BRAND = "brand"


class ReplyClass(StrEnum):
    """Of a brand post (rule 4). An automated one closes no wait."""

    HUMAN = "human"
    AUTOMATED = "automated"
    DEFLECTION = "deflection"


@value()
class Reach:
    """How many people a post has touched so far; None where the platform does not say."""

    likes: int | None = None
    reposts: int | None = None
    replies: int | None = None
    views: int | None = None

    @property
    def total(self) -> int | None:
        known = [
            count
            for count in (self.likes, self.reposts, self.replies, self.views)
            if count is not None
        ]
        return sum(known) if known else None


NO_REACH = Reach()


@value(kw_only=True)
class Post:
    """One version of a post: the interchange form, checked.

    Ids are opaque. `mentions` are ids or handles, those copied from the parent included.
    `edited_at` tells the versions apart and is None for the original; `deleted_at` is when the
    deletion was noticed. All instants carry a time zone.
    """

    id: str
    author_id: str
    author_handle: str
    created_at: datetime
    text: str | None = ""
    parent_id: str | None = None
    parent_author_id: str | None = None
    root_id: str | None = None
    mentions: tuple[str, ...] = ()
    surface: Surface = Surface.PUBLIC
    lang: str | None = None
    url: str | None = None
    author_name: str | None = None
    author_followers: int | None = None
    author_is_bot: bool = False
    rating: int | None = None
    reach: Reach = field(default=NO_REACH, compare=False)
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    deleted_by: DeletedBy = DeletedBy.AUTHOR

    def __post_init__(self) -> None:
        if not self.id or not self.author_id:
            raise ValueError("a post needs an id and an author_id")
        for instant in (self.created_at, self.edited_at, self.deleted_at):
            if instant is not None and instant.tzinfo is None:
                raise ValueError(f"{instant.isoformat()} has no offset; write it with Z or +02:00")


KnownNames = Mapping[str, datetime | None]

EARLIEST = datetime.min.replace(tzinfo=UTC)
LATEST = datetime.max.replace(tzinfo=UTC)


@value()
class Reading:
    """What was read in a text, once, when it was first stored.

    `closer` says only that the words are closing words; whether they close anything depends on
    what they reply to.
    """

    ignored_by: str | None = None
    closer: bool = False
    reply_class: ReplyClass = ReplyClass.HUMAN


@value()
class Deletion:
    """The earliest deletion ever told; never withdrawn."""

    at: datetime
    by: DeletedBy = DeletedBy.AUTHOR


@value()
class Versions:
    """A post in all its versions known so far. Uniting is commutative, associative, idempotent.

    `first` is the earliest version, without its names and deletion, which stand beside it: `names`
    has, for each name, the `edited_at` of the earliest version that carries it. A version with
    `deleted_at` is `first` only where no other is known, and then it is `only_deleted`.
    """

    first: Post
    names: KnownNames
    deletion: Deletion | None = None
    only_deleted: bool = False

    @classmethod
    def of(cls, post: Post) -> Versions:
        deletion = Deletion(post.deleted_at, post.deleted_by) if post.deleted_at else None
        names = dict.fromkeys(post.mentions, post.edited_at)
        first = post
        if post.mentions or post.deleted_at or post.deleted_by is not DeletedBy.AUTHOR:
            first = replace(post, mentions=(), deleted_at=None, deleted_by=DeletedBy.AUTHOR)
        return cls(first, names, deletion, only_deleted=deletion is not None)

    def united(self, other: Versions) -> Versions:
        deletions = [one.deletion for one in (self, other) if one.deletion]
        deletion = min(deletions, key=lambda one: (one.at, one.by)) if deletions else None
        if self.only_deleted != other.only_deleted:
            return replace(other if self.only_deleted else self, deletion=deletion)
        first = self.first if self.first == other.first else min(self.first, other.first, key=_rank)
        return Versions(first, _united(self.names, other.names), deletion, self.only_deleted)

    def known(self, reading: Reading) -> KnownPost:
        """What the fold reads; a name counts from the beginning if the first version has it."""
        first = self.first
        return KnownPost(
            id=first.id,
            author_id=first.author_id,
            author_handle=first.author_handle,
            created_at=first.created_at,
            parent_id=first.parent_id,
            parent_author_id=first.parent_author_id,
            root_id=first.root_id,
            surface=first.surface,
            names={
                name: None if since == first.edited_at else since
                for name, since in self.names.items()
            },
            deletion=self.deletion,
            ignored_by=reading.ignored_by,
            closer=reading.closer,
            reply_class=reading.reply_class,
        )


def _united(names: KnownNames, others: KnownNames) -> KnownNames:
    if names == others:
        return names
    united = dict(names)
    for name, since in others.items():
        if name not in united or (since or EARLIEST) < (united[name] or EARLIEST):
            united[name] = since
    return united


_AUTHOR = ("author_handle", "author_id")
_TELLING = (*_AUTHOR, "parent_author_id", "parent_id", "root_id", "surface", "text")
_REST = ("author_followers", "author_is_bot", "author_name", "lang", "rating", "url")


def _rank(version: Post) -> tuple[datetime, bool, str, datetime, str]:
    """Versions from the earliest on (rule 2). A text removed by retention keeps its place."""
    return (
        version.edited_at or EARLIEST,
        version.text is not None,
        _canonical(version, _TELLING),
        version.created_at,
        _canonical(version, _REST),
    )


def _canonical(version: Post, names: Sequence[str]) -> str:
    fields = {name: getattr(version, name) for name in names}
    return json.dumps(fields, sort_keys=True, ensure_ascii=False)


@value(kw_only=True)
class KnownPost:
    """What the fold reads of a post: all its versions, and what was once read in its text.

    `names` has the instant since which each counts, None for from the beginning.
    """

    id: str
    author_id: str
    author_handle: str
    created_at: datetime
    parent_id: str | None = None
    parent_author_id: str | None = None
    root_id: str | None = None
    surface: Surface = Surface.PUBLIC
    names: KnownNames = field(default_factory=dict)
    deletion: Deletion | None = None
    ignored_by: str | None = None
    closer: bool = False
    reply_class: ReplyClass = ReplyClass.HUMAN


def bare_handle(name: str) -> str:
    """A handle as it is compared: without case and leading `@`."""
    return name.lstrip("@").casefold()
