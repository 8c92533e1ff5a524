"""The API's own description (OpenAPI 3.1), made of what serves it: the table and its models."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, RootModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from monitor import __version__
from monitor.config import Http, Scope
from monitor.web.api.calling import reads
from monitor.web.api.endpoint import JSON, PREFIX, Endpoint, Here, Nothing
from monitor.web.api.examples import EXAMPLES
from monitor.web.auth import is_closed
from monitor.web.problem import KIND, Problem
from monitor.web.session import COOKIE, CSRF_HEADER

_SCHEMAS = "#/components/schemas/{model}"

_ABOUT = """All that the pages show and do.

Times are RFC 3339 in UTC, spans are seconds. What is null does not exist. A parameter that is not
named here is refused. Answers to GET have an `ETag`; who shows it in `If-None-Match` is told 304
while nothing has changed. What goes wrong is told as a problem (RFC 9457), whose `detail` says what
the caller can do."""

_SAID = {
    304: "What the asker has is still so.",
    401: "Nobody known: show a token, or log in.",
    403: "Known, but without the scope; or the host name, or the page that asks, is not ours.",
    404: "There is nothing of this name or number.",
    408: "The body did not come in time.",
    413: "The body is too long.",
    415: "The body is of another kind.",
    422: "The query or the body says something that is not foreseen.",
    429: "Too many requests: come back after `Retry-After` seconds.",
    500: "A defect in replywatch.",
    503: "The store cannot be used: come back after `Retry-After` seconds.",
}
_ALWAYS = (401, 403, 422, 429, 500, 503)
_OF_BODIES = (408, 413, 415)
_COME_BACK = (429, 503)

_SCHEMES = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A token of `http.tokens`; the scope that is needed stands beside it.",
    },
    "login": {"type": "http", "scheme": "basic", "description": "A login of `http.basic`."},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": "What /login gives to a browser.",
    },
    "csrf": {
        "type": "apiKey",
        "in": "header",
        "name": CSRF_HEADER,
        "description": "Of the session: the page has it in its meta element `csrf-token`.",
    },
}


class Document(RootModel[dict[str, Any]]):
    """OpenAPI 3.1."""


def described(table: Callable[[], Sequence[Endpoint]]) -> Endpoint:
    """The endpoint that tells of all the others, and of itself."""

    def tell(here: Here, _asked: Nothing) -> dict[str, Any]:
        return document(table(), here.deck.config.http)

    return reads("/openapi.json", "This description.", Nothing, Document, tell)


def document(table: Iterable[Endpoint], http: Http) -> dict[str, Any]:
    """Of this table, as it is let in under these settings."""
    table = list(table)
    schemas, definitions = models_json_schema(_models(table), ref_template=_SCHEMAS)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in table:
        teller = _Teller(endpoint, schemas, definitions["$defs"], is_open=not is_closed(http))
        paths.setdefault(PREFIX + endpoint.path, {})[endpoint.method.lower()] = teller.operation()
    return {
        "openapi": "3.1.0",
        "info": {"title": "replywatch", "version": __version__, "description": _ABOUT},
        "paths": paths,
        "components": {"schemas": _used(definitions["$defs"], table), "securitySchemes": _SCHEMES},
    }


_Schemas = Mapping[Any, dict[str, Any]]
"""By the model, and whether it is read or written."""


def _models(table: Iterable[Endpoint]) -> list[tuple[type[BaseModel], JsonSchemaMode]]:
    models: list[tuple[type[BaseModel], JsonSchemaMode]] = [(Problem, "serialization")]
    for endpoint in table:
        models += [(endpoint.answer, "serialization"), (endpoint.asked, "validation")]
        if endpoint.body:
            models.append((endpoint.body, "validation"))
    return list(dict.fromkeys(models))


def _used(definitions: dict[str, Any], table: Iterable[Endpoint]) -> dict[str, Any]:
    """All but what a query is: its parameters are told one by one."""
    asked = {endpoint.asked.__name__ for endpoint in table} - {Nothing.__name__}
    return {name: schema for name, schema in definitions.items() if name not in asked}


class _Teller:
    """Tells of one endpoint."""

    def __init__(
        self, endpoint: Endpoint, schemas: _Schemas, definitions: dict[str, Any], *, is_open: bool
    ) -> None:
        self._endpoint, self._schemas, self._definitions = endpoint, schemas, definitions
        self._is_open = is_open

    def operation(self) -> dict[str, Any]:
        endpoint = self._endpoint
        told: dict[str, Any] = {
            "summary": endpoint.summary,
            "operationId": _named(endpoint),
            "parameters": list(self._parameters()),
            "responses": self._responses(),
            "security": list(self._security()),
        }
        if endpoint.body:
            told["requestBody"] = self._body(endpoint.body)
        return told

    def _parameters(self) -> Iterator[dict[str, Any]]:
        asked = self._definitions.get(self._endpoint.asked.__name__, {})
        for name, schema in asked.get("properties", {}).items():
            is_path = f"{{{name}}}" in self._endpoint.path
            yield {
                "name": name,
                "in": "path" if is_path else "query",
                "required": is_path or name in asked.get("required", ()),
                **({"description": schema["description"]} if "description" in schema else {}),
                "schema": _without_null(schema),
            }

    def _body(self, body: type[BaseModel]) -> dict[str, Any]:
        schema = self._schemas[body, "validation"]
        content: dict[str, Any] = {"schema": schema}
        if (example := EXAMPLES.get(body)) is not None:
            content["example"] = example
        required = self._definitions[schema["$ref"].rpartition("/")[2]].get("required", ())
        return {
            "required": bool(required),
            "content": dict.fromkeys(self._endpoint.kinds, content),
        }

    def _responses(self) -> dict[str, Any]:
        endpoint = self._endpoint
        told = {"200": self._answer()}
        if endpoint.method == "GET":
            told["304"] = {"description": _SAID[304], "headers": _TAG}
        problems = {status: _SAID[status] for status in self._statuses()} | {**endpoint.errors}
        for status, description in sorted(problems.items()):
            told[str(status)] = {
                "description": description,
                "content": {KIND: {"schema": self._schemas[Problem, "serialization"]}},
                **({"headers": _RETRY} if status in _COME_BACK else {}),
            }
        return told

    def _statuses(self) -> Iterator[int]:
        yield from _ALWAYS
        if "{" in self._endpoint.path:
            yield 404
        if self._endpoint.body:
            yield from _OF_BODIES

    def _answer(self) -> dict[str, Any]:
        endpoint = self._endpoint
        content: dict[str, Any] = {"schema": self._schemas[endpoint.answer, "serialization"]}
        if (example := EXAMPLES.get(endpoint.answer)) is not None:
            content["example"] = example
        headers = {"headers": _TAG} if endpoint.method == "GET" else {}
        return {"description": "Well.", **headers, "content": {JSON: content}}

    def _security(self) -> Iterator[dict[str, list[str]]]:
        scope: str = self._endpoint.scope
        yield {"token": [scope]}
        if scope != Scope.INGEST:
            yield {"login": [scope]}
            yield {"session": [scope]} | ({"csrf": []} if scope == Scope.ACT else {})
            if self._is_open:
                yield {}


_TAG = {"ETag": {"description": "The answer is known by it.", "schema": {"type": "string"}}}
_RETRY = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer", "minimum": 0}}}


def _named(endpoint: Endpoint) -> str:
    """`post_waits_id_ack`."""
    words = re.findall(r"\w+", endpoint.path)
    return "_".join([endpoint.method.lower(), *words])


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter is left out, and never null."""
    told = {key: value for key, value in schema.items() if key not in ("description", "default")}
    if schema.get("default") not in (None, []):
        told["default"] = schema["default"]
    if "anyOf" in told:
        told["anyOf"] = [one for one in told["anyOf"] if one != {"type": "null"}]
        if len(told["anyOf"]) == 1:
            told |= told.pop("anyOf")[0]
    return told
