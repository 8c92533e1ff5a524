"""Posts, and what their addresses and keys tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from connectors.bluesky.wire import Author, Feature, Quote, QuoteWithMedia, Record, View
from monitor.domain.post import NO_REACH, Post, Reach

COLLECTION = "app.bsky.feed.post"
POST_URI = re.compile(rf"at://(did:[^/]+)/{re.escape(COLLECTION)}/([^/]+)")
_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"  # of record keys; they sort as their numbers do


def viewed(view: View) -> Post:
    reach = Reach(view.like_count, view.repost_count, view.reply_count)
    return post_of(view.uri, view.author, view.record, view.indexed_at, reach)


def post_of(
    uri: str, author: Author, shown: object, indexed_at: datetime, reach: Reach = NO_REACH
) -> Post:
    """A post. What its author's program wrote wrongly is left out."""
    record = shown if isinstance(shown, Record) else Record()
    parent = record.reply.parent.uri if record.reply else None
    return Post(
        id=uri,
        author_id=author.did,
        author_handle=author.handle,
        created_at=_earlier(record.created_at, indexed_at),
        text=record.text.replace("\0", ""),
        parent_id=parent,
        parent_author_id=_did_of(parent),
        root_id=record.reply.root.uri if record.reply else None,
        mentions=tuple(dict.fromkeys(_names(record, author.did))),
        lang=record.langs[0] if record.langs else None,
        url=_link(author, uri),
        author_name=author.display_name,
        reach=reach,
    )


def _earlier(claimed: object, indexed_at: datetime) -> datetime:
    """A client may claim any time (rule 2)."""
    return min(claimed, indexed_at) if isinstance(claimed, datetime) else indexed_at


def _names(record: Record, author: str) -> Iterator[str]:
    """Whom facets name, wherever they lie in the text, and who is quoted."""
    for facet in record.facets:
        for feature in facet.features:
            if isinstance(feature, Feature) and feature.type.endswith("#mention") and feature.did:
                yield feature.did
    quoted = _quoted(record.embed)
    did = _did_of(quoted)
    if quoted and did and did != author and POST_URI.fullmatch(quoted):
        yield did


def _quoted(embed: object) -> str | None:
    quote_ = embed.record if isinstance(embed, QuoteWithMedia) else embed
    return quote_.record.uri if isinstance(quote_, Quote) else None


def _link(author: Author, uri: str) -> str:
    who = author.did if author.handle in ("", "handle.invalid") else author.handle
    return f"https://bsky.app/profile/{quote(who, safe=':')}/post/{quote(parts(uri)[1], safe=':')}"


def parts(uri: str) -> tuple[str, str]:
    """Whose repository a record lies in, and its key there."""
    return uri.removeprefix("at://").split("/")[0], uri.rpartition("/")[2]


def _did_of(uri: str | None) -> str | None:
    did = parts(uri)[0] if uri else ""
    return did if did.startswith("did:") else None


def key_at(at: datetime) -> str:
    """The least key that a clock makes at this instant."""
    number = max(int((at - datetime.fromtimestamp(0, UTC)) / timedelta(microseconds=1)), 0) << 10
    return "".join(_DIGITS[number >> shift & 31] for shift in range(60, -1, -5))
