"""The kinds of value that several sections share: how each is written, what is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    Strict,
    ValidationInfo,
    WithJsonSchema,
)

from monitor.config.problems import did_you_mean, instead_of, quoted
from monitor.domain import duration

Names = Mapping[str, frozenset[str]]
"""What can be referred to, by kind (`calendar`, `target`, ...): the context of validation."""

_LABEL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_LINE = re.compile(r"\S([^\x00-\x1f\x7f]*\S)?")
_HANDLE = re.compile(r"[^\s\x00-\x1f\x7f]+")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_LONGEST = timedelta(days=36_500)  # any instant plus this is still one that Python knows

Choice = TypeVar("Choice", bound=StrEnum)
Item = TypeVar("Item")


class Section(BaseModel):
    """A mapping of the file. Unknown keys and values of another type are problems."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True
    )


def default(written: Any, make: Callable[[Any], Any]) -> Any:
    """A pydantic default that editors are told as it is `written` in the file."""
    return Field(default_factory=partial(make, written), json_schema_extra={"default": written})


def text_of(value: Any, wanted: str) -> str:
    """A value that has to be a text. Raises ValueError, which says what is `wanted`."""
    if isinstance(value, str):
        return value
    raise ValueError(instead_of(wanted, value))


def matching(pattern: re.Pattern[str], wanted: str) -> AfterValidator:
    def check(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError(f"{quoted(text)} is not {wanted}")
        return text

    return AfterValidator(check)


def one_of(choices: type[Choice], wanted: str) -> Callable[[Any], Choice]:
    def parse(value: Any) -> Choice:
        text = text_of(value, wanted)
        if text not in list(choices):
            raise ValueError(f"{quoted(text)} is not {wanted}; {did_you_mean(text, choices)}")
        return choices(text)

    return parse


def written_as(**schema: Any) -> WithJsonSchema:
    """What an editor is told of a text that becomes something else."""
    return WithJsonSchema({"type": "string", **schema})


def span(value: Any) -> timedelta:
    parsed = duration.parse(text_of(value, "a duration; write 20s, 5m or 2h"))
    if parsed > _LONGEST:
        raise ValueError(f"{quoted(value)} is longer than {duration.written(_LONGEST)}")
    return parsed


def at_least(least: str) -> AfterValidator:
    def check(parsed: timedelta) -> timedelta:
        if parsed < duration.parse(least):
            raise ValueError(f"{duration.written(parsed)} is too short; write {least} or more")
        return parsed

    return AfterValidator(check)


def names_of(kind: str, info: ValidationInfo) -> frozenset[str]:
    names: Names = info.context or {}
    return names.get(kind, frozenset())


def known(kind: str, name: str, info: ValidationInfo) -> str:
    """The name, if something of that kind is called so. Raises ValueError."""
    names = names_of(kind, info)
    if name not in names:
        raise ValueError(f"no {kind} named {quoted(name)}; {did_you_mean(name, names)}")
    return name


def _known(kind: str) -> AfterValidator:
    return AfterValidator(partial(known, kind))


def _regex(value: Any) -> re.Pattern[str]:
    text = text_of(value, "a regular expression")
    try:
        return re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"{quoted(text)} is not a regular expression: {error}") from None


Label = Annotated[
    str, matching(_LABEL, "a name; write letters, digits, _ . and -, the first none of . and -")
]
Line = Annotated[str, matching(_LINE, "a text of one line without spaces around it")]
Handle = Annotated[str, matching(_HANDLE, "a handle; write it without spaces")]
Language = Annotated[str, matching(LANGUAGE, "a language; write one such as en or pt-BR")]
Span = Annotated[timedelta, PlainValidator(span), written_as(examples=["20s", "2h30m", "90d"])]
Regex = Annotated[re.Pattern[str], PlainValidator(_regex), written_as(format="regex")]

Many = Annotated[tuple[Item, ...], Strict(strict=False)]
"""A list in the file. (Strictly, a list is no tuple.)"""

CalendarName = Annotated[str, _known("calendar")]
TargetName = Annotated[str, _known("target")]
AccountName = Annotated[str, _known("account")]
NotifierName = Annotated[str, _known("notifier")]
