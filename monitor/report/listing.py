"""Waits one by one, with every verdict as it stands now."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any, TextIO

import sqlalchemy as sa

from monitor.domain.target import judge
from monitor.domain.wait import Status
from monitor.report import plain
from monitor.report.numbers import Asked
from monitor.store import accounts, history, waits
from monitor.store.history import TargetRow, Window
from monitor.store.instants import instant_or_none, span_or_none
from monitor.store.waits import StoredDue, StoredWait, stored

Listed = Mapping[str, Any]
"""One wait, by the names of `FIELDS`."""

FIELDS = [
    "id",
    "account",
    "conversation",
    "customer",
    "customer_handle",
    "kind",
    "status",
    "attribution",
    "opened_by",
    "opened_at",
    "auto_replied_at",
    "answered_by",
    "answered_at",
    "ended_at",
    "reply_class",
    "nudges",
    "calendar_seconds",
    "business_seconds",
    "skewed",
    "late_arrival",
    "live",
    "url",
    "verdicts",
]

_AS_STORED = [
    "account",
    "conversation",
    "customer",
    "customer_handle",
    "kind",
    "status",
    "attribution",
    "opened_by",
    "answered_by",
    "reply_class",
    "nudges",
    "skewed",
    "late_arrival",
    "live",
    "url",
]
_INSTANTS = ("opened_at", "auto_replied_at", "answered_at", "ended_at")
_CHUNK = 500


def listing(
    tx: sa.Connection, account_ids: Collection[int], statuses: Collection[Status], now: datetime
) -> Iterator[Listed]:
    """Every wait of these accounts in one of these states, by number."""
    return described(tx, history.listed(tx, account_ids, statuses), now)


def reported(
    tx: sa.Connection, account_ids: Collection[int], asked: Asked, now: datetime
) -> Iterator[Listed]:
    """The waits that a report of this window is about, by number; and those that were opened in it
    after everything was observed."""
    statuses = [status for status in Status if not status.is_gone]
    window, narrowed = Window(asked.since, asked.until), asked.narrowing(history.targets(tx))
    return described(tx, history.listed(tx, account_ids, statuses, window, narrowed), now)


def described(
    tx: sa.Connection, found: Iterable[Mapping[Any, Any]], now: datetime
) -> Iterator[Listed]:
    """The waits of these rows, which `history` lists."""
    watermarks = accounts.watermarks(tx)
    targets = history.targets(tx)
    for rows in _chunks(iter(found)):
        owed = waits.dues_of(tx, [row["number"] for row in rows])
        for row in rows:
            wait, watermark = stored(row), watermarks.get(row["account_id"])
            verdicts = [
                _verdict(due, wait, targets, watermark, now) for due in owed.get(wait.number, ())
            ]
            yield _listed(row, verdicts)


def pieces_of_csv(listed: Iterable[Listed]) -> Iterator[str]:
    """The same text as `write_csv` writes, some lines at a time."""
    rows = iter(listed)
    out = io.StringIO()
    write_csv(islice(rows, _CHUNK), out)
    yield out.getvalue()
    while some := list(islice(rows, _CHUNK)):
        out = io.StringIO()
        _write_rows(some, csv.writer(out, lineterminator="\n"))
        yield out.getvalue()


def write_csv(listed: Iterable[Listed], out: TextIO) -> None:
    """With a header; the verdicts as JSON in their cell."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(FIELDS)
    _write_rows(listed, writer)


def _write_rows(listed: Iterable[Listed], writer: Any) -> None:
    for one in listed:
        writer.writerow([plain.csv_cell(one[field]) for field in FIELDS])


def _listed(row: Mapping[Any, Any], verdicts: list[dict[str, Any]]) -> Listed:
    found = {name: row[name] for name in _AS_STORED}
    found |= {name: plain.rfc3339(instant_or_none(row[name])) for name in _INSTANTS}
    found["id"] = row["number"]
    found["calendar_seconds"] = plain.seconds(span_or_none(row["calendar_span"]))
    found["business_seconds"] = plain.seconds(span_or_none(row["business_span"]))
    found["verdicts"] = verdicts
    return {field: found[field] for field in FIELDS}


def _verdict(
    due: StoredDue,
    wait: StoredWait,
    targets: Mapping[int, TargetRow],
    watermark: datetime | None,
    now: datetime,
) -> dict[str, Any]:
    """As it is now; of a wait that ceased to exist, as it was last judged."""
    current = judge(due.due_at, wait.answered_at, wait.ended_at, watermark, now).value
    return {
        "target": targets[due.target_id].name,
        "due_at": plain.rfc3339(due.due_at),
        "verdict": due.verdict if wait.status.is_gone else current,
        "late_detected": due.late_detected,
    }


def _chunks(rows: Iterator[Mapping[Any, Any]]) -> Iterator[list[Mapping[Any, Any]]]:
    while chunk := list(islice(rows, _CHUNK)):
        yield chunk
