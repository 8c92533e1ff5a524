"""Reads what a request says: its path, its query and its body, and refuses what is not foreseen."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, get_origin

from pydantic import ValidationError
from starlette.requests import Request

from monitor.ports import interchange
from monitor.ports.interchange import path, shown
from monitor.web.api.endpoint import JSON, Inputs
from monitor.web.body import content
from monitor.web.problem import RefusedError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

MOST_BYTES = 65_536
"""Of a body that says what to do."""

Form = TypeVar("Form", bound=Inputs)


def read_inputs(request: Request, form: type[Form]) -> Form:
    """What path and query say. Raises RefusedError: 404 for a path, 422 for a query."""
    refuse_unforeseen(request, form)
    query = request.query_params
    told = {name: query.getlist(name) if _is_list(form, name) else query[name] for name in query}
    try:
        return form.model_validate({**told, **request.path_params})
    except ValidationError as error:
        problems = error.errors(include_url=False)
        if any(one["loc"][:1] and one["loc"][0] in request.path_params for one in problems):
            raise RefusedError(404, "there is nothing of this name or number") from None
        raise _wrong([_sentence(one) for one in problems]) from None


def refuse_unforeseen(request: Request, form: type[Inputs]) -> None:
    """What the query says must have a name that is known, once unless there may be several."""
    query = request.query_params
    for name in query:
        if name in request.path_params or name not in form.model_fields:
            raise _wrong([f"{shown(name)} is no parameter here; {_allowed(form, request)}"])
        times = len(query.getlist(name))
        if times > 1 and not _is_list(form, name):
            raise _wrong([f"{name} is given {times} times; give it once"])


async def read_body(request: Request, form: type[Form]) -> Form:
    """What the body says; none says `{}`. Raises RefusedError: 408, 413, 415, 422."""
    said = await content(request, MOST_BYTES)
    if not said.strip():
        said = b"{}"
    elif request.headers.get("content-type", JSON).partition(";")[0].strip().lower() != JSON:
        raise RefusedError(415, f"send an object of JSON, with Content-Type: {JSON}")
    try:
        return form.model_validate_json(said)
    except ValidationError as error:
        raise _wrong([_sentence(one) for one in error.errors(include_url=False)]) from None


def _is_list(form: type[Inputs], name: str) -> bool:
    return get_origin(form.model_fields[name].annotation) is tuple


def _allowed(form: type[Inputs], request: Request) -> str:
    names = [name for name in form.model_fields if name not in request.path_params]
    return f"there are: {', '.join(names)}" if names else "there are none"


def _wrong(sentences: list[str]) -> RefusedError:
    return RefusedError(422, "; ".join(sentences))


def _sentence(problem: ErrorDetails) -> str:
    field = path(problem["loc"])
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
            return f"{field}: {context['error']}" if field else str(context["error"])
        case kind:
            allowed = _ALLOWED.get(kind, "is not allowed: {msg}")
            return f"{field}: {found} {allowed.format(msg=problem['msg'], **context)}"


_ALLOWED = {
    **interchange.ALLOWED,
    "string_pattern_mismatch": "holds a control character",
    "int_parsing": "is no whole number",
    "int_parsing_size": "is no number of this size",
}
