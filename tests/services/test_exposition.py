"""promtool finds nothing to say about what is exposed, and a real Prometheus scrapes it."""

from __future__ import annotations

import subprocess

import pytest

from monitor.cycle.measuring import measure
from tests.acceptance.platform import Platform
from tests.acceptance.watching import Hands
from tests.metrics.conftest import house
from tests.metrics.test_collector import busy
from tests.prometheus import installed
from tests.web.conftest import House

__all__ = ["house"]
pytestmark = pytest.mark.service


def checked(text: str) -> tuple[int, str]:
    command = [installed("promtool"), "check", "metrics"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_promtool_finds_nothing(house: House, platform: Platform, clock: Hands) -> None:
    busy(house, platform, clock)
    measure(house.program.store, house.program.watches["acme"], clock())

    assert checked(house.client.get("/metrics").text) == (0, "")


def test_promtool_would_find_something() -> None:
    code, said = checked("# TYPE waits_minutes counter\nwaits_minutes 1\n")

    assert code != 0
    assert "waits_minutes" in said
