"""Reads what a request says: its path, its query and its body, and refuses what is not foreseen."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar, get_origin

from pydantic import ValidationError
from starlette.requests import Request

from monitor.ports.interchange import shown
from monitor.web.api.endpoint import Inputs
from monitor.web.problem import RefusedError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

MOST_BYTES = 65_536
"""Of a body that says what to do."""

PATIENCE = 30.0
"""Seconds for all of it."""

JSON = "application/json"

Form = TypeVar("Form", bound=Inputs)


def read_inputs(request: Request, form: type[Form]) -> Form:
    """What path and query say. Raises RefusedError: 404 for a path, 422 for a query."""
    told: dict[str, Any] = {}
    for name, value in request.query_params.multi_items():
        told.setdefault(name, []).append(value)
    for name, values in told.items():
        if name in request.path_params or name not in form.model_fields:
            raise _wrong([f"{shown(name)} is no parameter here; {_allowed(form, request)}"])
        if not _is_list(form, name):
            if len(values) > 1:
                raise _wrong([f"{name} is given {len(values)} times; give it once"])
            told[name] = values[0]
    try:
        return form.model_validate({**told, **request.path_params})
    except ValidationError as error:
        problems = error.errors(include_url=False)
        if any(one["loc"][:1] and one["loc"][0] in request.path_params for one in problems):
            raise RefusedError(404, "there is nothing of this name or number") from None
        raise _wrong([_sentence(one) for one in problems]) from None


async def read_body(request: Request, form: type[Form]) -> Form:
    """What the body says; none says `{}`. Raises RefusedError: 408, 413, 415, 422."""
    content = await _content(request)
    if not content.strip():
        content = b"{}"
    elif request.headers.get("content-type", JSON).partition(";")[0].strip().lower() != JSON:
        raise RefusedError(415, f"send an object of JSON, with Content-Type: {JSON}")
    try:
        return form.model_validate_json(content)
    except ValidationError as error:
        raise _wrong([_sentence(one) for one in error.errors(include_url=False)]) from None


async def _content(request: Request) -> bytes:
    content = b""
    try:
        async with asyncio.timeout(PATIENCE):
            async for piece in request.stream():
                content += piece
                if len(content) > MOST_BYTES:
                    raise RefusedError(413, f"send no more than {MOST_BYTES:,} bytes in a request")
    except TimeoutError:
        raise RefusedError(408, f"send the whole body within {PATIENCE:g} s") from None
    return content


def _is_list(form: type[Inputs], name: str) -> bool:
    return get_origin(form.model_fields[name].annotation) is tuple


def _allowed(form: type[Inputs], request: Request) -> str:
    names = [name for name in form.model_fields if name not in request.path_params]
    return f"there are: {', '.join(names)}" if names else "there are none"


def _wrong(sentences: list[str]) -> RefusedError:
    return RefusedError(422, "; ".join(sentences))


def _sentence(problem: ErrorDetails) -> str:
    field = ".".join(map(str, problem["loc"][:1]))
    found, context = shown(problem["input"]), problem.get("ctx", {})
    match problem["type"]:
        case "json_invalid":
            return f"not JSON: {context['error']}"
        case "model_type" if not field:
            return f"send an object of JSON, not {found}"
        case "missing":
            return f"{field}: is missing"
        case "extra_forbidden":
            return f"{shown(field)} is no field here"
        case "value_error":
            return f"{field}: {context['error']}"
        case kind:
            allowed = _ALLOWED.get(kind, "is not allowed: {msg}")
            return f"{field}: {found} {allowed.format(msg=problem['msg'], **context)}"


_ALLOWED = {
    "string_type": "is no string; write it in quotes",
    "string_too_short": "is empty",
    "string_too_long": "is longer than {max_length} characters",
    "string_pattern_mismatch": "holds a control character",
    "int_parsing": "is no whole number",
    "int_parsing_size": "is no number of this size",
    "greater_than_equal": "is less than {ge}",
    "less_than_equal": "is more than {le}",
    "enum": "is not known; write {expected}",
}
