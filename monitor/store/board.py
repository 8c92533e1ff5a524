"""Who waits now: all open waits in brief, and whole those that are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from monitor.store import lean, reach
from monitor.store.instants import instant, instant_or_none
from monitor.store.schema import IS_OPEN, account, due, post, wait


class Owed(NamedTuple):
    """What an open wait owes under one target, in microseconds, as the table has it."""

    due_at: int
    target_id: int


class Brief(NamedTuple):
    """An open wait, as far as its place and its weight on the board go. Of thousands each second
    this is read, so that instants stay microseconds. `dues` ascend; `mark` changes with whatever
    else is shown of the wait."""

    number: int
    account_id: int
    opened_at: int
    lang: str | None
    acked_by: str | None
    dues: tuple[Owed, ...]
    mark: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class OpenWait:
    """`text` is as the platform gave it; `reach_before` is what it was at the instant asked for,
    None where it has not changed since, or was not seen by then."""

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
    acked_at: datetime | None
    live: bool
    link: str
    text: str
    lang: str | None
    url: str | None
    surface: str
    rating: int | None
    reach: int | None
    reach_before: int | None


_POST_SHOWN = (post.c.account_id == wait.c.account_id) & (post.c.native_id == wait.c.link)


def briefs(tx: sa.Connection) -> list[Brief]:
    """Every open wait, in no order."""
    dues: dict[int, tuple[Owed, ...]] = {}
    for number, due_at, target_id in tx.execute(_OPEN_DUES):
        dues[number] = (*dues.get(number, ()), Owed(due_at, target_id))
    return [
        Brief(number, account_id, opened_at, lang, acked_by, dues.get(number, ()), tuple(mark))
        for number, account_id, opened_at, lang, acked_by, *mark in tx.execute(_OPEN)
    ]


_OPEN = (
    sa.select(
        wait.c.number,
        wait.c.account_id,
        wait.c.opened_at,
        post.c.lang,
        wait.c.acked_by,
        wait.c.acked_at,
        wait.c.link,
        wait.c.kind,
        wait.c.nudges,
        wait.c.last_nudge_at,
    )
    .join(post, _POST_SHOWN)
    .where(IS_OPEN)
)
_OPEN_DUES = (
    sa.select(due.c.wait, due.c.due_at, due.c.target_id)
    .join(wait, wait.c.number == due.c.wait)
    .where(IS_OPEN)
    .order_by(due.c.due_at)
)


def whole(tx: sa.Connection, numbers: Iterable[int], before: datetime) -> dict[int, OpenWait]:
    """Those of these waits that are open, with their reach as it was `before`, too."""
    rows: list[Mapping[Any, Any]] = []
    for part in lean.in_parts(numbers):
        rows += tx.execute(_WHOLE, {"numbers": part}).mappings()
    links: dict[int, list[str]] = {}
    for row in rows:
        links.setdefault(row["account_id"], []).append(row["link"])
    earlier = {one: reach.as_of(tx, one, names, before) for one, names in links.items()}
    return {
        row["number"]: _open_wait(row, earlier[row["account_id"]].get(row["link"])) for row in rows
    }


_WHOLE = (
    sa.select(
        wait,
        account.c.name.label("account"),
        *(column for column in post.c if column.name not in wait.c),
    )
    .join(account, account.c.id == wait.c.account_id)
    .join(post, _POST_SHOWN)
    .where(wait.c.number.in_(sa.bindparam("numbers", expanding=True)), IS_OPEN)
)


def _open_wait(row: Mapping[Any, Any], reach_before: int | None) -> OpenWait:
    counts = [row[name] for name in ("likes", "reposts", "replies", "views")]
    known = [count for count in counts if count is not None]
    return OpenWait(
        number=row["number"],
        account=row["account"],
        account_id=row["account_id"],
        customer_name=row["author_name"] or row["customer_handle"],
        customer_handle=row["customer_handle"],
        kind=row["kind"],
        opened_at=instant(row["opened_at"]),
        nudges=row["nudges"],
        last_nudge_at=instant_or_none(row["last_nudge_at"]),
        acked_by=row["acked_by"],
        acked_at=instant_or_none(row["acked_at"]),
        live=row["live"],
        link=row["link"],
        text=row["text"] or "",
        lang=row["lang"],
        url=row["url"],
        surface=row["surface"],
        rating=row["rating"],
        reach=sum(known) if known else None,
        reach_before=reach_before,
    )
