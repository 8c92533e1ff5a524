"""Silences: about what nobody is to be told for a while, who said so, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
import sqlalchemy as sa

from monitor.store.instants import instant, micros
from monitor.store.schema import LARGEST, silence

Matchers = Mapping[str, Sequence[str]]
"""What a silence is about, by `brand`, `platform`, `account`, `target`: one of each must fit. None
at all: everything."""


@dataclass(frozen=True, slots=True)
class Silence:
    number: int
    matchers: Matchers
    reason: str
    by: str
    made_at: datetime
    until: datetime


def add(
    tx: sa.Connection, matchers: Matchers, until: datetime, reason: str, by: str, now: datetime
) -> Silence:
    row = {
        "matchers": orjson.dumps({key: list(names) for key, names in matchers.items()}).decode(),
        "reason": reason,
        "by": by,
        "made_at": micros(now),
        "until_at": micros(until),
    }
    stored = tx.execute(sa.insert(silence).values(row).returning(silence.c.number))
    return Silence(stored.scalar_one(), matchers, reason, by, now, until)


def standing(tx: sa.Connection, now: datetime) -> list[Silence]:
    """Those that are not over, the one that ends first at the top."""
    query = sa.select(silence).where(silence.c.until_at > micros(now))
    return [_silence(row) for row in tx.execute(query.order_by(silence.c.until_at))]


def one(tx: sa.Connection, number: int) -> Silence | None:
    if abs(number) > LARGEST:
        return None
    row = tx.execute(sa.select(silence).where(silence.c.number == number)).one_or_none()
    return _silence(row) if row else None


def end(tx: sa.Connection, number: int, by: str, at: datetime) -> None:
    ended = sa.update(silence).where(silence.c.number == number)
    tx.execute(ended.values(until_at=micros(at), ended_by=by))


def rename(tx: sa.Connection, old: str, new: str, now: datetime) -> None:
    """The account has another name: silences in force that are about it still are."""
    for one in standing(tx, now):
        names = {key: list(each) for key, each in one.matchers.items()}
        if old in names.get("account", ()):
            names["account"] = [new if name == old else name for name in names["account"]]
            about = sa.update(silence).where(silence.c.number == one.number)
            tx.execute(about.values(matchers=orjson.dumps(names).decode()))


def _silence(row: sa.Row[tuple[object, ...]]) -> Silence:
    return Silence(
        number=row.number,
        matchers=orjson.loads(row.matchers),
        reason=row.reason,
        by=row.by,
        made_at=instant(row.made_at),
        until=instant(row.until_at),
    )
