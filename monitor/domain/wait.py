"""The span in which one customer of one conversation waits for the brand (rules 1, 3 to 5)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from monitor.domain.post import ReplyClass
from monitor.domain.value import value

DEFINITION_VERSION = 1
"""Of the rules of the clock, kept with every stored wait. A change to a rule bumps it."""


class Kind(StrEnum):
    FIRST = "first"
    FOLLOW_UP = "follow_up"


class Status(StrEnum):
    """`MERGED` and `WITHDRAWN` are of stored waits that ceased to exist; the fold gives neither."""

    OPEN = "open"
    ANSWERED = "answered"
    DELETED = "deleted"
    DISMISSED = "dismissed"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"

    @property
    def is_gone(self) -> bool:
        return self in (Status.MERGED, Status.WITHDRAWN)


class Attribution(StrEnum):
    TOLD = "told"
    GUESSED = "guessed"


class Dismissal(StrEnum):
    """Why no reply is needed, in a person's judgement."""

    NOT_FOR_US = "not-for-us"
    SPAM = "spam"
    ELSEWHERE = "elsewhere"
    NONE_NEEDED = "none-needed"


class Deed(StrEnum):
    """What a person does about a wait."""

    ACK = "ack"
    RELEASE = "release"
    DISMISS = "dismiss"


@value()
class Act:
    """A deed upon a post: it holds for the wait in which that post is opener or nudge (rule 5).

    `number` tells apart acts of one instant; a dismissal has a `reason`.
    """

    number: int
    post_id: str
    deed: Deed
    at: datetime
    by: str = ""
    reason: Dismissal | None = None


@value(kw_only=True)
class Wait:
    """A wait as the fold gives it. `mentions` are post ids, the opener first, then its nudges.

    `conversation` is the id of the earliest known post. `ended_at` is set by deletion and
    dismissal. `link` is the post to show: the earliest mention that is not deleted.
    """

    conversation: str
    customer: str
    customer_handle: str
    kind: Kind
    opened_by: str
    opened_at: datetime
    mentions: tuple[str, ...]
    status: Status = Status.OPEN
    auto_replied_at: datetime | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None
    reply_class: ReplyClass | None = None
    reply_deleted: bool = False
    attribution: Attribution = Attribution.TOLD
    skewed: bool = False
    ended_at: datetime | None = None
    dismissal: Dismissal | None = None
    link: str
    last_nudge_at: datetime | None = None
    acked_by: str | None = None
    acked_at: datetime | None = None

    @property
    def nudges(self) -> int:
        return len(self.mentions) - 1

    @property
    def end(self) -> datetime | None:
        """When the customer stopped waiting, in whatever way; None while open."""
        return self.answered_at or self.ended_at
