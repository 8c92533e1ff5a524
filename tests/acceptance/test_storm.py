"""Two thousand promises break within a minute, while the receiver is down and the program dies.

The real program as a process, on a clock that runs faster: nothing is lost, nothing is told twice
but what was in flight at a kill, and nobody has to read two thousand messages.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from monitor.notifiers.texts import LINE, SCREEN
from monitor.ports.notifier import AlertKind
from monitor.store import schema
from monitor.store.database import Store
from tests.acceptance.hasty import Hasty
from tests.acceptance.running import free_port, until
from tests.receiving import Hook

WAITS = 2_000
HASTE = 20
KILLS = 10
IN_FLIGHT = 3
"""Of the kills, those just when the receiver has taken a message, and has not answered yet."""

MOST_MESSAGES = 20
DOWN = timedelta(minutes=5)
WITHIN = timedelta(minutes=6)

CONFIG = """
store: sqlite:///rw.db
http:
  listen: "127.0.0.1:{port}"
  tokens: [{{name: desk, token: secret, scopes: [read, ingest]}}]
targets: {{six: {{metric: first_reply, within: 6m, objective: 90%, warn_at: []}}}}
accounts: [{{name: acme, connector: inbox, handle: acme}}]
notifiers: {{room: {{webhook: "{address}"}}}}
routes: [{{on: [breach, recovered, corrected], to: [room]}}]
"""


class Storm:
    def __init__(self, folder: Path, receiver: Hook) -> None:
        self.folder, self.receiver, self.port = folder, receiver, free_port()
        self.clock = Hasty(datetime(2026, 6, 1, 12, tzinfo=UTC), time.time(), HASTE)
        self.kills = 0
        self._process: subprocess.Popen[bytes] | None = None
        config = CONFIG.format(port=self.port, address=receiver.hook)
        (folder / "acme.yml").write_text(config, encoding="utf-8")

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.acceptance.hasty", str(self.folder / "acme.yml")]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, *self.clock.arguments()], stdout=log, stderr=log
            )
        until(lambda: self._is_up() or self._is_dead(), seconds=120)

    def kill(self) -> None:
        assert self._process
        self.kills += 1
        self._process.kill()
        self._process.wait()

    def end(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def hand_in(self, *lines: object) -> None:
        """Posts, none later than now; then everything up to now has been seen."""
        httpx.post(
            f"http://127.0.0.1:{self.port}/api/v1/accounts/acme/posts",
            content="".join(json.dumps(line) + "\n" for line in lines),
            headers={"authorization": "Bearer secret"},
            timeout=60,
        ).raise_for_status()

    def goes_on_until(self, met: Callable[[], object], seconds: float = 60) -> None:
        """Nobody writes anything, which is seen all the time."""

        def met_now() -> object:
            self.hand_in()
            time.sleep(0.2)
            return met()

        until(met_now, seconds)

    def goes_on_until_killed(self) -> None:
        def is_dead() -> bool:
            time.sleep(0.2)
            if not self._is_dead():
                with suppress(httpx.TransportError):
                    self.hand_in()
            return self._is_dead()

        until(is_dead, seconds=120)

    def counted(self, query: sa.Select[int]) -> int:
        with closing(Store(f"sqlite:///{self.folder / 'rw.db'}")) as store, store.read() as tx:
            return tx.scalar(query) or 0

    def breaches(self) -> int:
        broken = schema.alert.c.kind == AlertKind.BREACH.value
        return self.counted(sa.select(sa.func.count(schema.alert.c.number)).where(broken))

    def told(self) -> int:
        """How many facts stand in messages that were told."""
        facts = sa.select(sa.func.count(schema.notice.c.alert.distinct()))
        in_message = schema.notice.c.message == schema.message.c.number
        return self.counted(facts.where(in_message, schema.message.c.told_at.is_not(None)))

    def _is_dead(self) -> bool:
        assert self._process
        return self._process.poll() is not None

    def _is_up(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/-/healthy").status_code == 200
        except httpx.TransportError:
            return False


@pytest.fixture
def storm(tmp_path: Path) -> Iterator[Storm]:
    with ExitStack() as opened:
        receiver = opened.enter_context(Hook())
        storm = Storm(tmp_path, receiver)
        opened.callback(storm.end)
        yield storm


def asks(number: int, at: datetime) -> object:
    by = {"author_id": f"c{number}", "author_handle": f"c{number}"}
    text = f"@acme where is my order {number}? " + "It was to be here long ago. " * 9
    return {
        "id": str(number),
        **by,
        "created_at": at.isoformat(),
        "text": text,
        "mentions": ["acme"],
    }


def test_of_two_thousand_breaches_each_is_told_in_few_messages(storm: Storm) -> None:
    storm.start()
    storm.hand_in()  # from now on it is live
    begun = storm.clock()
    until(lambda: storm.clock() > begun + timedelta(minutes=1))
    apart = timedelta(minutes=1) / WAITS
    storm.hand_in(*(asks(n, begun + n * apart) for n in range(WAITS)))
    storm.receiver.status = 503

    storm.goes_on_until(lambda: storm.receiver.refused)
    up_at = storm.clock() + DOWN
    while storm.kills < KILLS - IN_FLIGHT:
        storm.kill()
        storm.start()
        storm.goes_on_until(lambda: True)
    storm.goes_on_until(lambda: storm.clock() > up_at and storm.breaches() == WAITS)
    assert storm.receiver.brought == []

    storm.receiver.before_answer = storm.kill
    storm.receiver.status = 200
    storm.goes_on_until_killed()
    while storm.kills < KILLS:
        storm.receiver.before_answer = storm.kill
        storm.start()
        storm.goes_on_until_killed()
    storm.start()
    storm.goes_on_until(lambda: storm.told() == WAITS)

    assert_quiet_and_whole(storm)


def assert_quiet_and_whole(storm: Storm) -> None:
    brought = storm.receiver.brought
    times = Counter(one.key for one in brought)
    messages = {one.key: one.payload for one in brought}
    said = {(one.key, json.dumps(one.payload["items"])) for one in brought}
    assert storm.kills == KILLS
    assert sum(payload["total"] for payload in messages.values()) == WAITS
    assert storm.counted(sa.select(sa.func.count(schema.notice.c.number))) == WAITS
    assert sum(times.values()) - len(times) == IN_FLIGHT
    assert len(said) == len(messages)  # what came twice was the same
    assert len(messages) < MOST_MESSAGES
    for payload in messages.values():
        lines = payload["text"].splitlines()
        assert sum(1 + len(line) // (LINE + 1) for line in lines) <= SCREEN
