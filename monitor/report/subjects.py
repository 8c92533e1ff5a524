"""The accounts that a report can be about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import sqlalchemy as sa

from monitor.config import Config
from monitor.report.numbers import Subject
from monitor.report.question_error import QuestionError
from monitor.store import accounts


def subjects(tx: sa.Connection, config: Config | None) -> dict[str, Subject]:
    """By name: the configured ones in their order, then those of which the database alone knows."""
    stored = accounts.all_of(tx)
    known = {one.name: one for one in _configured(config) if one.name in stored}
    return known | {name: Subject(name, name) for name in stored if name not in known}


def chosen(every: Iterable[Subject], brand: str | None, platform: str | None) -> list[Subject]:
    """Those of this brand and on this platform; None: of any. Raises QuestionError where there
    is none."""
    there = list(every)
    found = [
        one for one in there if brand in (None, one.brand) and platform in (None, one.platform)
    ]
    if there and not found:
        known = ", ".join(sorted({f"{one.brand} on {one.platform}" for one in there}))
        raise QuestionError(f"there is no such account; there are: {known}")
    return found


def _configured(config: Config | None) -> Iterator[Subject]:
    for one in config.accounts if config else ():
        names = tuple(target.name for target in one.targets)
        yield Subject(one.name, one.brand, one.platform, names)
