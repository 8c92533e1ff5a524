"""The section `accounts`: the keys that every account has, whatever its connector."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    PlainValidator,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic_core.core_schema import ValidationInfo

from monitor.config.calendars import ALWAYS_OPEN
from monitor.config.fields import (
    CalendarName,
    Handle,
    Label,
    Language,
    Line,
    Many,
    Regex,
    Section,
    Span,
    TargetName,
    at_least,
    default,
    names_of,
    span,
)
from monitor.config.problems import did_you_mean, instead_of, quoted
from monitor.domain.words import SHIPPED, Closers, TextRule, Wording

_RESERVED = ("overheard", "closer")  # reasons of `replywatch_ignored_total` that are no rule's


def _closers(value: Any) -> Closers | None:
    if isinstance(value, bool):
        return SHIPPED if value else None
    if isinstance(value, dict) and all(map(_is_list_of_texts, value.values())):
        return _with_added(tuple((language, tuple(value[language])) for language in value))
    raise ValueError(
        instead_of("true, false, or lists of words by language, such as {sv: [tack]}", value)
    )


@lru_cache(maxsize=16)  # a third of a second each, and mostly the same for many accounts
def _with_added(phrases: tuple[tuple[str, tuple[str, ...]], ...]) -> Closers:
    return SHIPPED.with_added(dict(phrases))


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _installed(name: str, info: ValidationInfo) -> str:
    names = names_of("connector", info)
    if name not in names:
        hint = did_you_mean(name, names, label="installed are")
        raise ValueError(f"{quoted(name)} is not installed; {hint}")
    return name


class AutomatedRule(Section):
    name: Label | None = None
    """How it is called in figures; its position, from 0, unless set."""
    author: Handle | None = None
    """Who wrote it: an id or a handle."""
    author_is_bot: bool | None = None
    """Whether the platform calls its author a bot."""
    text: Regex | None = None
    """What is found in its text."""

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        keys = [key for key in type(self).model_fields if key != "name"]
        if all(getattr(self, key) in (None, ()) for key in keys):
            raise ValueError(f"would fit every post; give one of {', '.join(keys)}")
        return self


class IgnoreRule(AutomatedRule):
    language: Many[Language] = ()
    """The languages that it may be in."""


def _told_apart(rules: Sequence[AutomatedRule]) -> Any:
    names = Counter(rule.name for rule in _named(rules))
    for name, count in names.items():
        if count > 1:
            raise ValueError(f"{count} rules are called {quoted(name)}; give each its own name")
        if name in _RESERVED:
            raise ValueError(f"the name {quoted(name)} is taken by a rule of the clock")
    return rules


def _named(rules: Sequence[AutomatedRule]) -> tuple[TextRule, ...]:
    return tuple(
        TextRule(
            name=rule.name or str(position),
            author=rule.author,
            author_is_bot=rule.author_is_bot,
            text=rule.text,
            languages=rule.language if isinstance(rule, IgnoreRule) else (),
        )
        for position, rule in enumerate(rules)
    )


ConnectorName = Annotated[str, AfterValidator(_installed)]
ClosersSetting = Annotated[
    Closers | None,
    PlainValidator(_closers),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "boolean"},
                {
                    "type": "object",
                    "additionalProperties": {"type": "array", "items": {"type": "string"}},
                },
            ]
        }
    ),
]


class AccountSection(Section):
    name: Label
    """Its name here; never changes."""
    brand: Line | None = None
    """Whose account it is; its name unless set."""
    connector: ConnectorName
    """What reads it."""
    handle: Handle
    """How the platform calls it."""
    agents: Many[Handle] = ()
    """Further authors who speak for it."""
    poll: Annotated[Span, at_least("1s")] = default("60s", span)
    """How often to look."""
    history: Span = default("7d", span)
    """How far back the first poll reads."""
    targets: Many[TargetName] | None = None
    """The promises it is held to; all that stand under `targets` unless set."""
    calendar: CalendarName = ALWAYS_OPEN
    """When it is open, for business time."""
    reopen_after: Annotated[Span, at_least("1s")] = default("24h", span)
    """The silence after which a customer's next mention is a new wait."""
    burst: Span = default("2m", span)
    """How long after an answer the second half of a message may follow."""
    closers: ClosersSetting = default(True, _closers)  # noqa: FBT003
    """Whether words such as "thanks" open no wait; or more of them, by language."""
    automated: Annotated[Many[AutomatedRule], AfterValidator(_told_apart)] = ()
    """Which of its posts nobody wrote: they answer nobody."""
    deflection: bool = True
    """Whether to tell replies such as "please write us a message" apart."""
    ignore: Annotated[Many[IgnoreRule], AfterValidator(_told_apart)] = ()
    """Which mentions open no wait."""

    @field_validator("targets")
    @classmethod
    def _are_named_once(cls, names: tuple[str, ...] | None) -> tuple[str, ...] | None:
        for name, count in Counter(names or ()).items():
            if count > 1:
                raise ValueError(f"{quoted(name)} stands here {count} times")
        return names

    def wording(self) -> Wording:
        return Wording(
            ignore=_named(self.ignore),
            automated=_named(self.automated),
            closers=self.closers,
            deflection=self.deflection,
        )
