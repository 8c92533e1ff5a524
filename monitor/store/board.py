"""Who waits now: open waits with the posts to show and what they owe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from monitor.domain.wait import Status
from monitor.store import waits
from monitor.store.instants import instant, instant_or_none
from monitor.store.schema import account, due, post, wait
from monitor.store.waits import StoredDue


@dataclass(frozen=True, slots=True)
class OpenWait:
    """`text` is as the platform gave it; `dues` ascend."""

    number: int
    account: str
    account_id: int
    customer_name: str
    customer_handle: str
    kind: str
    opened_at: datetime
    nudges: int
    last_nudge_at: datetime | None
    acked_by: str | None
    live: bool
    text: str
    lang: str | None
    url: str | None
    surface: str
    reach: int | None
    dues: Sequence[StoredDue]


def open_waits(tx: sa.Connection, limit: int) -> list[OpenWait]:
    """The most urgent first: by their first due instant, those that owe nothing last."""
    first_due = (
        sa.select(sa.func.min(due.c.due_at)).where(due.c.wait == wait.c.number).scalar_subquery()
    )
    shown = (post.c.account_id == wait.c.account_id) & (post.c.native_id == wait.c.link)
    columns = [column for column in post.c if column.name not in wait.c]
    query = (
        sa.select(wait, account.c.name, *columns)
        .join(account, account.c.id == wait.c.account_id)
        .join(post, shown)
        .where(wait.c.status == Status.OPEN.value)
        .order_by(first_due.is_(None), first_due, wait.c.opened_at)
        .limit(limit)
    )
    rows = tx.execute(query).mappings().all()
    dues = waits.dues_of(tx, [row["number"] for row in rows])
    return [_open_wait(row, dues.get(row["number"], [])) for row in rows]


def _open_wait(row: sa.RowMapping, dues: Sequence[StoredDue]) -> OpenWait:
    counts = [row[name] for name in ("likes", "reposts", "replies", "views")]
    known = [count for count in counts if count is not None]
    return OpenWait(
        number=row["number"],
        account=row["name"],
        account_id=row["account_id"],
        customer_name=row["author_name"] or row["customer_handle"],
        customer_handle=row["customer_handle"],
        kind=row["kind"],
        opened_at=instant(row["opened_at"]),
        nudges=row["nudges"],
        last_nudge_at=instant_or_none(row["last_nudge_at"]),
        acked_by=row["acked_by"],
        live=row["live"],
        text=row["text"] or "",
        lang=row["lang"],
        url=row["url"],
        surface=row["surface"],
        reach=sum(known) if known else None,
        dues=sorted(dues, key=lambda one: one.due_at),
    )
