"""The sandbox as a server on a port."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from monitor.sandbox.serving import Sandbox
from monitor.sandbox.world import Scenario
from tests.sandbox.conftest import AIR, START, Hands

SHORT = Scenario(history=timedelta(minutes=10))


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    sandbox = Sandbox("127.0.0.1", 0, SHORT, Hands(START))
    sandbox.start()
    yield sandbox
    sandbox.stop()


def test_it_answers_from_the_moment_it_is_started(sandbox: Sandbox) -> None:
    answer = httpx.get(f"{sandbox.url}/api/v1/notifications", headers=AIR)

    assert answer.status_code == 200
    assert answer.json()[0]["status"]["url"].startswith(f"{sandbox.url}/@")
    assert answer.headers.get_list("Date") == ["Sun, 22 Nov 2026 15:00:00 GMT"]


def test_a_busy_port_says_so(sandbox: Sandbox) -> None:
    port = int(sandbox.url.rpartition(":")[2])
    with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1:{port}") as caught:
        Sandbox("127.0.0.1", port, SHORT, Hands(START)).start()

    assert caught.value.errno == errno.EADDRINUSE


def test_a_stopped_one_gives_its_port_back(sandbox: Sandbox) -> None:
    sandbox.stop()
    again = Sandbox("127.0.0.1", int(sandbox.url.rpartition(":")[2]), SHORT, Hands(START))
    again.start()
    again.stop()
    again.wait()

    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{sandbox.url}/health")


def test_one_that_never_ran_can_be_stopped() -> None:
    Sandbox("127.0.0.1", 0, SHORT, Hands(START)).stop()
