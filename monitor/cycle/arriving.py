"""What arrives, made fit to store: nothing from outside may stop the way in."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

from monitor.domain.post import Post, Reach
from monitor.store.schema import LARGEST

LONGEST_TEXT = 20_000
"""Characters of a text that are kept: more than platforms allow, and a bound on hostile ones."""

LONGEST_NAME = 500
"""Characters of a name that are kept; an index takes no more than 2,700 bytes."""

EARLIEST_POST = datetime(1990, 1, 1, tzinfo=UTC)
"""What claims to be older is not, and a calendar would have to be drawn for every year since."""

_INSTANTS = ("created_at", "edited_at", "deleted_at")
_NAMES = (
    "id",
    "author_id",
    "author_handle",
    "parent_id",
    "parent_author_id",
    "root_id",
    "lang",
    "author_name",
)
_SPOKEN = (*_NAMES, "text", "url")
words_of = attrgetter(*_SPOKEN)
"""What is written in a post: its names, its text, its address."""

_counts = attrgetter("author_followers", *(f"reach.{each.name}" for each in fields(Reach)))


def fit(post: Post, now: datetime) -> Post:
    """The post as it can be stored: no instant after the fetch that brought it (rule 2) or before
    there were such platforms, no text that a database refuses, nothing endless."""
    if _is_plainly_fit(post, now):
        return post
    return replace(post, **_in_time(post, now), **_bounded(post), **_countable(post))


def _is_plainly_fit(post: Post, now: datetime) -> bool:
    """Most are, and this tells it in a tenth of the time; every post is asked."""
    said = "".join([*filter(None, words_of(post)), *post.mentions])
    return (
        EARLIEST_POST <= post.created_at <= now
        and post.edited_at is post.deleted_at is None
        and len(said) <= LONGEST_NAME
        and "\0" not in said
        and _is_text(said)
        and max(filter(None, _counts(post)), default=0) <= LARGEST
    )


def fit_instant(at: datetime, now: datetime) -> datetime:
    return min(max(at, EARLIEST_POST), now)


def _in_time(post: Post, now: datetime) -> dict[str, Any]:
    instants = ((name, getattr(post, name)) for name in _INSTANTS)
    return {name: fit_instant(at, now) for name, at in instants if at}


def _bounded(post: Post) -> dict[str, Any]:
    said = zip(_SPOKEN, words_of(post), strict=True)
    bounded = {name: text and _text(text, _longest(name)) for name, text in said}
    return {**bounded, "mentions": tuple(_text(name, LONGEST_NAME) for name in post.mentions)}


def _countable(post: Post) -> dict[str, Any]:
    followers = post.author_followers
    return {
        "reach": _counted(post.reach),
        "author_followers": followers and min(followers, LARGEST),
    }


def _counted(reach: Reach) -> Reach:
    counts = {each.name: getattr(reach, each.name) for each in fields(Reach)}
    return Reach(**{name: n and min(n, LARGEST) for name, n in counts.items()})


def _longest(name: str) -> int:
    return LONGEST_NAME if name in _NAMES else LONGEST_TEXT


def _text(text: str, longest: int) -> str:
    """Without NUL characters and halves of characters; they are no text to a database."""
    short = text[:longest].replace("\0", "\N{REPLACEMENT CHARACTER}")
    if _is_text(short):
        return short
    return short.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
