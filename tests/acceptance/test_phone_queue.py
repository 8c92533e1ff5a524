"""The worked example of docs/inbox.md does what that page says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import uvicorn

from monitor import web
from monitor.app import Program
from monitor.store import accounts, schema
from tests.acceptance.platform import SECRET
from tests.acceptance.running import free_port, until
from tests.acceptance.watching import Hands
from tests.cli.running import Desk

PAGE = (Path(__file__).parents[2] / "docs/inbox.md").read_text(encoding="utf-8")
MOMENT = timedelta(milliseconds=200)


def block(language: str) -> str:
    """The only one on the page."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


def plain(text: str) -> list[str]:
    """Its lines, with spaces that are spaces."""
    return [line.rstrip() for line in text.replace("\N{NO-BREAK SPACE}", " ").strip().splitlines()]


EVENTS = block("text").splitlines()


class Phone:
    """replywatch under the configuration of the page, at the time of the events, and the script."""

    def __init__(self, folder: Path) -> None:
        self.clock = Hands(_at(EVENTS[0]) - timedelta(seconds=5))
        self._port = free_port()
        self.desk = Desk(folder, block("yaml").replace("9877", str(self._port)))
        self.program = Program(self.desk.config, self.clock)
        settings = uvicorn.Config(
            web.build(self.program), port=self._port, log_config=None, lifespan="off"
        )
        self._server = uvicorn.Server(settings)
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()

    def play(self) -> str:
        """All events, one after another; what the script complained of."""
        script = self.desk.folder / "phone_queue.py"
        script.write_text(block("python"), encoding="utf-8")
        address = {"REPLYWATCH": f"http://127.0.0.1:{self._port}"}
        running = subprocess.Popen(
            [sys.executable, str(script)],
            env={**os.environ, **address},
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert running.stdin
        until(lambda: self._row().live_since)
        for event in EVENTS:
            self.clock.now = _at(event) + MOMENT
            print(event, file=running.stdin, flush=True)
            until(lambda: self._row().last_success_at == self.clock.now)
        self.clock.forward(10)
        _, complaints = running.communicate(timeout=20)
        assert running.returncode == 0, complaints
        return complaints

    def _row(self) -> accounts.AccountRow:
        with self.program.store.read() as tx:
            return accounts.one(tx, "acme-phone")

    def breaches(self) -> list[str]:
        """The calls of which a breach is to be told."""
        query = sa.select(schema.wait.c.opened_by).join(
            schema.alert, schema.alert.c.wait == schema.wait.c.number
        )
        with self.program.store.read() as tx:
            return list(tx.scalars(query.where(schema.alert.c.kind == "breach")))

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        for watch in self.program.watches.values():
            watch.web.close()
        self.program.store.close()


def _at(event: str) -> datetime:
    return datetime.fromisoformat(event.split()[0])


@pytest.fixture
def phone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Phone]:
    monkeypatch.setenv("RW_PHONE_TOKEN", SECRET)
    phone = Phone(tmp_path)
    yield phone
    phone.close()


def test_the_script_of_the_page_gives_the_report_of_the_page(phone: Phone) -> None:
    assert phone.play() == ""

    assert phone.breaches() == ["105", "108"]
    assert plain(phone.desk.run("report").out) == plain(block("console"))
