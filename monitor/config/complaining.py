"""What pydantic finds wrong, as complaints with a hint at the keys that there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from monitor.config.problems import Complaint, Loc, did_you_mean, in_words


def complaints_of(error: ValidationError, hint: Callable[[Loc], str]) -> list[Complaint]:
    complaints: list[Complaint] = []
    for each in error.errors(include_url=False):
        loc = each["loc"]
        if loc[-1:] == ("[key]",):
            loc = loc[:-1]
        message = in_words(each)
        if each["type"] == "extra_forbidden":
            message = f"{message}; {hint(loc)}"
        complaints.append((loc, message))
    return complaints


def closest(model: type[BaseModel], loc: Loc) -> str:
    """The key of the model that is most like the last step, or all of them."""
    return did_you_mean(str(loc[-1]), _keys_beside(model, loc))


def _keys_beside(model: type[BaseModel], loc: Loc) -> tuple[str, ...]:
    """The keys that a model allows where `loc` ends."""
    fields = dict(model.model_fields)
    steps = iter(loc[:-1])
    for step in steps:
        annotation = fields[str(step)].annotation if step in fields else None
        if get_origin(annotation) in {dict, tuple}:
            next(steps, None)
        fields = _fields_within(annotation)
    return tuple(field.alias or name for name, field in fields.items())


def _fields_within(annotation: Any) -> dict[str, Any]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return dict(annotation.model_fields)
    found = (_fields_within(part) for part in get_args(annotation))
    return next((fields for fields in found if fields), {})
