"""A real browser, and what it says of the pages that it is shown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import ConsoleMessage, Page, Request, expect

CHROMIUM = Path("/usr/bin/chromium")

AXE = Path(__file__).parents[2] / ".venv/axe/package/axe.min.js"
"""Fetched from npm by `make test-services`."""

PATIENCE = 30_000
"""Milliseconds; on a quiet machine a page needs far less."""


class Visitor:
    """One who looks at the pages, and notes what a browser complains of."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.trouble: list[str] = []
        self.hosts: set[str] = set()
        page.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        page.on("request", self._asked)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.trouble.append(message.text)

    def _asked(self, request: Request) -> None:
        self.hosts.add(urlsplit(request.url).netloc)

    def open(self, path: str = "/") -> Page:
        self.page.goto(f"{self.address}{path}")
        return self.page

    def is_live(self) -> None:
        """Wait until the page hears of changes."""
        self.page.locator("html[data-live=yes]").wait_for(state="attached")

    def rows(self) -> list[str]:
        """The first words of each row."""
        found: list[str] = self.page.locator("tr.wait .w-text").all_text_contents()
        return found

    def find(self, words: str) -> None:
        """Wait until somebody who wrote this is shown."""
        self.page.locator("tr.wait .w-text", has_text=words).first.wait_for()

    def complaints(self) -> list[str]:
        """What axe-core finds that keeps people out."""
        if not AXE.exists():
            pytest.skip("axe-core is not here: make test-services fetches it from npm")
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("async () => (await axe.run(document)).violations")
        return [_told(one) for one in found]


def _told(found: dict[str, object]) -> str:
    nodes = found["nodes"]
    assert isinstance(nodes, Sequence)
    where = [json.dumps(node["target"]) + " " + node["html"][:120] for node in nodes[:3]]
    return f"{found['id']} ({found['impact']}): {found['help']}: {'; '.join(where)}"
