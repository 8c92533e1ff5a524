"""Open waits by the hundred thousand, written straight into the tables."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from itertools import chain, repeat
from typing import Any

import sqlalchemy as sa

from monitor.domain.post import ReplyClass, Surface
from monitor.domain.wait import DEFINITION_VERSION, Attribution, Kind, Status
from monitor.store.database import Store
from monitor.store.instants import micros
from monitor.store.schema import due, node, post, wait

Row = dict[str, Any]

BATCH = 10_000
WITHIN = timedelta(minutes=6)


def open_waits(
    store: Store,
    account_ids: Collection[int],
    target_id: int,
    each: int,
    due_at: datetime,
    apart: timedelta,
) -> None:
    """So many for `each` account, the first due at `due_at`, the next ones `apart` after it.

    Each has waited for `WITHIN` when it is due, and all warnings have been given.
    """
    places = chain.from_iterable(zip(repeat(one), range(each)) for one in account_ids)
    for start in range(0, each * len(account_ids), BATCH):
        with store.write() as tx:
            rows = [
                _rows(number, account_id, target_id, due_at + apart * place)
                for number, (account_id, place) in _counted(places, start)
            ]
            for table, some in zip((post, node, wait, due), zip(*rows, strict=True), strict=True):
                tx.execute(sa.insert(table), some)


def _counted(
    places: Iterator[tuple[int, int]], start: int
) -> Iterator[tuple[int, tuple[int, int]]]:
    return zip(range(start + 1, start + 1 + BATCH), places, strict=False)


def _rows(number: int, account_id: int, target_id: int, due_at: datetime) -> tuple[Row, ...]:
    of, name = {"account_id": account_id}, f"9{number:017}"
    return (
        {**of, "native_id": name, **_post(number, due_at - WITHIN)},
        {**of, "native_id": name, "conversation": name},
        {**of, "number": number, **_wait(number, name, due_at)},
        {**of, "wait": number, "target_id": target_id, **_due(due_at)},
    )


def _post(number: int, at: datetime) -> Row:
    return {
        "author_id": f"c{number}",
        "author_handle": f"customer{number}@mastodon.example",
        "created_at": micros(at),
        "seen_at": micros(at),
        "text": f"Is there anybody? I have been waiting at gate {number % 90} since noon.",
        "author_is_bot": False,
        "surface": Surface.PUBLIC.value,
        "only_deleted": False,
        "closer": False,
        "reply_class": ReplyClass.HUMAN.value,
        "live": True,
        "tallied": 1,
    }


def _wait(number: int, name: str, due_at: datetime) -> Row:
    return {
        "opened_by": name,
        "conversation": name,
        "customer": f"c{number}",
        "customer_handle": f"customer{number}@mastodon.example",
        "kind": Kind.FIRST.value,
        "status": Status.OPEN.value,
        "opened_at": micros(due_at - WITHIN),
        "reply_deleted": False,
        "attribution": Attribution.TOLD.value,
        "skewed": False,
        "nudges": 0,
        "link": name,
        "looked_at": micros(due_at),
        "late_arrival": False,
        "live": True,
        "definition_version": DEFINITION_VERSION,
        "tallied": 1,
    }


def _due(due_at: datetime) -> Row:
    at = micros(due_at)
    return {"due_at": at, "next_at": at, "late_detected": False, "tallied": 0}
