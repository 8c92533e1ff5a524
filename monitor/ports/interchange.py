"""The interchange form of a post: one JSON object, in files and on the API alike.

Strict: an unknown field is an error, since a misspelt one would silently lose its meaning. A null
says the same as a field left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, asdict, fields
from datetime import UTC, datetime
from difflib import get_close_matches
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any

import orjson
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
)

from monitor.domain.post import DeletedBy, Post, Reach, Surface

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

REQUIRED = tuple(field.name for field in fields(Post) if field.default is MISSING)
REACH = tuple(f"reach.{field.name}" for field in fields(Reach))
FIELDS = (*(field.name for field in fields(Post) if field.name != "reach"), *REACH)
"""All that a post can say, in one flat row."""

_PROBLEMS_TOLD = 5
_FOUND_SHOWN = 40
_EXAMPLE = '"2026-03-02T10:00:00Z"'


def _instant(found: object) -> datetime:
    """RFC 3339, in UTC. Raises ValueError."""
    if not isinstance(found, str):
        raise ValueError(f"{shown(found)} is no date; write it like {_EXAMPLE}")  # noqa: TRY004
    try:
        instant = datetime.fromisoformat(found.upper())
        in_utc = instant.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{shown(found)} is no date; write it like {_EXAMPLE}") from None
    if instant.tzinfo is None:
        raise ValueError(f"{shown(found)} has no offset; write it with Z or +02:00")
    return in_utc


def _is_whole(found: object) -> bool:
    """In JSON, 5.0 is the same number as 5."""
    return isinstance(found, float) and found.is_integer()


# PostgreSQL stores no NUL, and indexes no more than 2,700 bytes.
_Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
_Name = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", min_length=1, max_length=500)]
_Whole = BeforeValidator(lambda found: int(found) if _is_whole(found) else found)
_Count = Annotated[int, Field(ge=0, le=2**63 - 1), _Whole]
_Instant = Annotated[
    datetime,
    PlainValidator(_instant),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class HandedReach(_Form):
    likes: _Count | None = None
    reposts: _Count | None = None
    replies: _Count | None = None
    views: _Count | None = None


class HandedPost(_Form):
    """The form itself, of which the JSON Schema can be told. To read one there is `parse`."""

    id: _Name
    author_id: _Name
    author_handle: _Name
    created_at: _Instant
    text: _Text | None = ""
    parent_id: _Name | None = None
    parent_author_id: _Name | None = None
    root_id: _Name | None = None
    mentions: tuple[_Name, ...] | None = None
    surface: Surface | None = None
    lang: _Text | None = None
    url: _Text | None = None
    author_name: _Text | None = None
    author_followers: _Count | None = None
    author_is_bot: bool | None = None
    rating: Annotated[int, Field(ge=1, le=5), _Whole] | None = None
    reach: HandedReach | None = None
    edited_at: _Instant | None = None
    deleted_at: _Instant | None = None
    deleted_by: DeletedBy | None = None


def parse(line: bytes | str | Mapping[str, Any]) -> Post:
    """A post from one line of JSON, or from the object that such a line holds.

    Raises ValueError with a sentence a field, each saying what was found and what is allowed.
    """
    try:
        written_out = orjson.dumps(line) if isinstance(line, Mapping) else line
        form = HandedPost.model_validate_json(written_out)
    except orjson.JSONEncodeError as error:
        raise ValueError(f"not JSON: {error}") from None
    except ValidationError as error:
        raise ValueError(_told(error.errors(include_url=False))) from None
    given = {name: value for name, value in form.__dict__.items() if value is not None}
    if form.reach is not None:
        given["reach"] = Reach(**form.reach.__dict__)
    given["text"] = form.text
    return Post(**given)


def written(post: Post) -> dict[str, Any]:
    """The object that `parse` reads as this post. What a post does not say is left out."""
    return {
        field.name: _plain(value)
        for field in fields(Post)
        if (value := getattr(post, field.name)) != field.default
    }


def _plain(value: object) -> object:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case Enum():
            return value.value
        case Reach():
            return {name: count for name, count in asdict(value).items() if count is not None}
        case tuple():
            return list(value)
    return value


def shown(found: object) -> str:
    """What was found, for an error: short, on one line, text in quotes."""
    text = json.dumps(found, ensure_ascii=False, default=str)
    return text if len(text) <= _FOUND_SHOWN else f"{text[:_FOUND_SHOWN]}..."


def _told(problems: list[ErrorDetails]) -> str:
    told = [_sentence(problem) for problem in problems[:_PROBLEMS_TOLD]]
    if more := len(problems) - len(told):
        told.append(f"and {more} more")
    return "; ".join(told)


def _sentence(problem: ErrorDetails) -> str:
    field, found, context = path(problem["loc"]), shown(problem["input"]), problem.get("ctx", {})
    match problem["type"]:
        case "json_invalid":
            return f"not JSON: {context['error']}"
        case "model_type" if not field:
            return f"a post is a JSON object, not {found}"
        case "missing":
            return f"{field}: is missing"
        case "extra_forbidden":
            return f"{shown(field)} is no field of a post{_meant(field)}"
        case "value_error":
            return f"{field}: {context['error']}"
        case kind:
            allowed = ALLOWED.get(kind, "is not allowed: {msg}")
            return f"{field}: {found} {allowed.format(msg=problem['msg'], **context)}"


ALLOWED = {
    "string_type": "is no string; write it in quotes",
    "string_too_short": "is empty",
    "string_too_long": "is longer than {max_length} characters",
    "string_pattern_mismatch": "holds a NUL character",
    "int_type": "is no whole number",
    "int_from_float": "is no whole number",
    "greater_than_equal": "is less than {ge}",
    "less_than_equal": "is more than {le}",
    "bool_type": "is neither true nor false",
    "enum": "is not known; write {expected}",
    "tuple_type": "is no list",
    "model_type": "is no object",
}
"""What is said of a problem that pydantic calls so."""


def path(location: tuple[int | str, ...]) -> str:
    """`reach.likes`, `mentions[0]`."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
    return "".join(steps).removeprefix(".")


def _meant(field: str) -> str:
    close = get_close_matches(field, FIELDS, n=1)
    return f'; did you mean "{close[0]}"?' if close else ""
