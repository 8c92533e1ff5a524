"""Tests with Prometheus' own programs: skipped where they are not installed."""

from __future__ import annotations

import pytest

from tests.prometheus import NotInstalledError, installed


@pytest.fixture(scope="session", autouse=True)  # before a scene is made
def _programs() -> None:
    try:
        for program in ("prometheus", "promtool"):
            installed(program)
    except NotInstalledError as error:
        pytest.skip(str(error))
