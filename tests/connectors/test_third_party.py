"""A connector in a package of its own, installed beside us, is a connector like ours."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
import sqlalchemy as sa

from monitor.app import watches
from monitor.config import Config, ConfigError, installed_connectors, load
from monitor.config.installed import ConnectorSettings
from monitor.cycle.poll import poll
from monitor.http import Web
from monitor.ports.connector import Connector, FetchError, Presence, Reason
from monitor.store import schema
from monitor.store.database import Store
from tests.connectors.connector_contract import ADDRESS, NOW, SECRET, ConnectorContract
from tests.connectors.connector_contract import poll as polled

PACKAGE = Path(__file__).parent.parent / "third_party"
CONFIGURATION = f"""\
store: sqlite:///acme.db
accounts:
  - name: acme
    connector: guestbook
    handle: brand
    server: {ADDRESS}
    key: {SECRET}
"""


@pytest.fixture(scope="module", autouse=True)
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder into which it is installed, and where it is found during these tests."""
    folder = tmp_path_factory.mktemp("site")
    quietly = ["--quiet", "--disable-pip-version-check", "--no-input"]
    offline = ["--no-deps", "--no-build-isolation", "--no-index", "--target", str(folder)]
    words = [sys.executable, "-m", "pip", "install", *quietly, *offline, str(PACKAGE)]
    subprocess.run(words, check=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield folder
    sys.modules.pop("replywatch_guestbook", None)


@dataclass
class Book:
    """A guestbook. What happens in it is numbered as it happens: a token is such a number."""

    page_size: int = 50
    now: datetime = NOW - timedelta(hours=1)
    told: list[dict[str, Any]] = field(default_factory=list)

    def write(self, guest: str = "ana", **more: Any) -> str:
        self.now += timedelta(seconds=1)
        number = len(self.told) + 1
        entry = {"number": number, "guest": guest, "written_at": self.now.isoformat()}
        self.told.append({**entry, "html": "<p>help</p>", **more})
        return str(number)

    def remove(self, number: str) -> None:
        removed = {"html": None, "removed_at": self.now.isoformat()}
        self.told.append({**self.told[int(number) - 1], **removed})

    def answer(self, request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/api/books/brand/entries"
        start, asked = 0, request.url.params
        if "since" in asked:
            start = int(asked["since"])
        else:
            wanted = datetime.fromisoformat(asked["from"])
            early = [one for one in self.told if datetime.fromisoformat(one["written_at"]) < wanted]
            start = len(early)
        page = self.told[start : start + self.page_size]
        end = start + len(page)
        more = end < len(self.told)
        return httpx.Response(200, json={"entries": page, "since": end, "more": more})


@pytest.fixture
def book() -> Iterator[Book]:
    book = Book()
    with respx.mock(base_url=ADDRESS, assert_all_called=False) as router:
        router.route().mock(side_effect=book.answer)
        yield book


def guestbook(web: Web) -> Connector:
    """The connector, as the program comes by it: by name."""
    model = installed_connectors()["guestbook"]()
    settings = model.model_validate({"server": ADDRESS, "key": SECRET})
    assert isinstance(settings, ConnectorSettings)
    return settings.build(Presence("brand"), web)


class TestContract(ConnectorContract):
    def make(self, web: Web) -> Connector:
        return guestbook(web)

    def platform(self) -> Book:
        return Book()


def configured(folder: Path, more: str = "") -> Config:
    path = folder / "acme.yml"
    path.write_text(CONFIGURATION + more, encoding="utf-8")
    return load(path, {})


class Daemon:
    """Watches the book as the program does."""

    def __init__(self, folder: Path) -> None:
        config = configured(folder)
        self.store = Store(config.store_url)
        self.store.upgrade()
        self.watch = watches(config, self.store, lambda: NOW)["acme"]

    def poll(self) -> Reason | None:
        return poll(self.store, self.watch, lambda: NOW)

    def waits(self) -> dict[str, str]:
        """The status of each, by the entry that opened it."""
        with self.store.read() as tx:
            found = tx.execute(sa.select(schema.wait.c.opened_by, schema.wait.c.status))
            return dict(found.all())

    def close(self) -> None:
        self.watch.web.close()
        self.store.close()


def test_it_is_found_where_it_was_installed(site: Path) -> None:
    model = installed_connectors()["guestbook"]()

    assert sys.modules[model.__module__].__file__ == str(site / "replywatch_guestbook.py")


def test_it_needs_the_contract_only() -> None:
    source = (PACKAGE / "replywatch_guestbook.py").read_text()

    used = set(re.findall(r"\b(monitor\.\w+|connectors)\b", source))

    assert used == {"monitor.domain", "monitor.http", "monitor.plaintext", "monitor.ports"}


def test_a_configuration_names_it(tmp_path: Path) -> None:
    (account,) = configured(tmp_path).accounts

    assert (account.platform, account.polls) == ("guestbook", True)


def test_an_unknown_key_of_it_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        configured(tmp_path, "    colour: red\n")

    (problem,) = caught.value.problems
    assert (problem.line, problem.key) == (8, "accounts[0].colour")
    assert "guestbook has: server, key" in problem.message


def test_it_is_listed_with_its_keys(site: Path) -> None:
    replywatch = str(Path(sys.executable).with_name("replywatch"))
    shown = subprocess.run(
        [replywatch, "connectors", "list"],
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=True,
    )

    (line,) = (line for line in shown.stdout.splitlines() if line.startswith("guestbook "))
    assert line.split() == ["guestbook", "yes", "server*", "key*"]


def test_a_poll_stores_who_waits(tmp_path: Path, book: Book) -> None:
    with closing(Daemon(tmp_path)) as daemon:
        answered, removed, waiting = book.write("ana"), book.write("ben"), book.write("cleo")
        assert daemon.poll() is None
        assert daemon.waits() == dict.fromkeys([answered, removed, waiting], "open")

        book.write("brand", answers=answered)
        book.remove(removed)
        assert daemon.poll() is None

        assert daemon.waits() == {answered: "answered", removed: "deleted", waiting: "open"}


def test_the_first_poll_reads_no_further_back_than_asked(book: Book) -> None:
    book.now = NOW - timedelta(days=8)
    book.write()
    book.now = NOW - timedelta(days=6)
    inside = book.write()

    posts, _ = polled(guestbook(Web(lambda: NOW)), {})

    assert [post.id for post in posts] == [inside]


def test_the_cursor_of_another_book_is_no_cursor(book: Book) -> None:
    written = book.write()

    posts, _ = polled(guestbook(Web(lambda: NOW)), {"of": f"{ADDRESS}/books/other", "since": "1"})

    assert [post.id for post in posts] == [written]


def test_a_book_without_end_ends() -> None:
    again = {"entries": [], "since": 7, "more": True}
    with respx.mock(base_url=ADDRESS) as router:
        router.route().respond(200, json=again)

        with pytest.raises(FetchError, match="without end") as caught:
            polled(guestbook(Web(lambda: NOW)), {})

    assert caught.value.reason is Reason.BAD_PAYLOAD
