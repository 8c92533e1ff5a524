"""What arrives, made fit to store: nothing from outside may stop the way in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

from monitor.domain.post import Post, Reach

LONGEST_TEXT = 20_000
"""Characters of a text that are kept: more than any platform's post, and a bound on hostile ones."""

LONGEST_NAME = 500
"""Characters of a name that are kept; an index takes no more than 2,700 bytes."""

EARLIEST_POST = datetime(1990, 1, 1, tzinfo=UTC)
"""What claims to be older is not, and a calendar would have to be drawn for every year since."""

MOST = 2**63 - 1
"""A database counts no further."""

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


def fit(post: Post, now: datetime) -> Post:
    """The post as it can be stored: no instant after the fetch that brought it (rule 2) or before
    there were such platforms, no text that a database refuses, nothing endless."""
    changes = {**_in_time(post, now), **_bounded(post), **_countable(post)}
    return replace(post, **changes) if changes else post


def _in_time(post: Post, now: datetime) -> Mapping[str, datetime]:
    instants = ((name, getattr(post, name)) for name in _INSTANTS)
    return {
        name: min(max(at, EARLIEST_POST), now)
        for name, at in instants
        if at and not EARLIEST_POST <= at <= now
    }


def _bounded(post: Post) -> dict[str, Any]:
    said = {name: getattr(post, name) for name in _SPOKEN}
    bounded = {name: text and _text(text, _longest(name)) for name, text in said.items()}
    changes = {name: text for name, text in bounded.items() if text != said[name]}
    mentions = tuple(_text(name, LONGEST_NAME) for name in post.mentions)
    return changes | {"mentions": mentions} if mentions != post.mentions else changes


def _countable(post: Post) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if (post.author_followers or 0) > MOST:
        changes["author_followers"] = MOST
    reach = post.reach
    if max(reach.likes or 0, reach.reposts or 0, reach.replies or 0, reach.views or 0) > MOST:
        counts = {each.name: getattr(reach, each.name) for each in fields(Reach)}
        changes["reach"] = Reach(**{name: n and min(n, MOST) for name, n in counts.items()})
    return changes


def _longest(name: str) -> int:
    return LONGEST_NAME if name in _NAMES else LONGEST_TEXT


def _text(text: str, longest: int) -> str:
    """Without NUL characters and halves of characters; they are no text to a database."""
    short = text[:longest]
    if "\0" in short:
        short = short.replace("\0", "\N{REPLACEMENT CHARACTER}")
    try:
        short.encode()
    except UnicodeEncodeError:
        return short.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return short
