"""What is still worth telling at the moment of telling: who is called must have something to do.

A fact that calls somebody (a warning, a breach, a customer who asks again, a post that spreads, a
blind or failing account) is told while it stands. What ends one (recovered, corrected, over) is
told only to those who were told that it began.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa

from monitor.domain.target import Verdict
from monitor.ports.notifier import ENDS, AlertKind
from monitor.store import accounts, alerts, outbox
from monitor.store.cases import Case
from monitor.store.outbox import Pending


class Dropped(StrEnum):
    """Why a notice is told no more."""

    OVER = "over"
    """What it is about has ended: answered, dismissed, deleted, seen again."""
    OVERTAKEN = "overtaken"
    """Something newer says more: a breach after its warning, a further nudge, a correction."""
    TAKEN = "taken"
    """Somebody has it: who was to be warned knows."""
    UNHEARD = "unheard"
    """It ends what this notifier was never told."""
    OLD = "old"
    """It was written more than a day before anybody could be told."""
    NOT_LIVE = "not live"


STANDING = frozenset({AlertKind.BREACH, AlertKind.BLIND, AlertKind.ACCOUNT_FAILING})
"""What goes on until something ends it. It is worth telling at any age, and again."""

SURGE_LASTS = timedelta(hours=2)
"""After that, more mentions than usual are no news."""

_BEGINS = {
    AlertKind.RECOVERED: AlertKind.BREACH,
    AlertKind.CORRECTED: AlertKind.BREACH,
    **{end: begin for begin, end in ENDS.items()},
}


@dataclass(frozen=True, slots=True)
class Now:
    """What else is known when notices of one notifier are decided: which facts that end others are
    written, and of when; which facts it was told (True) or is being told; and how far each account
    has been observed."""

    at: datetime
    ended: Mapping[str, datetime]
    heard: Mapping[str, bool]
    watermarks: dict[int, datetime]


def now_for(tx: sa.Connection, notifier: str, cases: Iterable[Case], at: datetime) -> Now:
    every = list(cases)
    ends = [key for case in every if (key := end_of(case))]
    begun = [key for case in every for key in beginnings_of(case)]
    return Now(
        at,
        alerts.instants(tx, ends),
        outbox.heard(tx, notifier, begun),
        accounts.watermarks(tx),
    )


def pointless(case: Case, now: Now) -> Dropped | None:
    """Why nobody need be told of this now."""
    if ends_something(case):
        return None if now.heard.keys() & {*beginnings_of(case)} else Dropped.UNHEARD
    if case.wait is None:
        return Dropped.OVER if ended_at(case, now) else None
    return _of_wait(case)


def _of_wait(case: Case) -> Dropped | None:
    assert case.wait  # noqa: S101  whoever calls has looked
    if not case.wait.is_open:
        return Dropped.OVER
    match case.kind:
        case AlertKind.WARNING if case.verdict:
            return Dropped.OVERTAKEN
        case AlertKind.WARNING if case.wait.acked_by:
            return Dropped.TAKEN
        case AlertKind.BREACH if case.verdict != Verdict.BREACHED:
            return Dropped.OVERTAKEN
        case AlertKind.NUDGED if case.wait.nudges > case.details.get("nudges", 0):
            return Dropped.OVERTAKEN
        case _:
            return None


def ended_at(case: Case, now: Now) -> datetime | None:
    """When what is about an account and no wait came to its end; None if it has not."""
    if case.kind is AlertKind.SURGE:
        over = case.at + SURGE_LASTS
        return over if now.at > over else None
    end = end_of(case)
    return now.ended.get(end) if end else None


def is_early(notice: Pending, case: Case, now: Now) -> bool:
    """Whether it has to wait. A reminder or an escalation: somebody has taken the customer on, or
    it has not been observed that far yet that nobody did answer. An end: its beginning is still
    being told, and would come after it."""
    if ends_something(case):
        return not any(now.heard.get(key) for key in beginnings_of(case))
    if case.wait is None or not (notice.turn or notice.after):
        return False
    seen = now.watermarks.get(case.account_id)
    return bool(case.wait.acked_by) or seen is None or seen < notice.not_before


def is_old(case: Case, now: datetime) -> bool:
    """Whether it was written so long before anybody could be told that it is no news."""
    return case.kind not in STANDING and now - case.written_at > timedelta(days=1)


def ends_something(case: Case) -> bool:
    """Then it is no use to wait whether it still stands: it is told at once."""
    return case.kind in _BEGINS


def end_of(case: Case) -> str | None:
    """The key of the fact that would end this one: `blind_over/acme/SINCE`."""
    end = ENDS.get(case.kind)
    return "/".join([end.value, *case.key.split("/")[1:3]]) if end else None


def beginnings_of(case: Case) -> list[str]:
    """The keys of the facts one of which must have been told for this one to mean anything."""
    begin = _BEGINS.get(case.kind)
    if begin is None:
        return []
    key = "/".join([begin.value, *case.key.split("/")[1:]])
    return [key, f"{key}/auth"] if begin is AlertKind.ACCOUNT_FAILING else [key]
