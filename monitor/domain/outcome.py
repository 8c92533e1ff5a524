"""What the fold says of a conversation: its waits, and what became of each post and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.domain.post import KnownPost
from monitor.domain.reply import Addressed, Voice
from monitor.domain.value import value
from monitor.domain.wait import Wait


class What(StrEnum):
    """What became of a post."""

    OPENED = "opened"
    NUDGED = "nudged"
    AFTERTHOUGHT = "afterthought"
    CLOSER = "closer"
    OVERHEARD = "overheard"
    IGNORED = "ignored"
    NO_MENTION = "no_mention"
    REPLY = "reply"
    UNATTRIBUTED = "unattributed"
    SPEECH = "speech"
    """A brand post that answers nobody, and was not meant to."""
    OUTSIDER = "outsider"
    """An agent's post on foreign ground."""
    SISTER = "sister"

    @property
    def is_mention(self) -> bool:
        return self in (What.OPENED, What.NUDGED, What.AFTERTHOUGHT)


@value()
class Outcome:
    """What became of one post, and why: `voice` is its parent's, `wait` the id of the opener.

    `taken_at` is its effective time; `counts_at` the instant as which a mention counts (the edit's
    if the name came by an edit). Of a customer's post: `named` tells that it names the account,
    `silence` how long before it the customer and the brand last spoke, None if never. `addressed`
    is of a brand post.
    """

    post: KnownPost
    what: What
    taken_at: datetime
    counts_at: datetime
    voice: Voice = Voice.NOBODY
    wait: str | None = None
    named: bool = False
    silence: timedelta | None = None
    addressed: Addressed = field(default_factory=dict)

    @property
    def post_id(self) -> str:
        return self.post.id


@value()
class Folded:
    """One conversation: its waits by their opening, and its posts in their order."""

    waits: Sequence[Wait]
    outcomes: Sequence[Outcome]
