"""What we are measured beside. This code is fixed: a change to it changes what the goals mean.

`BarePoll` is the least that a poll can be: synchronous httpx, orjson and raw sqlite3, with nothing
checked and nothing folded. The peers do the same work with a library of good repute.
"""

from __future__ import annotations

import importlib
import os
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import httpx
import orjson

COLUMNS = (
    "id TEXT PRIMARY KEY, author_id TEXT, author_handle TEXT, created_at TEXT, text TEXT,"
    " parent_id TEXT, parent_author_id TEXT, lang TEXT, url TEXT, mentions TEXT,"
    " likes INTEGER, reposts INTEGER, replies INTEGER, edited_at TEXT"
)
INSERT = f"INSERT OR IGNORE INTO post VALUES ({', '.join('?' * 14)})"


class BarePoll:
    """`urls` are asked in turn; the posts of the first are stored, the others only read."""

    def __init__(self, urls: Iterable[str], token: str, database: Path) -> None:
        self._urls = list(urls)
        self._client = httpx.Client(headers={"Authorization": f"Bearer {token}"})
        self._database = sqlite3.connect(database, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=NORMAL")
        self._database.execute(f"CREATE TABLE post ({COLUMNS})")

    def ask(self) -> list[bytes]:
        """The bare requests."""
        return [self._client.get(url).raise_for_status().content for url in self._urls]

    def poll(self) -> int:
        """The requests, and the first page's posts stored; how many they were."""
        rows = [_row(entry["status"]) for entry in orjson.loads(self.ask()[0])]
        self._database.execute("BEGIN IMMEDIATE")
        self._database.executemany(INSERT, rows)
        self._database.execute("COMMIT")
        return len(rows)


def _row(status: Mapping[str, Any]) -> tuple[Any, ...]:
    return (
        status["id"],
        status["account"]["id"],
        status["account"]["acct"],
        status["created_at"],
        status["content"],
        status["in_reply_to_id"],
        status["in_reply_to_account_id"],
        status["language"],
        status["url"],
        orjson.dumps([named["id"] for named in status["mentions"]]),
        status["favourites_count"],
        status["reblogs_count"],
        status["replies_count"],
        status["edited_at"],
    )


def business_rules(zone: str, country: str) -> Any:
    """businesstimedelta's rules for 09:00-18:00 from Monday to Friday, less public holidays."""
    peer: Any = importlib.import_module("businesstimedelta")
    holidays: Any = importlib.import_module("holidays")
    pytz: Any = importlib.import_module("pytz")
    office = peer.WorkDayRule(tz=pytz.timezone(zone))
    closed = peer.HolidayRule(holidays.country_holidays(country), tz=pytz.timezone(zone))
    return peer.Rules([office, closed])


class Dlt:
    """dlt, merging rows by their id into an SQLite file. ImportError where it is not installed."""

    def __init__(self) -> None:
        os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
        os.environ["RUNTIME__LOG_LEVEL"] = "CRITICAL"
        self._dlt: Any = importlib.import_module("dlt")

    def merge(self, file: Path, room: Path) -> None:
        """Store the posts of a JSON Lines file; `room` is an empty folder for all it writes."""
        dlt = self._dlt
        database = dlt.destinations.sqlalchemy(f"sqlite:///{room / 'peer.db'}")
        pipeline = dlt.pipeline("peer", str(room), destination=database, dataset_name="posts")
        resource = dlt.resource(
            _lines(file), name="post", primary_key="id", write_disposition="merge"
        )
        pipeline.run(resource)


def _lines(file: Path) -> Iterable[Any]:
    with file.open("rb") as lines:
        for line in lines:
            yield orjson.loads(line)
