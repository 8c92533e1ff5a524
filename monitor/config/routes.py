"""The sections `notifiers`, `routes` and `maintenance`: who is told what, and when nobody is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    Field,
    NonNegativeInt,
    PlainValidator,
    PositiveInt,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic_core.core_schema import ValidationInfo

from monitor.config.fields import (
    LANGUAGE,
    CalendarName,
    Label,
    Language,
    Many,
    NotifierName,
    Section,
    Span,
    at_least,
    default,
    known,
    one_of,
    span,
    text_of,
    written_as,
)
from monitor.config.problems import instead_of, quoted
from monitor.config.routing import Maintenance, Match, Rate, Route
from monitor.domain.calendar import Calendar
from monitor.domain.post import Surface
from monitor.ports.notifier import AlertKind

_RATE = re.compile(r"([1-9][0-9]{0,5})/([smh])")
_PER = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1)}

_ONE_OR_MORE = WithJsonSchema(
    {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
)


def _one_or_more(check: Callable[[str, ValidationInfo], str]) -> PlainValidator:
    """A text, or a list of them; each is checked."""

    def parse(value: Any, info: ValidationInfo) -> tuple[str, ...]:
        texts = value if isinstance(value, list) else [value]
        if not texts or not all(isinstance(each, str) for each in texts):
            raise ValueError(instead_of("a text, or a list such as [a, b]", value))
        return tuple(check(each, info) for each in texts)

    return PlainValidator(parse)


def _language(text: str, _info: ValidationInfo) -> str:
    if not LANGUAGE.fullmatch(text):
        raise ValueError(f"{quoted(text)} is not a language; write one such as en or pt-BR")
    return text


def _surface(text: str, _info: ValidationInfo) -> str:
    return one_of(Surface, "a surface")(text).value


def _rate(value: Any) -> Rate:
    text = text_of(value, "a rate such as 20/m")
    found = _RATE.fullmatch(text)
    if found is None:
        raise ValueError(f"{quoted(text)} is not a rate; write 1/s, 20/m or 100/h")
    return Rate(int(found[1]), _PER[found[2]])


def _not_none(names: tuple[str, ...]) -> tuple[str, ...]:
    if not names:
        raise ValueError("names nothing")
    if len({*names}) < len(names):
        raise ValueError("names something twice")
    return names


Brands = Annotated[tuple[str, ...], _one_or_more(partial(known, "brand")), _ONE_OR_MORE]
Platforms = Annotated[tuple[str, ...], _one_or_more(partial(known, "platform")), _ONE_OR_MORE]
Accounts = Annotated[tuple[str, ...], _one_or_more(partial(known, "account")), _ONE_OR_MORE]
Targets = Annotated[tuple[str, ...], _one_or_more(partial(known, "target")), _ONE_OR_MORE]
Languages = Annotated[tuple[str, ...], _one_or_more(_language), _ONE_OR_MORE]
Surfaces = Annotated[tuple[str, ...], _one_or_more(_surface), _ONE_OR_MORE]
KindName = Annotated[
    AlertKind, PlainValidator(one_of(AlertKind, "a fact")), written_as(enum=list(AlertKind))
]
RateText = Annotated[Rate, PlainValidator(_rate), written_as(examples=["20/m", "1/s", "100/h"])]


class NotifierSection(Section):
    """The keys that every notifier has, beside the one that chooses it and its own."""

    language: Language = "en"
    """In which its readers are told."""
    rate: RateText | None = None
    """How many messages at most: 1/s, 20/m, 100/h."""


class AboutSection(Section):
    brand: Brands = ()
    """Whose accounts; one, or a list."""
    platform: Platforms = ()
    """On which platforms."""
    account: Accounts = ()
    """Which accounts."""
    target: Targets = ()
    """Under which promises."""


class MatchSection(AboutSection):
    language: Languages = ()
    """Of posts in these languages; `pt` covers `pt-BR`."""
    surface: Surfaces = ()
    """Of posts that stand there."""
    min_reach: NonNegativeInt = 0
    """Of posts that reach so many, at least: likes, reposts, replies and views added up."""

    def built(self) -> Match:
        return Match(
            brands=self.brand,
            platforms=self.platform,
            accounts=self.account,
            targets=self.target,
            languages=self.language,
            surfaces=self.surface,
            min_reach=self.min_reach,
        )


class RouteSection(Section):
    on: Annotated[Many[KindName], AfterValidator(_not_none)]
    """Which facts."""
    match: MatchSection = Field(default_factory=MatchSection)
    """About what; about everything unless set."""
    to: Annotated[Many[NotifierName], AfterValidator(_not_none)]
    """Which notifiers are told."""
    after: Span = default("0s", span)
    """How long after what the fact is about; told only if it still stands then."""
    repeat_every: Annotated[Span, at_least("1m")] | None = None
    """Told again so often, while it stands and nobody has taken it."""
    max_repeats: PositiveInt | None = None
    """How often at most; until it is over unless set."""
    active: CalendarName | None = None
    """When it is told; what comes outside is held, and told as one at the opening."""
    group_interval: Span = default("30s", span)
    """How long what follows a message is gathered into one."""
    late_arrivals: bool = False
    """Whether waits are told that were first seen after their earliest warning."""
    goes_on: bool = Field(default=False, alias="continue")
    """Whether the routes below are tried too."""

    @field_validator("max_repeats")
    @classmethod
    def _repeats(cls, count: int | None, info: ValidationInfo) -> int | None:
        if count is not None and info.data.get("repeat_every", count) is None:
            raise ValueError("is of no use without repeat_every")
        return count

    def built(self, calendars: Mapping[str, Calendar]) -> Route:
        return Route(
            on=frozenset(self.on),
            to=self.to,
            match=self.match.built(),
            after=self.after,
            repeat_every=self.repeat_every,
            max_repeats=self.max_repeats,
            active=calendars[self.active] if self.active else None,
            group_interval=self.group_interval,
            late_arrivals=self.late_arrivals,
            goes_on=self.goes_on,
        )


class QuietMatchSection(AboutSection):
    """What a silence can be about: the same for a person's and for those of the calendar."""

    @model_validator(mode="after")
    def _is_about_something(self) -> Self:
        if not (self.brand or self.platform or self.account or self.target):
            raise ValueError("is about nothing; leave it out to mean everything")
        return self

    def built(self) -> Match:
        return Match(
            brands=self.brand,
            platforms=self.platform,
            accounts=self.account,
            targets=self.target,
        )


class MaintenanceSection(Section):
    name: Label
    """How it is called."""
    calendar: CalendarName
    """While this is open, nobody is told."""
    match: QuietMatchSection | None = None
    """About what; about everything unless set."""

    def built(self, calendars: Mapping[str, Calendar]) -> Maintenance:
        match = self.match.built() if self.match else Match()
        return Maintenance(self.name, calendars[self.calendar], match)
