"""A promise that is only tried: what `replay` asks about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from fractions import Fraction
from typing import Any

from monitor.config import Config
from monitor.domain import duration
from monitor.domain.calendar import ALWAYS
from monitor.domain.target import Metric, Target
from monitor.report import calendars
from monitor.report.as_json import attained_tree
from monitor.report.numbers import Attained
from monitor.report.question_error import QuestionError

LONGEST = timedelta(days=366)
"""Of a promise that is tried: its due instants are looked for day by day."""

_OBJECTIVE = Fraction(9, 10)


def promise(
    config: Config | None, account: str, within: str, metric: Metric, calendar: str | None
) -> Target:
    """In the calendar of this name, else in the account's own. Raises QuestionError."""
    try:
        span = length(within)
    except ValueError as error:
        raise QuestionError(str(error)) from None
    own = {one.name: one.calendar for one in config.accounts} if config else {}
    return Target(
        name=f"replay {within}",
        metric=metric,
        within=span,
        objective=_OBJECTIVE,
        calendar=calendars.called(config, calendar) or own.get(account, ALWAYS),
    )


def length(text: str) -> timedelta:
    """Of a promise that is tried. Raises ValueError."""
    span = duration.parse(text)
    if not span:
        raise ValueError("a promise of no time cannot be kept; write 8m")
    if span > LONGEST:
        raise ValueError(f"nobody waits for {text}; write a promise of at most {LONGEST.days}d")
    return span


def replay_tree(found: Mapping[str, Iterable[Attained]]) -> dict[str, Any]:
    """By account, the promises in force and the one that was tried."""
    return {
        "accounts": [
            {"account": name, "targets": [attained_tree(each) for each in attained]}
            for name, attained in found.items()
        ]
    }
