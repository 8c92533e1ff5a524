"""A platform, and an account that is watched on it, at a time that stands still."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.platform import Platform
from tests.acceptance.watching import Hands


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def platform(clock: Hands) -> Iterator[Platform]:
    platform = Platform(clock)
    with platform.server:
        yield platform
