"""The contract of a connector: it reads one account on one platform, and decides nothing.

A connector is a configuration model found by the entry point `replywatch.connectors`; its
`build(presence, web)` makes the object with `fetch`. It holds no clock, database, metric, log,
retry or `except`: the door to the web (`monitor.http`) turns whatever goes wrong into `FetchError`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from monitor.domain.post import Post

Cursor = Mapping[str, Any]
"""A connector's own bookmark: JSON, opaque to everybody else. Empty before the first poll."""


class Reason(StrEnum):
    """Why a poll failed; the label of `replywatch_poll_failures_total`."""

    AUTH = "auth"
    RATE_LIMITED = "rate_limited"
    REJECTED = "rejected"
    UNAVAILABLE = "unavailable"
    BAD_PAYLOAD = "bad_payload"
    STORE = "store"
    INTERNAL = "internal"

    @property
    def needs_a_person(self) -> bool:
        """Whether it does not pass by waiting."""
        return self in (Reason.AUTH, Reason.REJECTED, Reason.BAD_PAYLOAD)


class FetchError(Exception):
    """A poll that could not be read. Its text never holds a secret, nor what the platform sent.

    `retry_at` is the instant that the platform named, if it named one.
    """

    def __init__(self, reason: Reason, message: str, *, retry_at: datetime | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.retry_at = retry_at


@dataclass(frozen=True, slots=True)
class Presence:
    """The account that a connector reads. `history`: how far back the first poll reads."""

    handle: str
    agents: tuple[str, ...] = ()
    sisters: tuple[str, ...] = ()
    history: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Batch:
    """What is stored in one transaction: posts, and the cursor from which to read on.

    `complete_until` is set on a poll's last batch only: everything up to that instant has been
    read, in every stream. `ids` tells the platform ids of handles (the account's own, its agents',
    its sisters'), as far as the connector has resolved them; it stands in a poll's first batch.
    """

    posts: Sequence[Post]
    cursor: Cursor
    complete_until: datetime | None = None
    ids: Mapping[str, str] = field(default_factory=dict)


class Connector(Protocol):
    """Reads one account.

    `least_gap`: polls come no closer together than this, so that the platform's limits hold.
    `settle`: how long after a request the platform may still show an older post;
    `complete_until` is the time of the poll's earliest request less this.
    """

    least_gap: timedelta
    settle: timedelta

    def fetch(self, cursor: Cursor, now: datetime) -> Iterator[Batch]:
        """Read forward from `cursor`. A post returned twice is fine, a missed one is not.

        Raises FetchError. What was yielded before stays stored.
        """
        ...


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look-up says of one post. `post` is None where it is gone."""

    id: str
    post: Post | None


@runtime_checkable
class LooksUp(Protocol):
    """A connector that can ask for single posts: deleted? edited? reach now?"""

    def look_up(self, ids: Sequence[str]) -> Iterator[Seen]:
        """Ask for these posts. Ids about which the platform says nothing are left out."""
        ...
