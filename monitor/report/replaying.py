"""A promise that is only tried: what `replay` asks about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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

_OBJECTIVE = Fraction(9, 10)


def promise(
    config: Config | None, account: str, within: str, metric: Metric, calendar: str | None
) -> Target:
    """In the calendar of this name, else in the account's own. Raises QuestionError."""
    try:
        span = duration.parse(within)
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


def replay_tree(found: Mapping[str, Iterable[Attained]]) -> dict[str, Any]:
    """By account, the promises in force and the one that was tried."""
    return {
        "accounts": [
            {"account": name, "targets": [attained_tree(each) for each in attained]}
            for name, attained in found.items()
        ]
    }
