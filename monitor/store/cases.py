"""Facts with all that is known of them now: the account, the wait, its due, the post to show."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
import sqlalchemy as sa

from monitor.domain.wait import Status
from monitor.ports.notifier import AlertKind
from monitor.store import lean
from monitor.store.instants import instant, instant_or_none, micros, span_or_none
from monitor.store.schema import IS_OPEN, account, alert, due, post, target, wait


@dataclass(frozen=True, slots=True)
class CaseWait:
    """The wait that a fact is about, and the post to show. `text` is None where it was removed."""

    number: int
    status: Status
    live: bool
    late_arrival: bool
    opened_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    customer: str
    handle: str
    nudges: int
    acked_by: str | None
    text: str | None
    language: str | None
    url: str | None
    surface: str | None
    reach: int | None

    @property
    def is_open(self) -> bool:
        return self.status is Status.OPEN


@dataclass(frozen=True, slots=True)
class Case:
    """A fact; `at` is the instant that it is about. What is of a wait or a target may be None."""

    number: int
    key: str
    kind: AlertKind
    account_id: int
    account: str
    at: datetime
    written_at: datetime
    details: Mapping[str, Any]
    wait: CaseWait | None
    target: str | None
    within: timedelta | None
    due_at: datetime | None
    verdict: str | None
    late_detected: bool


def is_any_unrouted(tx: sa.Connection, absent: Collection[int]) -> bool:
    return tx.scalar(_unrouted(absent).limit(1)) is not None


def unrouted(tx: sa.Connection, absent: Collection[int], limit: int) -> list[Case]:
    """Facts of which nobody has decided whom to tell, the oldest first, but those about the
    accounts that are absent. They are ours until the transaction ends."""
    query = _unrouted(absent).order_by(alert.c.number).limit(limit)
    numbers = tx.scalars(query.with_for_update(skip_locked=True)).all()
    found = of(tx, numbers)
    return [found[number] for number in numbers]


def _unrouted(absent: Collection[int]) -> sa.Select[Any]:
    query = sa.select(alert.c.number).where(alert.c.routed_at.is_(None))
    return query.where(alert.c.account_id.not_in(absent)) if absent else query


def routed(tx: sa.Connection, numbers: Iterable[int], now: datetime | None) -> None:
    """Note that it was decided whom to tell of these facts; None: that it is open again."""
    for part in lean.in_parts(numbers):
        tx.execute(sa.update(alert).where(alert.c.number.in_(part)).values(routed_at=micros(now)))


def of(tx: sa.Connection, numbers: Iterable[int]) -> dict[int, Case]:
    """These facts, by number."""
    found: dict[int, Case] = {}
    for part in lean.in_parts(numbers):
        for row in tx.execute(_CASES.where(alert.c.number.in_(part))).mappings():
            found[row["number"]] = _case(row)
    return found


def calling(tx: sa.Connection, since: datetime) -> list[Case]:
    """Facts that call somebody, about waits that are open or have ended since then; and of each
    account the last of each kind."""
    ended = tx.scalars(_OF_ENDED_WAITS, {"since": micros(since)})
    numbers = {*tx.scalars(_OF_OPEN_WAITS), *ended, *tx.scalars(_OF_ACCOUNTS)}
    found = of(tx, numbers)
    return [found[number] for number in sorted(found)]


_CALLING = [AlertKind.WARNING, AlertKind.BREACH, AlertKind.NUDGED, AlertKind.SURGE]
_CALLING_OF_ACCOUNT = [AlertKind.BLIND, AlertKind.ACCOUNT_FAILING, AlertKind.SURGE]
_STANDS = sa.select(wait.c.number).where(wait.c.live, IS_OPEN)
_HAS_ENDED = sa.select(wait.c.number).where(
    wait.c.live, sa.func.coalesce(wait.c.answered_at, wait.c.ended_at) >= sa.bindparam("since")
)
_CALLS = alert.c.kind.in_([kind.value for kind in _CALLING])
# Asked for both at once, a database reads all facts that there ever were.
_OF_OPEN_WAITS, _OF_ENDED_WAITS = (
    sa.select(alert.c.number).where(_CALLS, alert.c.wait.in_(waits))
    for waits in (_STANDS, _HAS_ENDED)
)
_OF_ACCOUNTS = (
    sa.select(sa.func.max(alert.c.number))
    .where(alert.c.wait.is_(None), alert.c.kind.in_([kind.value for kind in _CALLING_OF_ACCOUNT]))
    .group_by(alert.c.account_id, alert.c.kind)
)

_REACH = (post.c.likes, post.c.reposts, post.c.replies, post.c.views)
_OF_WAIT = (
    wait.c.status,
    wait.c.live,
    wait.c.late_arrival,
    wait.c.opened_at,
    wait.c.answered_at,
    wait.c.ended_at,
    wait.c.customer_handle,
    wait.c.nudges,
    wait.c.acked_by,
)
_CASES = (
    sa.select(
        alert,
        account.c.name.label("account"),
        target.c.name.label("target"),
        target.c.within,
        due.c.due_at,
        due.c.verdict,
        due.c.late_detected,
        *_OF_WAIT,
        post.c.author_name,
        post.c.text,
        post.c.lang,
        post.c.url,
        post.c.surface,
        *_REACH,
    )
    .join(account, account.c.id == alert.c.account_id)
    .outerjoin(wait, wait.c.number == alert.c.wait)
    .outerjoin(target, target.c.id == alert.c.target_id)
    .outerjoin(due, (due.c.wait == alert.c.wait) & (due.c.target_id == alert.c.target_id))
    .outerjoin(post, (post.c.account_id == wait.c.account_id) & (post.c.native_id == wait.c.link))
)


def _case(row: sa.RowMapping) -> Case:
    return Case(
        number=row["number"],
        key=row["key"],
        kind=AlertKind(row["kind"]),
        account_id=row["account_id"],
        account=row["account"],
        at=instant(row["at"]),
        written_at=instant(row["written_at"]),
        details=orjson.loads(row["details"]),
        wait=_wait(row) if row["wait"] is not None else None,
        target=row["target"],
        within=span_or_none(row["within"]),
        due_at=instant_or_none(row["due_at"]),
        verdict=row["verdict"],
        late_detected=bool(row["late_detected"]),
    )


def _wait(row: sa.RowMapping) -> CaseWait:
    counts = [row[column.name] for column in _REACH if row[column.name] is not None]
    return CaseWait(
        number=row["wait"],
        status=Status(row["status"]),
        live=row["live"],
        late_arrival=row["late_arrival"],
        opened_at=instant(row["opened_at"]),
        answered_at=instant_or_none(row["answered_at"]),
        ended_at=instant_or_none(row["ended_at"]),
        customer=row["author_name"] or row["customer_handle"],
        handle=row["customer_handle"],
        nudges=row["nudges"],
        acked_by=row["acked_by"],
        text=row["text"],
        language=row["lang"],
        url=row["url"],
        surface=row["surface"],
        reach=sum(counts) if counts else None,
    )
