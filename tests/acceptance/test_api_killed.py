"""What the API has acknowledged is there, once, whenever the process is killed.

`REPLYWATCH_KILLS=20` kills it twenty times instead of four.
"""

from __future__ import annotations

import os
import random
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from tests.acceptance.platform import SECRET
from tests.acceptance.running import Daemon, until

KILLS = int(os.environ.get("REPLYWATCH_KILLS", "4"))
EVERY = 0.1
"""Seconds between requests of five posts: four callers, and an answer to one of them."""

CONFIG = """
store: sqlite:///rw.db
http:
  listen: "127.0.0.1:%d"
  tokens: [{name: sender, token: %s, scopes: [ingest]}]
targets:
  soon: {metric: first_reply, within: 1s, objective: 90%%, warn_at: []}
accounts:
  - {name: phone, connector: inbox, handle: desk}
"""


class Sender(threading.Thread):
    """Sends 50 posts a second, the same ones again until they are acknowledged."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._client = httpx.Client(
            base_url=f"http://127.0.0.1:{port}",
            headers={"authorization": f"Bearer {SECRET}"},
            timeout=5,
        )
        self._enough = threading.Event()
        self.acknowledged: list[str] = []
        self.failures = 0

    def run(self) -> None:
        self.hand_in([])  # from here on the account is live
        due = time.monotonic()
        while not self._enough.wait(max(due - time.monotonic(), 0)):
            self.hand_in(posts(len(self.acknowledged)))
            due += EVERY

    def hand_in(self, batch: list[dict[str, Any]]) -> None:
        body = b"\n".join(orjson.dumps(each) for each in batch)
        while not self._is_taken(body):
            self.failures += 1
            time.sleep(0.02)
        self.acknowledged += (each["id"] for each in batch)

    def _is_taken(self, body: bytes) -> bool:
        try:
            answered = self._client.post("/api/v1/accounts/phone/posts", content=body)
        except httpx.TransportError:
            return False
        assert answered.json()["rejected"] == []
        return answered.status_code == 200

    def end(self) -> None:
        self._enough.set()
        self.join()
        self._client.close()


def posts(first: int) -> list[dict[str, Any]]:
    calls = [one(f"call-{first + n}", f"caller-{first + n}") for n in range(4)]
    return [*calls, one(f"answer-{first}", "desk", parent_id=f"call-{first}")]


def one(name: str, author: str, **fields: str) -> dict[str, Any]:
    at = datetime.now(UTC).isoformat()
    who = {"author_id": author, "author_handle": author}
    return {"id": name, **who, "created_at": at, "surface": "message", **fields}


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    daemon = Daemon(tmp_path)
    daemon.config.write_text(CONFIG % (daemon.port, SECRET), encoding="utf-8")
    daemon.start()
    until(daemon.is_up)
    yield daemon
    daemon.kill()


def test_what_was_acknowledged_is_there_once(daemon: Daemon) -> None:
    chance, sender = random.Random(11), Sender(daemon.port)
    sender.start()
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.2, 1.6))
        daemon.kill()
        daemon.start()
        until(daemon.is_up)
    time.sleep(1)
    sender.end()
    daemon.kill()

    assert sender.failures >= KILLS
    with closing(sqlite3.connect(daemon.folder / "rw.db")) as database:
        stored = database.execute("SELECT native_id FROM post").fetchall()
        waits = database.execute("SELECT live, status FROM wait").fetchall()
        tallied = database.execute("SELECT metric, sum(value) FROM tally GROUP BY metric")
        counted = dict(tallied.fetchall())
    calls = sum(name.startswith("call") for name in sender.acknowledged)
    assert sorted(name for (name,) in stored) == sorted(sender.acknowledged)
    assert len(waits) == waits.count((1, "open")) + waits.count((1, "answered")) == calls
    assert counted["mentions_total"] == counted["waits_opened_total"] == calls
    assert counted["replies_total"] == waits.count((1, "answered")) == calls / 4
    assert len(sender.acknowledged) >= 40 * KILLS
