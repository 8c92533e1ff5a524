"""What a report is asked for, as it stands in the page's address."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from fractions import Fraction
from typing import Self
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from monitor.report.figures import Request
from monitor.report.moments import moment
from monitor.report.numbers import Asked, Subject
from monitor.report.question_error import QuestionError
from monitor.report.replaying import length
from monitor.report.subjects import chosen
from monitor.report.trying import WhatIf
from monitor.report.windows import Bounds, Named, before, named

LONGEST = 100
"""Characters of a value: no name that is configured is longer."""

DATES = "dates"
"""The window is what `since` and `until` say."""

WINDOWS = {
    Named.TODAY: "Today",
    Named.WEEK: "Last 7 days",
    Named.MONTH: "Last 30 days",
    Named.LAST_WEEK: "Last week",
    Named.THIS_MONTH: "This month",
    Named.LAST_MONTH: "Last month",
    Named.ALL: "All there is",
    DATES: "Other dates",
}


_SHARE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?|\.[0-9]{1,9}")
"""No power of ten: a short one can keep the program busy for good."""


@dataclass(frozen=True, slots=True)
class Question:
    """Empty texts ask for nothing in particular. `promise`, `within`, `objective` and `calendar`
    say what is to be tried."""

    window: str = ""
    since: str = ""
    until: str = ""
    brand: str = ""
    account: str = ""
    platform: str = ""
    language: str = ""
    target: str = ""
    promise: str = ""
    within: str = ""
    objective: str = ""
    calendar: str = ""

    @classmethod
    def asked(cls, query: Mapping[str, str]) -> Self:
        """What else stands in the address asks for nothing."""
        told = {name: query.get(name, "").strip()[:LONGEST] for name in cls.__slots__}
        if not told["window"]:
            told["window"] = DATES if told["since"] or told["until"] else Named.MONTH.value
        return cls(**told)

    @property
    def address(self) -> str:
        """The query that asks this again."""
        return urlencode({name: value for name, value in asdict(self).items() if value})

    def request(self, zone: ZoneInfo, now: datetime) -> Request:
        """Raises QuestionError."""
        try:
            bounds, earlier = self._bounds(zone, now)
            what_if = self._what_if()
        except ValueError as error:
            raise QuestionError(str(error)) from None
        asked = Asked(
            bounds.since,
            bounds.until,
            languages=(self.language,) if self.language else (),
            targets=(self.target,) if self.target else (),
        )
        return Request(asked, earlier, what_if)

    def subjects(self, every: Sequence[Subject]) -> list[Subject]:
        """Raises QuestionError where there is no such account."""
        named = [one for one in every if self.account in ("", one.name)]
        if every and not named:
            there = ", ".join(one.name for one in every)
            raise QuestionError(f'there is no account "{self.account}"; there are: {there}')
        return chosen(named, self.brand or None, self.platform or None)

    def _bounds(self, zone: ZoneInfo, now: datetime) -> tuple[Bounds, Bounds | None]:
        if self.window != DATES:
            return named(_window(self.window), zone, now)
        bounds = Bounds(
            moment(self.since, zone, now) if self.since else None,
            moment(self.until, zone, now) if self.until else None,
        )
        if bounds.since and bounds.since >= (bounds.until or now):
            raise ValueError("the window ends before it begins")
        return bounds, before(bounds, zone, now)

    def _what_if(self) -> WhatIf:
        return WhatIf(
            target=self.promise or None,
            within=length(self.within) if self.within else None,
            objective=_objective(self.objective) if self.objective else None,
            calendar=self.calendar or None,
        )


def _window(name: str) -> Named:
    try:
        return Named(name)
    except ValueError:
        raise ValueError(f'there is no window "{name}"; there are: {", ".join(WINDOWS)}') from None


def _objective(text: str) -> Fraction:
    wrong = f'"{text}" is no share of all waits; write 90%'
    number = text.removesuffix("%").strip()
    if not _SHARE.fullmatch(number):
        raise ValueError(wrong)
    share = Fraction(number)
    if text.endswith("%") or share > 1:
        share /= 100
    if not 0 < share <= 1:
        raise ValueError(wrong)
    return share
