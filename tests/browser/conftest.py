"""The daemon as a process, watching a platform on loopback, and a browser that looks at it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.acceptance.platform import Platform
from tests.acceptance.running import Daemon, until
from tests.browser.visiting import CHROMIUM, Visitor

PATIENCE = 60
"""Seconds; on a busy machine things begin slowly."""


def wall() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def platform(opened: ExitStack) -> Platform:
    platform = Platform(wall)
    opened.enter_context(platform.server)
    return platform


TARGETS = """six: {metric: first_reply, within: 6m, objective: 90%}
  hour: {metric: first_reply, within: 1h, objective: 90%}"""


@pytest.fixture
def daemon(tmp_path: Path, platform: Platform, opened: ExitStack) -> Daemon:
    """Written, and not started."""
    daemon = Daemon(tmp_path)
    daemon.write(platform.address, poll="2s", targets=TARGETS)
    opened.callback(daemon.kill)
    return daemon


def started(daemon: Daemon) -> Daemon:
    daemon.start()
    until(daemon.is_up, PATIENCE)
    until(lambda: daemon.get("/-/ready").status_code == 200, PATIENCE)
    return daemon


@pytest.fixture
def visitor(chromium: Browser, daemon: Daemon, opened: ExitStack) -> Visitor:
    """One with a browser of their own. Whatever the browser complains of fails the test."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    opened.callback(context.close)
    return Visitor(context.new_page(), f"http://127.0.0.1:{daemon.port}")
