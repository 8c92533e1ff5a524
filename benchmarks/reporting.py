"""The whole report of a window, beside the window before: 100,000 waits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import median
from time import process_time
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from benchmarks.filling import BATCH
from benchmarks.result import Goal, Outcome, Result
from benchmarks.scenes import scene
from monitor.report.as_html import Links, document
from monitor.report.figures import Request, made
from monitor.report.numbers import Asked, Subject
from monitor.report.windows import Bounds
from monitor.store import accounts
from monitor.store.database import Store
from monitor.store.instants import micros
from monitor.store.schema import due, post, wait

WORK = "report as HTML: 50,000 waits, 50,000 in the window before, what if beside"
WAITS, TIMES = 100_000, 3
BEGAN = datetime(2026, 3, 1, tzinfo=UTC)
WINDOW = timedelta(days=30)
WITHIN = timedelta(minutes=6)
STOCKHOLM = ZoneInfo("Europe/Stockholm")
LANGUAGES = ("en", "sv", "ja", "ru", "zh", "de")


def reporting() -> Iterator[Outcome]:
    with scene() as (store, watch):
        _fill(store, watch.name, min(watch.targets))
        names = tuple(target.name for target in watch.settings.targets)
        subject = Subject(watch.name, "Acme", "mastodon", names)
        took = [_core_seconds(store, subject) for _ in range(TIMES)]
    yield Result(WORK, f"{median(took):.2f} s of a core", "", median(took), "s", Goal(3, stretch=2))


def _core_seconds(store: Store, subject: Subject) -> float:
    began = process_time()
    _report(store, subject)
    return process_time() - began


def _report(store: Store, subject: Subject) -> None:
    middle = BEGAN + WINDOW
    request = Request(Asked(middle, middle + WINDOW), Bounds(BEGAN, middle))
    with store.read() as tx:
        report = made(tx, [subject], request, STOCKHOLM, middle + WINDOW)
    if not report.earlier or report.sums.opened + report.earlier.opened != WAITS:
        raise AssertionError(f"{report.sums.opened} waits are reported")
    document(report, "", Links(wait=lambda number: f"/waits/{number}"))


def _fill(store: Store, account: str, target_id: int) -> None:
    """Over two windows, most of them answered within minutes."""
    chance = Random(6)
    with store.read() as tx:
        account_id = accounts.one(tx, account).id
    with store.write() as tx:
        accounts.cover(tx, account_id, BEGAN, BEGAN + 2 * WINDOW, live=True)
    for start in range(1, WAITS + 1, BATCH):
        rows = [
            _rows(number, account_id, target_id, chance) for number in range(start, start + BATCH)
        ]
        with store.write() as tx:
            for table, some in zip((post, wait, due), zip(*rows, strict=True), strict=True):
                tx.execute(sa.insert(table), list(some))


def _rows(
    number: int, account_id: int, target_id: int, chance: Random
) -> tuple[dict[str, Any], ...]:
    opened = BEGAN + 2 * WINDOW * chance.random()
    length = timedelta(seconds=round(chance.lognormvariate(5.2, 1.3), 3))
    answered = opened + length if chance.random() < 0.95 else None
    name, of = f"{number:09}", {"account_id": account_id}
    return (
        {**of, "native_id": name, **_post(opened, chance)},
        {**of, "number": number, "opened_by": name, **_wait(name, opened, answered, chance)},
        {
            **of,
            "wait": number,
            "target_id": target_id,
            "due_at": micros(opened + WITHIN),
            "late_detected": False,
            "tallied": 1,
        },
    )


def _post(opened: datetime, chance: Random) -> dict[str, Any]:
    return {
        "author_id": "c",
        "author_handle": "c@mastodon.example",
        "author_is_bot": False,
        "created_at": micros(opened),
        "seen_at": micros(opened),
        "text": "Is there anybody? I have been waiting at the gate since noon.",
        "lang": chance.choice(LANGUAGES),
        "surface": "public",
        "only_deleted": False,
        "closer": False,
        "reply_class": "human",
        "live": True,
        "tallied": 1,
    }


def _wait(name: str, opened: datetime, answered: datetime | None, chance: Random) -> dict[str, Any]:
    return {
        "conversation": name,
        "customer": "c",
        "customer_handle": "c@mastodon.example",
        "kind": "first",
        "status": "answered" if answered else "open",
        "opened_at": micros(opened),
        "answered_at": micros(answered),
        "reply_class": "human" if answered else None,
        "reply_deleted": False,
        "attribution": "told",
        "skewed": False,
        "nudges": chance.choice((0, 0, 0, 1)),
        "link": name,
        "late_arrival": False,
        "live": True,
        "definition_version": 1,
        "tallied": 1,
    }
