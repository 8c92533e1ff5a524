"""The section `targets`: promises, and those that are known by name (rule 7 of the clock)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from fractions import Fraction
from typing import Annotated, Any

from pydantic import Field, NonNegativeInt, PlainValidator, WithJsonSchema, field_validator
from pydantic_core.core_schema import ValidationInfo

from monitor.config.fields import (
    AccountName,
    CalendarName,
    Language,
    Many,
    Regex,
    Section,
    Span,
    at_least,
    default,
    one_of,
    span,
    text_of,
    written_as,
)
from monitor.config.problems import quoted
from monitor.domain import duration
from monitor.domain.calendar import Calendar
from monitor.domain.post import Surface
from monitor.domain.target import Filter, Metric, Target

_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,9})?) ?%")
_DECIMAL = re.compile(r"[01](?:\.[0-9]{1,9})?")


def _percent(text: str) -> Fraction | None:
    found = _PERCENT.fullmatch(text)
    return Fraction(found[1]) / 100 if found else None


def _objective(value: Any) -> Fraction:
    wanted = "a share of all waits; write 90% or 0.9"
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    text = str(value) if is_number else text_of(value, wanted)
    share = Fraction(text) if _DECIMAL.fullmatch(text) else _percent(text)
    if share is None or not 0 < share <= 1:
        raise ValueError(f"{quoted(text)} is not {wanted}")
    return share


def _step(value: Any) -> Fraction | timedelta:
    text = text_of(value, "a share of `within` such as 80%, or a duration")
    share = _percent(text)
    if share is None:
        return span(text)
    if not 0 < share < 1:
        raise ValueError(f"{quoted(text)} does not lie between 0% and 100%")
    return share


Objective = Annotated[
    Fraction,
    PlainValidator(_objective),
    WithJsonSchema({"type": ["string", "number"], "examples": ["90%", 0.9]}),
]
Step = Annotated[Fraction | timedelta, PlainValidator(_step), written_as(examples=["80%", "5m"])]
MetricName = Annotated[
    Metric, PlainValidator(one_of(Metric, "a metric")), written_as(enum=list(Metric))
]
SurfaceName = Annotated[
    Surface, PlainValidator(one_of(Surface, "a surface")), written_as(enum=list(Surface))
]


class FilterSection(Section):
    language: Many[Language] = ()
    """Posts in these languages; `pt` covers `pt-BR`."""
    account: Many[AccountName] = ()
    """Waits of these accounts only."""
    surface: Many[SurfaceName] = ()
    """Where the post stands."""
    text: Regex | None = None
    """What is found in the post's text."""
    min_followers: NonNegativeInt = 0
    """How many follow its author, at least."""


class TargetSection(Section):
    metric: MetricName
    """Whether it judges first replies or those to follow-ups."""
    within: Annotated[Span, at_least("1s")]
    """How long the brand may take, in the calendar's open time."""
    objective: Objective
    """The share of waits that should be answered in time."""
    calendar: CalendarName | None = None
    """Whose open time counts; the account's unless set."""
    filter: FilterSection = Field(default_factory=FilterSection)
    """To which posts it applies: all keys must fit."""
    warn_at: Many[Step] = default(["80%"], lambda steps: tuple(map(_step, steps)))
    """When to warn: shares of `within`, or durations; `[]` for never."""

    @field_validator("warn_at")
    @classmethod
    def _warns_in_time(
        cls, steps: tuple[Fraction | timedelta, ...], info: ValidationInfo
    ) -> tuple[Fraction | timedelta, ...]:
        within = info.data.get("within")
        for step in steps:
            if within and isinstance(step, timedelta) and not timedelta(0) < step < within:
                short, long = duration.written(step), duration.written(within)
                raise ValueError(f"{short} does not lie between the opening and `within`, {long}")
        return steps

    def built(self, name: str, calendars: Mapping[str, Calendar], otherwise: Calendar) -> Target:
        """The target, in its own calendar or else in the one given."""
        steps = {
            step if isinstance(step, timedelta) else _part(self.within, step)
            for step in self.warn_at
        }
        return Target(
            name=name,
            metric=self.metric,
            within=self.within,
            objective=self.objective,
            calendar=calendars[self.calendar] if self.calendar else otherwise,
            filter=Filter(
                languages=self.filter.language,
                surfaces=self.filter.surface,
                text=self.filter.text,
                min_followers=self.filter.min_followers,
            ),
            warn_at=tuple(sorted(steps)),
        )

    def is_for(self, account: str) -> bool:
        return not self.filter.account or account in self.filter.account


def _part(whole: timedelta, share: Fraction) -> timedelta:
    microsecond = timedelta(microseconds=1)
    return microsecond * int(share * (whole // microsecond))


def _first_reply(within: str) -> TargetSection:
    return TargetSection.model_validate(
        {"metric": "first_reply", "within": within, "objective": "90%"}
    )


PRESETS: Mapping[str, TargetSection] = {
    # Twitter's study of airlines, 2015: customers pay most after an answer within six minutes.
    "airline-6m": _first_reply("6m"),
    # What a page needed for Facebook's badge of a very responsive one.
    "facebook-badge": _first_reply("15m"),
    # What 42 % of people expect who complain in public (The Social Habit, 2012).
    "within-the-hour": _first_reply("60m"),
}
