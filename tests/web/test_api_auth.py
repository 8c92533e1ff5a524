"""Nobody gets more of the API than they were given. Over the whole table: a new route is in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.config import Scope
from monitor.web.api import TABLE
from monitor.web.api.endpoint import PREFIX, Endpoint
from tests.acceptance.watching import Hands
from tests.web import api_room
from tests.web.api_room import ACT, INGEST, READ, Room
from tests.web.problems import problem

TOKENS = {Scope.READ: READ, Scope.ACT: "t-bert-0003", Scope.INGEST: INGEST}
"""Each has this scope alone."""

MEANT = {"GET": Scope.READ, "POST": Scope.ACT, "DELETE": Scope.ACT}


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with api_room.room(tmp_path_factory.mktemp("room"), Hands()) as room:
        yield room


@pytest.fixture(scope="module")
def open_room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    folder: Path = tmp_path_factory.mktemp("open")
    with api_room.room(folder, Hands(), "\n  hosts: []\n") as room:
        yield room


def name(endpoint: Endpoint) -> str:
    return f"{endpoint.method} {endpoint.path}"


def address(endpoint: Endpoint) -> str:
    return PREFIX + re.sub(r"{\w+}", "1", endpoint.path)


every = pytest.mark.parametrize("endpoint", TABLE, ids=name)


@every
def test_reading_acting_and_handing_in_need_their_own_scope(endpoint: Endpoint) -> None:
    is_intake = endpoint.path.endswith("/posts")

    assert endpoint.scope is (Scope.INGEST if is_intake else MEANT[endpoint.method])


@every
def test_without_a_token_nothing_is_told(room: Room, endpoint: Endpoint) -> None:
    assert problem(room.ask(endpoint.method, address(endpoint), token=""))[0] == 401


@every
@pytest.mark.parametrize("token", [READ[:-1], f"{ACT}x", "guest"])
def test_with_a_wrong_token_nothing_is_told(room: Room, endpoint: Endpoint, token: str) -> None:
    answered = room.ask(endpoint.method, address(endpoint), token=token)

    assert problem(answered)[0] == 401
    assert answered.headers["www-authenticate"].startswith("Bearer")


@every
@pytest.mark.parametrize("scope", Scope)
def test_with_too_narrow_a_token_nothing_is_told(
    room: Room, endpoint: Endpoint, scope: Scope
) -> None:
    answered = room.ask(endpoint.method, address(endpoint), token=TOKENS[scope])

    if scope is endpoint.scope:
        assert answered.status_code not in (401, 403)
    else:
        assert problem(answered)[0] == 403
        assert f'scope="{endpoint.scope}"' in answered.headers["www-authenticate"]


@every
def test_where_nothing_is_set_only_handing_in_needs_a_token(
    open_room: Room, endpoint: Endpoint
) -> None:
    answered = open_room.ask(endpoint.method, address(endpoint), token="")

    assert (answered.status_code == 401) is (endpoint.scope is Scope.INGEST)


@every
def test_no_route_is_served_that_the_table_does_not_have(room: Room, endpoint: Endpoint) -> None:
    known = {one.method for one in TABLE if one.path == endpoint.path}

    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - known:
        status, _ = problem(room.ask(method, address(endpoint), token=_all(method, endpoint)))
        assert status == 405


def _all(method: str, endpoint: Endpoint) -> str:
    return INGEST if endpoint.path.endswith("/posts") and method != "GET" else ACT
