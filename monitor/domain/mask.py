"""Who was erased goes by pseudonyms, wherever the person is named. Pure.

Of the person only keyed digests are kept: enough to know a name when it comes again, not to tell
it. Each name has its own pseudonym, so that who is named how joins, and the fold gives the same
waits as before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b

from monitor.domain.post import EARLIEST, KnownNames, Post, Versions, bare_handle

_TOKEN = re.compile(r"@?[\w-]+(?:[.@][\w-]+)+|@[\w-]+")
"""What may be a handle in a text."""


class NameKind(StrEnum):
    """What a name is. `SHORT` is a handle without its server, as texts have it."""

    ID = "id"
    HANDLE = "handle"
    SHORT = "short"


def short(handle: str) -> str | None:
    """The part of a qualified handle that texts show; None where it is not qualified."""
    name, at, _server = bare_handle(handle).partition("@")
    return name if at and name else None


def digest(salt: bytes, kind: NameKind, name: str) -> str:
    """A name as it is remembered. `salt` has at most 64 bytes."""
    known_as = name if kind is NameKind.ID else bare_handle(name)
    told = f"{kind}:{known_as}".encode("utf-8", "surrogatepass")
    return blake2b(told, key=salt, digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Mask:
    """`pseudonyms` by digest."""

    salt: bytes
    pseudonyms: Mapping[str, str]

    def versions(self, versions: Versions) -> Versions:
        """A post in all its versions, as it may be kept."""
        first = self.post(replace(versions.first, mentions=tuple(versions.names)))
        return replace(
            versions, first=replace(first, mentions=()), names=self._names(versions.names)
        )

    def post(self, post: Post) -> Post:
        """Of who was erased no text, no name and no address is left; of others, their naming."""
        by = self.id(post.author_id)
        answers = post.parent_author_id and self.id(post.parent_author_id)
        mentions = tuple(self.name(each) for each in post.mentions)
        is_linked = bool(by or answers) or mentions != post.mentions
        masked = replace(
            post,
            id=self.path(post.id),
            author_handle=self.handle(post.author_handle) or by or post.author_handle,
            parent_id=post.parent_id and self.path(post.parent_id),
            parent_author_id=answers or post.parent_author_id,
            root_id=post.root_id and self.path(post.root_id),
            mentions=mentions,
            text=post.text and self.text(post.text, is_linked=is_linked),
        )
        if by:
            return replace(masked, author_id=by, author_name=None, text=None, url=None)
        return masked

    def id(self, author_id: str) -> str | None:
        return self._known(NameKind.ID, author_id)

    def handle(self, handle: str) -> str | None:
        return self._known(NameKind.HANDLE, handle)

    def name(self, name: str) -> str:
        """An id, or else a handle, as posts name people."""
        if by_id := self.id(name):
            return by_id
        by_handle = self.handle(name)
        return f"@{by_handle}" if by_handle else name

    def path(self, native_id: str) -> str:
        """The id of a post, which on some platforms has its author's in it, between slashes."""
        if "/" not in native_id:
            return native_id
        return "/".join(self.id(part) or part for part in native_id.split("/"))

    def text(self, text: str, *, is_linked: bool) -> str:
        """`is_linked`: it names or answers who was erased, so that a short name is theirs."""

        def masked(found: re.Match[str]) -> str:
            token = found.group()
            known = self.handle(token)
            if known is None and is_linked and token.startswith("@"):
                known = self._known(NameKind.SHORT, token)
            return f"@{known}" if known else token

        return _TOKEN.sub(masked, text)

    def _names(self, names: KnownNames) -> KnownNames:
        masked: dict[str, datetime | None] = {}
        for name, since in names.items():
            known_as = self.name(name)
            before = masked.get(known_as, since)
            masked[known_as] = min(before, since, key=lambda at: at or EARLIEST)
        return masked

    def _known(self, kind: NameKind, name: str) -> str | None:
        return self.pseudonyms.get(digest(self.salt, kind, name))
