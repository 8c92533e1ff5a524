"""The API's description says what is served."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from starlette.routing import Route

from monitor.config import Scope
from monitor.web.api import TABLE
from monitor.web.api.endpoint import PREFIX, Endpoint
from monitor.web.api.examples import EXAMPLES
from monitor.web.api.openapi import Document
from monitor.web.api.table import routes
from monitor.web.turns import Turns
from tests.acceptance.watching import Hands
from tests.web import api_room
from tests.web.api_room import Room

Tree = Mapping[str, Any]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with api_room.room(tmp_path_factory.mktemp("room"), Hands()) as room:
        yield room


@pytest.fixture(scope="module")
def told(room: Room) -> Tree:
    found: Tree = room.told("/openapi.json")
    return found


every = pytest.mark.parametrize("endpoint", TABLE, ids=lambda one: f"{one.method} {one.path}")


def operation(told: Tree, endpoint: Endpoint) -> Any:
    return told["paths"][PREFIX + endpoint.path][endpoint.method.lower()]


def references(tree: Any) -> Iterator[str]:
    if isinstance(tree, dict):
        if isinstance(name := tree.get("$ref"), str):
            yield name.rpartition("/")[2]
        for each in tree.values():
            yield from references(each)
    elif isinstance(tree, list):
        for each in tree:
            yield from references(each)


def test_every_route_is_described_and_nothing_else(room: Room, told: Tree) -> None:
    served = {
        route.path for route in routes(room.inbox.program, Turns()) if isinstance(route, Route)
    }

    assert set(told["paths"]) == served - {"/api/{rest:path}"}
    assert told["openapi"] == "3.1.0"


def test_what_is_referred_to_is_there_and_nothing_else(told: Tree) -> None:
    schemas = told["components"]["schemas"]

    assert set(references(told["paths"])) <= set(schemas)
    assert set(references(told)) == set(schemas)


@every
def test_an_operation_tells_what_it_needs_and_what_may_go_wrong(
    told: Tree, endpoint: Endpoint
) -> None:
    one = operation(told, endpoint)

    assert {"200", "401", "403", "422", "429", "503"} <= set(one["responses"])
    assert ("404" in one["responses"]) or "{" not in endpoint.path
    assert ({"413", "415"} <= set(one["responses"])) is (endpoint.body is not None)
    assert one["security"][0] == {"token": [endpoint.scope]}
    assert ({} in one["security"]) is False
    assert (len(one["security"]) == 1) is (endpoint.scope is Scope.INGEST)


def test_where_nobody_needs_to_show_anything_it_says_so(tmp_path: Path, clock: Hands) -> None:
    with api_room.room(tmp_path, clock, "\n  hosts: []\n") as room:
        told = room.told("/openapi.json")

    reading = [one["get"] for one in told["paths"].values() if "get" in one]
    assert all({} in one["security"] for one in reading)
    assert {} not in told["paths"]["/api/v1/accounts/{name}/posts"]["post"]["security"]


@every
def test_every_answer_and_body_has_an_example_that_is_one(endpoint: Endpoint) -> None:
    models: list[type[BaseModel]] = [endpoint.answer, *([endpoint.body] if endpoint.body else [])]
    for model in models:
        if model is not Document:
            model.model_validate_json(json.dumps(EXAMPLES[model]))


def test_every_parameter_says_what_it_takes(told: Tree) -> None:
    for path, operations in told["paths"].items():
        for one in operations.values():
            for parameter in one["parameters"]:
                assert parameter["schema"].keys() & {"type", "anyOf", "$ref"}, (path, parameter)
                assert (parameter["in"] == "path") is (f"{{{parameter['name']}}}" in path)
