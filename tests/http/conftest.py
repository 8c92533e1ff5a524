"""A way to the web whose clock stands still and whose patience is short."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest

from monitor.http import Web
from tests.http.loopback import Loopback, Script

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
DEADLINE = timedelta(seconds=0.4)

Serve = Callable[[Script], Loopback]


@pytest.fixture
def web() -> Iterator[Web]:
    web = Web(lambda: NOW, deadline=DEADLINE, tries=1, most_bytes=100_000)
    yield web
    web.close()


@pytest.fixture
def serve() -> Iterator[Serve]:
    with ExitStack() as servers:
        yield lambda script: servers.enter_context(Loopback(script))
