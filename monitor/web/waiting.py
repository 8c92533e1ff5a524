"""Who waits now, as the page shows them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa

from monitor.cycle.desk import Watch
from monitor.domain.duration import written
from monitor.domain.target import Target, Verdict, judge
from monitor.store import accounts, board
from monitor.store.board import OpenWait
from monitor.store.waits import StoredDue
from monitor.web.standing import Standing, standing

MOST_SHOWN = 300
FIRST_WORDS = 280
LONGEST_NAME = 80

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\s]+")


class State(StrEnum):
    """In order of the design: what is certain, what is not, and what is to come."""

    OVERDUE = "overdue"
    UNCONFIRMED = "unconfirmed"
    WARNED = "warned"
    PENDING = "pending"


WORDS = {
    State.OVERDUE: "Overdue",
    State.UNCONFIRMED: "Unconfirmed",
    State.WARNED: "Due soon",
    State.PENDING: "Waiting",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One wait. `due_at` is of its first promise; None where none applies."""

    wait: OpenWait
    name: str
    handle: str
    brand: str
    platform: str
    words: str
    state: State
    target: str | None
    within: str | None
    due_at: datetime | None
    link: str | None

    @property
    def state_word(self) -> str:
        return WORDS[self.state]


@dataclass(frozen=True, slots=True)
class Waiting:
    rows: list[Row]
    accounts: list[Standing]
    now: datetime

    def count(self, state: str) -> int:
        return sum(row.state == state for row in self.rows)

    @property
    def is_blind(self) -> bool:
        return any(account.blind for account in self.accounts)


def waiting(tx: sa.Connection, watches: Mapping[str, Watch], now: datetime) -> Waiting:
    """Everybody who waits on a configured account, the most urgent first."""
    known, watermarks = accounts.all_of(tx), accounts.watermarks(tx)
    rows = [
        _row(one, watches[one.account], watermarks.get(one.account_id), now)
        for one in board.open_waits(tx, MOST_SHOWN)
        if one.account in watches
    ]
    standings = [
        standing(watch, known[name], watermarks.get(known[name].id), now)
        for name, watch in watches.items()
        if name in known
    ]
    return Waiting(rows, standings, now)


def _row(wait: OpenWait, watch: Watch, watermark: datetime | None, now: datetime) -> Row:
    due = wait.dues[0] if wait.dues else None
    target = watch.targets.get(due.target_id) if due else None
    return Row(
        wait=wait,
        brand=watch.settings.brand,
        platform=watch.settings.platform,
        name=_line(wait.customer_name, LONGEST_NAME),
        handle=_line(wait.customer_handle, LONGEST_NAME),
        words=_line(wait.text, FIRST_WORDS),
        state=_state(due, target, wait.opened_at, watermark, now),
        target=target.name if target else None,
        within=written(target.within) if target else None,
        due_at=due.due_at if due else None,
        link=wait.url if wait.url and re.match(r"https?://", wait.url) else None,
    )


def _line(text: str, most: int) -> str:
    """What people wrote, as one line without control characters."""
    return _CONTROL.sub(" ", text[: 10 * most]).strip()[:most]


def _state(
    due: StoredDue | None,
    target: Target | None,
    opened_at: datetime,
    watermark: datetime | None,
    now: datetime,
) -> State:
    if due is None:
        return State.PENDING
    verdict = judge(due.due_at, None, None, watermark, now)
    if verdict is Verdict.BREACHED:
        return State.OVERDUE
    if verdict is Verdict.UNCONFIRMED:
        return State.UNCONFIRMED
    warnings = target.warnings(opened_at) if target else []
    return State.WARNED if warnings and warnings[0] <= now else State.PENDING


def clock_time(span: timedelta) -> str:
    """A length as people read it, rounded down: 0:55, 12 min, 1 h 06, 3 d 5 h."""
    seconds = int(abs(span) / timedelta(seconds=1))
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86_400
    if seconds < 600:
        return f"{minutes}:{seconds % 60:02}"
    if hours < 1:
        return f"{minutes} min"
    if days < 1:
        return f"{hours} h {minutes % 60:02}"
    return f"{days} d {hours % 24} h"
