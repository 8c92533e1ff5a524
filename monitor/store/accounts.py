"""Accounts as rows: where their reading stands, and how far they have been observed."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
import sqlalchemy as sa

from monitor.domain.statistics import Span, united
from monitor.domain.wait import DEFINITION_VERSION
from monitor.store import lean
from monitor.store.instants import instant, instant_or_none, micros, span_or_none
from monitor.store.schema import account, coverage
from monitor.store.upsert import insert_missing, update_many


@dataclass(frozen=True, slots=True)
class AccountRow:
    """`live_since` is None until the first poll has ended; `failures` are those in a row;
    `definition_version` is of the rules by which all of it was last folded."""

    id: int
    name: str
    ids: Mapping[str, str]
    cursor: Mapping[str, Any]
    live_since: datetime | None
    next_poll_at: datetime | None
    last_success_at: datetime | None
    failing_since: datetime | None
    failures: int
    reason: str | None
    clock_offset: timedelta | None
    rate_limit_left: int | None
    definition_version: int


def ensure(tx: sa.Connection, names: Iterable[str]) -> None:
    """Have a row for each of these accounts."""
    known = set(tx.scalars(sa.select(account.c.name)))
    missing = [name for name in names if name not in known]
    new = {"ids": "{}", "cursor": "{}", "failures": 0, "definition_version": DEFINITION_VERSION}
    rows = [{"name": name, **new} for name in missing]
    insert_missing(tx, account, rows)  # another may begin at the same moment


def all_of(tx: sa.Connection) -> dict[str, AccountRow]:
    """Every account by name."""
    return {row.name: _account(row) for row in tx.execute(sa.select(account))}


def others_than(tx: sa.Connection, names: Container[str]) -> list[int]:
    """The ids of accounts that are called otherwise."""
    return [number for number, name in lean.rows(tx, _NAMES, {}) if name not in names]


_NAMES = sa.select(account.c.id, account.c.name)


def one(tx: sa.Connection, name: str) -> AccountRow:
    """Raises LookupError where no account is called so."""
    return _called(tx, _ONE, name)


def held(tx: sa.Connection, name: str) -> AccountRow:
    """The same, and nobody else folds the account until the transaction ends. With this every
    writing step begins: on SQLite it holds the whole database already, on PostgreSQL nothing."""
    return _called(tx, _HELD, name)


_ONE = sa.select(account).where(account.c.name == sa.bindparam("called"))
_HELD = _ONE.with_for_update(key_share=True)


def _called(tx: sa.Connection, query: sa.Select[Any], name: str) -> AccountRow:
    found = lean.rows(tx, query, {"called": name})
    if not found:
        raise LookupError(f'there is no account "{name}" in this database')
    return _account(found[0])


def hold_all(tx: sa.Connection) -> None:
    """Hold every account; in one order, so that two who do so do not wait for each other."""
    tx.execute(sa.select(account.c.id).order_by(account.c.id).with_for_update(key_share=True)).all()


def update(tx: sa.Connection, account_id: int, **columns: Any) -> None:
    """Set columns; instants and spans, mappings are written as the table holds them."""
    values = {name: _written(value) for name, value in columns.items()}
    update_many(tx, account, "id", [{"id": account_id, **values}])


def due_for_poll(tx: sa.Connection, now: datetime) -> list[str]:
    """Names of the accounts whose next poll has come, the longest due first."""
    return [row.name for row in lean.rows(tx, _DUE_FOR_POLL, {"now": micros(now)})]


_NEXT = account.c.next_poll_at
_DUE_FOR_POLL = (
    sa.select(account.c.name)
    .where(sa.or_(_NEXT.is_(None), sa.bindparam("now") >= _NEXT))
    .order_by(sa.func.coalesce(_NEXT, 0))
)


def bring_forward(tx: sa.Connection, account_id: int, at: datetime) -> None:
    """Have the next poll no later than this, unless the account is backing off."""
    tx.execute(
        sa.update(account)
        .where(
            account.c.id == account_id,
            account.c.failures == 0,
            account.c.next_poll_at > micros(at),
        )
        .values(next_poll_at=micros(at))
    )


def watermark(tx: sa.Connection, account_id: int) -> datetime | None:
    """Up to when the account has been completely observed, inclusive (rule 8)."""
    live = _until(tx, account_id, live=True)
    return live if live is not None else _until(tx, account_id, live=False)


def watermarks(tx: sa.Connection) -> dict[int, datetime]:
    """Of every account that has one, by account id."""
    ends = sa.func.max(coverage.c.until_at)
    query = sa.select(coverage.c.account_id, ends).group_by(coverage.c.account_id, coverage.c.live)
    found = tx.execute(query.order_by(coverage.c.live))
    return {account_id: instant(until) for account_id, until in found}


def covered(tx: sa.Connection, account_id: int) -> tuple[Span, ...]:
    """The intervals in which the account was observed."""
    query = sa.select(coverage.c.from_at, coverage.c.until_at)
    rows = tx.execute(query.where(coverage.c.account_id == account_id))
    return united(Span(instant(start), instant(end)) for start, end in rows)


def cover(
    tx: sa.Connection, account_id: int, start: datetime, end: datetime, *, live: bool
) -> None:
    """Note that the account was observed from `start` to `end`. A watermark never moves back."""
    of = {"of": account_id, "live_one": live, "from": micros(start), "until": micros(end)}
    if end > start and lean.execute(tx, _GO_ON, of) == 1:
        return
    mine = (coverage.c.account_id == account_id) & (coverage.c.live == live)
    rows = tx.execute(sa.select(coverage.c.from_at, coverage.c.until_at).where(mine))
    before = [Span(instant(one), instant(two)) for one, two in rows]
    after = united([*before, Span(start, max(start, end))])
    if list(after) == sorted(before, key=lambda each: each.start):
        return
    tx.execute(sa.delete(coverage).where(mine))
    tx.execute(
        sa.insert(coverage),
        [
            {
                "account_id": account_id,
                "from_at": micros(each.start),
                "until_at": micros(each.end),
                "live": live,
            }
            for each in after
        ],
    )


_OF_ONE_KIND = (coverage.c.account_id == sa.bindparam("of")) & (
    coverage.c.live == sa.bindparam("live_one")
)
_GO_ON = (
    sa.update(coverage)
    .where(_OF_ONE_KIND, coverage.c.until_at == sa.bindparam("from"))
    .values(until_at=sa.bindparam("until"))
)
"""The usual case: the observation goes on from where the last one ended."""


def _until(tx: sa.Connection, account_id: int, *, live: bool) -> datetime | None:
    return instant_or_none(lean.scalar(tx, _UNTIL, {"of": account_id, "live_one": live}))


_UNTIL = sa.select(sa.func.max(coverage.c.until_at)).where(_OF_ONE_KIND)


def _account(row: Any) -> AccountRow:
    return AccountRow(
        id=row.id,
        name=row.name,
        ids=orjson.loads(row.ids),
        cursor=orjson.loads(row.cursor),
        live_since=instant_or_none(row.live_since),
        next_poll_at=instant_or_none(row.next_poll_at),
        last_success_at=instant_or_none(row.last_success_at),
        failing_since=instant_or_none(row.failing_since),
        failures=row.failures,
        reason=row.reason,
        clock_offset=span_or_none(row.clock_offset),
        rate_limit_left=row.rate_limit_left,
        definition_version=row.definition_version,
    )


def _written(value: Any) -> Any:
    if isinstance(value, datetime | timedelta):
        return micros(value)
    if isinstance(value, Mapping):
        return orjson.dumps(value).decode()
    return value
