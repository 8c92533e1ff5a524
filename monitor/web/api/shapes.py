"""What a wait is in the answers: the shape of `waits --format jsonl`, and what one alone adds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from monitor.domain import trace
from monitor.domain.post import ReplyClass
from monitor.domain.target import Verdict
from monitor.domain.wait import Attribution, Dismissal, Kind, Status
from monitor.report import plain
from monitor.report.listing import Listed
from monitor.store.instants import instant_or_none
from monitor.store.schema import LARGEST
from monitor.web.api.endpoint import DIGITS, Answer

WaitId = Annotated[
    int, Field(ge=1, le=LARGEST, description="The wait's number.", examples=[17]), DIGITS
]
Seconds = int | float


class Judged(Answer):
    """What a wait owes under one target, as it stands now."""

    target: str
    due_at: datetime
    verdict: Verdict
    late_detected: bool


class Wait(Answer):
    id: WaitId
    account: str
    conversation: Annotated[str, Field(description="The id of its earliest known post.")]
    customer: str
    customer_handle: str
    kind: Kind
    status: Status
    attribution: Attribution
    opened_by: Annotated[str, Field(description="The id of the post that opened it.")]
    opened_at: datetime
    auto_replied_at: datetime | None
    answered_by: str | None
    answered_at: datetime | None
    ended_at: datetime | None
    reply_class: ReplyClass | None
    nudges: int
    calendar_seconds: Seconds | None
    business_seconds: Seconds | None
    skewed: bool
    late_arrival: bool
    live: bool
    url: str | None
    verdicts: list[Judged]


class ActedWait(Wait):
    """With what people did about it."""

    acked_by: Annotated[str | None, Field(description="Who has it; null: nobody.")]
    acked_at: datetime | None
    dismissal: Dismissal | None
    merged_into: Annotated[int | None, Field(description="The wait that took its place.")]


def acted_tree(listed: Listed, row: Mapping[Any, Any]) -> dict[str, Any]:
    """An `ActedWait`. `row` is the wait's."""
    return {
        **listed,
        "acked_by": row["acked_by"],
        "acked_at": plain.rfc3339(instant_or_none(row["acked_at"])),
        "dismissal": row["dismissal"],
        "merged_into": row["merged_into"],
    }


class Step(Answer):
    """One thing that happened, and the rule of the clock that made it count as it does."""

    at: datetime
    sentence: str
    rule: str
    post_id: str | None


def step_trees(steps: Iterable[trace.Step]) -> list[dict[str, Any]]:
    return [
        {
            "at": plain.rfc3339(step.at),
            "sentence": step.sentence,
            "rule": step.rule,
            "post_id": step.post_id,
        }
        for step in steps
    ]
