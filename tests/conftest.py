"""On which database the tests run; a server, and a platform at a time that stands still."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import databases
from tests.acceptance.platform import Platform
from tests.acceptance.watching import Hands
from tests.postgresql import Cluster, NotInstalledError


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--store", choices=["sqlite", "postgresql"], default="sqlite")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--store") == "postgresql":
        for item in items:
            if item.get_closest_marker("sqlite"):
                item.add_marker(pytest.mark.skip(reason="is about SQLite's files"))


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server; who asks for it is skipped where none is installed."""
    try:
        cluster = Cluster()
    except NotInstalledError as error:
        pytest.skip(str(error))
    with cluster:
        yield cluster


@pytest.fixture(scope="session", autouse=True)
def served(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.config.getoption("--store") == "sqlite":
        yield
        return
    with databases.served_by(request.getfixturevalue("cluster")):
        yield


@pytest.fixture(autouse=True)
def files(served: None) -> Iterator[None]:
    yield
    databases.forget_files()


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def platform(clock: Hands) -> Iterator[Platform]:
    platform = Platform(clock)
    with platform.server:
        yield platform
