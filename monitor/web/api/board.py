"""The wallboard: who waits now, the most urgent first, and the figures above them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from monitor.domain.post import Surface
from monitor.domain.wait import Kind
from monitor.ports.connector import Reason
from monitor.report import plain
from monitor.report.as_json import attained_tree, decimal, times_tree
from monitor.web.api.calling import reads
from monitor.web.api.endpoint import Answer, Endpoint, Here, Inputs
from monitor.web.api.figures import Attained, ReplyTimes, Share
from monitor.web.api.queries import Word
from monitor.web.api.shapes import WaitId
from monitor.web.wallboard.board import Board
from monitor.web.wallboard.filter import Filter
from monitor.web.wallboard.moment import Standing
from monitor.web.wallboard.row import Row
from monitor.web.wallboard.state import LOOSE, State
from monitor.web.wallboard.view import MOST_SHOWN


class Seen(StrEnum):
    """A state, or whatever it is, that nobody has it."""

    OVERDUE = State.OVERDUE
    UNCONFIRMED = State.UNCONFIRMED
    WARNED = State.WARNED
    PENDING = State.PENDING
    LOOSE = LOOSE


class BoardAsked(Inputs):
    brand: Word | None = None
    platform: Word | None = None
    account: Word | None = None
    target: Word | None = None
    language: Annotated[Word | None, Field(description="The primary tag, such as en.")] = None
    state: Seen | None = None


class Waiting(Answer):
    """An open wait, as the page shows it."""

    id: WaitId
    account: str
    brand: str
    platform: str
    kind: Kind
    surface: Surface
    customer_name: str
    customer_handle: str
    words: Annotated[str, Field(description="The first ones, on one line.")]
    language: str | None
    url: str | None
    opened_at: datetime
    state: State
    target: Annotated[str | None, Field(description="The promise that decides; null: none.")]
    due_at: datetime | None
    other_targets: list[str]
    opens_at: Annotated[
        datetime | None, Field(description="When its desk opens; null while it is open.")
    ]
    blind: Annotated[bool, Field(description="Its account is not observed at the moment.")]
    nudges: int
    last_nudge_at: datetime | None
    reach: int | None
    reach_10m_ago: Annotated[int | None, Field(description="Null where it has not changed since.")]
    rating: int | None
    acked_by: str | None
    acked_at: datetime | None
    live: bool


class Trouble(Answer):
    """An account that is blind, or fails."""

    account: str
    blind: bool
    watermark: datetime | None
    reason: Reason | None
    next_poll_at: datetime | None


class Shown(Answer):
    counts: Annotated[dict[str, int], Field(description="By state, in any state of the filter.")]
    more: Annotated[int, Field(description=f"Beyond the {MOST_SHOWN} that are told.")]
    targets: Annotated[
        list[Attained], Field(description="Of today, the furthest from its objective first.")
    ]
    first_reply: Annotated[ReplyTimes, Field(description="Of the last 24 hours.")]
    coverage: Annotated[Share, Field(description="Of today.")]
    troubled: list[Trouble]
    waits: list[Waiting]


def look(here: Here, asked: BoardAsked) -> dict[str, Any]:
    """By a picture of its own: that of the pages remembers who listens through which filter."""
    said = {name: str(value) for name, value in asked.model_dump().items() if value}
    view, _, _ = Board(here.deck, lambda _view, _rows, _is_new: {}).look(Filter(**said))
    head = view.head
    return {
        "counts": dict(head.counts),
        "more": head.more,
        "targets": [attained_tree(each) for each in head.figures.attained],
        "first_reply": times_tree(head.figures.replies),
        "coverage": decimal(head.figures.coverage),
        "troubled": [_trouble(one) for one in head.troubled],
        "waits": [_waiting(row) for row in view.rows],
    }


def _trouble(one: Standing) -> dict[str, Any]:
    return {
        "account": one.name,
        "blind": one.is_blind,
        "watermark": plain.rfc3339(one.read_until),
        "reason": one.reason,
        "next_poll_at": plain.rfc3339(one.next_poll_at),
    }


def _waiting(row: Row) -> dict[str, Any]:
    wait = row.wait
    return {
        "id": wait.number,
        "account": wait.account,
        "brand": row.brand,
        "platform": row.platform,
        "kind": wait.kind,
        "surface": wait.surface,
        "customer_name": row.name,
        "customer_handle": row.handle,
        "words": row.words,
        "language": wait.lang,
        "url": row.link,
        "opened_at": plain.rfc3339(wait.opened_at),
        "state": row.state,
        "target": row.target.name if row.target else None,
        "due_at": plain.rfc3339(row.due_at),
        "other_targets": list(row.others),
        "opens_at": plain.rfc3339(row.opens_at),
        "blind": row.is_blind,
        "nudges": wait.nudges,
        "last_nudge_at": plain.rfc3339(wait.last_nudge_at),
        "reach": wait.reach,
        "reach_10m_ago": wait.reach_before,
        "rating": wait.rating,
        "acked_by": wait.acked_by,
        "acked_at": plain.rfc3339(wait.acked_at),
        "live": wait.live,
    }


ENDPOINTS: list[Endpoint] = [
    reads(
        "/board",
        "Who waits now, as the wallboard shows it.",
        BoardAsked,
        Shown,
        look,
        is_heavy=True,
    ),
]
