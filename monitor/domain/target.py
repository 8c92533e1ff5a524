"""A promise, the instant at which a wait has used it up, and what became of it (rules 1 and 7)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from monitor.domain.calendar import ALWAYS, Calendar
from monitor.domain.post import TEXT_SEEN, Post, Surface
from monitor.domain.wait import Kind

_OBJECTIVES_EXACT_TO = 10**9


class Metric(StrEnum):
    """Which kind of wait a target judges."""

    FIRST_REPLY = "first_reply"
    NEXT_REPLY = "next_reply"


@dataclass(frozen=True, slots=True)
class Filter:
    """To which opening posts a target applies. Empty means all; every key given must fit."""

    languages: tuple[str, ...] = ()
    surfaces: tuple[Surface, ...] = ()
    text: re.Pattern[str] | None = None
    min_followers: int = 0


@dataclass(frozen=True, slots=True)
class Target:
    """A promise to an account's customers: `objective` of all waits answered `within`.

    `within` and the steps of `warn_at` (spans since opening, ascending, each shorter than
    `within`) run in `calendar`.
    """

    name: str
    metric: Metric
    within: timedelta
    objective: Fraction
    calendar: Calendar = ALWAYS
    filter: Filter = field(default_factory=Filter)
    warn_at: tuple[timedelta, ...] = ()

    def applies(self, kind: Kind, opener: Post) -> bool:
        """Whether this target judges a wait of that kind, opened by that post."""
        if (self.metric is Metric.FIRST_REPLY) is not (kind is Kind.FIRST):
            return False
        wanted = self.filter
        return (
            speaks(opener.lang, wanted.languages)
            and (not wanted.surfaces or opener.surface in wanted.surfaces)
            and (not wanted.min_followers or (opener.author_followers or 0) >= wanted.min_followers)
            and (not wanted.text or bool(wanted.text.search((opener.text or "")[:TEXT_SEEN])))
        )

    def due(self, opened_at: datetime) -> datetime:
        return self.calendar.due(opened_at, self.within)

    def warnings(self, opened_at: datetime) -> list[datetime]:
        """The instants at which it is told that the promise is running out, ascending."""
        return [self.calendar.due(opened_at, step) for step in self.warn_at]


def as_written(objective: float) -> Fraction:
    """An objective that was kept as a number: 90 % is no binary fraction."""
    return Fraction(objective).limit_denominator(_OBJECTIVES_EXACT_TO)


class Verdict(StrEnum):
    MET = "met"
    EXCLUDED = "excluded"
    BREACHED = "breached"
    UNCONFIRMED = "unconfirmed"
    PENDING = "pending"

    @property
    def is_final(self) -> bool:
        """Whether more observation alone cannot change it; history still can."""
        return self in (Verdict.MET, Verdict.EXCLUDED, Verdict.BREACHED)


def judge(
    due_at: datetime,
    answered_at: datetime | None,
    ended_at: datetime | None,
    watermark: datetime | None,
    now: datetime,
) -> Verdict:
    """The verdict on one wait under one target. `ended_at` is of a deletion or dismissal."""
    if answered_at and answered_at <= due_at:
        return Verdict.MET
    if ended_at and ended_at <= due_at:
        return Verdict.EXCLUDED
    if watermark and watermark >= due_at:
        return Verdict.BREACHED
    return Verdict.UNCONFIRMED if now > due_at else Verdict.PENDING


def speaks(lang: str | None, wanted: tuple[str, ...]) -> bool:
    """Whether a post's language is one of these: `en` wants `en` and `en-GB`; no wish, any."""
    if not wanted:
        return True
    spoken = (lang or "").casefold()
    return any(spoken == one or spoken.startswith(f"{one}-") for one in map(str.casefold, wanted))
