"""What is due is an indexed query, however many wait."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

import sqlalchemy as sa

from benchmarks.filling import open_waits
from benchmarks.result import Goal, Outcome, Result, ms, seconds
from benchmarks.scenes import scene
from monitor.cycle.desk import Watch, desk
from monitor.cycle.judge import judge_account
from monitor.store import accounts, waits
from monitor.store.database import Store
from monitor.store.schema import metadata

WORK = "verdicts: 100,000 open waits, 10 due"
OPEN, DUE, TIMES = 100_000, 10, 15
FIRST_DUE = datetime(2026, 3, 2, tzinfo=UTC)
APART = timedelta(minutes=1)


def verdicts() -> Iterator[Outcome]:
    with scene() as (store, watch):
        target_id = min(watch.targets)
        with store.read() as tx:
            account_id = accounts.one(tx, watch.name).id
        open_waits(store, [account_id], target_id, OPEN, FIRST_DUE, APART)
        with _statements(store) as statements:
            _judge(store, watch, 0)
        _refuse_scans(store, statements)
        took = [
            seconds(lambda turn=turn: _judge(store, watch, turn))  # type: ignore[misc]
            for turn in range(1, TIMES + 1)
        ]
        _count_breaches(store, account_id)
    yield Result(WORK, ms(median(took)), "", median(took) * 1_000, "ms", Goal(5))


def _judge(store: Store, watch: Watch, turn: int) -> None:
    """The watermark passes the next ten: what the end of a poll does."""
    watermark = FIRST_DUE + APART * (DUE * (turn + 1) - 1)
    with store.write() as tx:
        here = desk(watch, accounts.one(tx, watch.name))
        judge_account(tx, here, watermark, watermark, was_blind=False)
        waits.next_instant(tx, here.id, watermark)
        waits.due_instants(tx, here.id, watermark, watermark + timedelta(seconds=6))


def _count_breaches(store: Store, account_id: int) -> None:
    with store.read() as tx:
        breached = tx.scalar(sa.text("SELECT count(*) FROM due WHERE verdict = 'breached'"))
    if breached != DUE * (TIMES + 1):
        raise AssertionError(f"account {account_id}: {breached} breaches were found")


@contextmanager
def _statements(store: Store) -> Iterator[list[str]]:
    """All that is sent to the database meanwhile. One thread uses one connection."""
    sent: list[str] = []
    with store.read() as tx:
        driver: Any = tx.connection.driver_connection
    driver.set_trace_callback(sent.append)
    try:
        yield sent
    finally:
        driver.set_trace_callback(None)
    if not any("FROM due" in text for text in sent):
        raise AssertionError("the statements were not seen")


def _refuse_scans(store: Store, statements: list[str]) -> None:
    """Every statement finds its rows by an index."""
    with store.read() as tx:
        driver: Any = tx.connection.driver_connection
        for text in statements:
            if text.startswith(("BEGIN", "COMMIT")):
                continue
            for *_, step in driver.execute(f"EXPLAIN QUERY PLAN {text}"):
                verb, _, rest = step.partition(" ")
                if verb == "SCAN" and rest.split()[0] in metadata.tables:
                    raise AssertionError(f"{step}: {text}")
