"""Waits by what is asked for, a page at a time.

The number of the last wait seen is where the next page begins. Numbers only grow, so waits that
come in between are neither missed nor told twice, whichever way the pages run.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitor.domain.target import Verdict
from monitor.domain.wait import Kind, Status
from monitor.store.history import GONE, LISTED, Window
from monitor.store.instants import micros
from monitor.store.schema import IS_OPEN, due, post, target, wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which waits; of what is empty, any. Verdicts and targets must fit one and the
    same promise of the wait."""

    accounts: Collection[int]
    statuses: Collection[Status]
    opened: Window
    kinds: Collection[Kind] = ()
    languages: Collection[str] = ()
    targets: Collection[str] = ()
    verdicts: Collection[Verdict] = ()

    def conditions(
        self, watermarks: Mapping[int, datetime], now: datetime
    ) -> Iterator[sa.ColumnElement[bool]]:
        yield wait.c.account_id.in_(sorted(self.accounts))
        yield _stands(self.statuses)
        yield from self.opened.holds(wait.c.opened_at)
        if self.kinds:
            yield wait.c.kind.in_(sorted(self.kinds))
        if self.languages:
            yield _speaks(self.languages)
        if self.targets or self.verdicts:
            owed = [due.c.wait == wait.c.number]
            if self.targets:
                owed.append(target.c.name.in_(sorted(self.targets)))
            if self.verdicts:
                owed.append(_verdict(watermarks, now).in_(sorted(self.verdicts)))
            promised = sa.select(due.c.wait).join(target, target.c.id == due.c.target_id)
            yield promised.where(*owed).correlate(wait).exists()


def page(
    tx: sa.Connection,
    choice: Choice,
    watermarks: Mapping[int, datetime],
    now: datetime,
    *,
    after: int | None,
    newest_first: bool,
    limit: int,
) -> list[Mapping[Any, Any]]:
    """Rows as `history.listed` gives them, those that follow the wait `after` in this order."""
    number = wait.c.number
    query = LISTED.where(*choice.conditions(watermarks, now))
    if after is not None:
        query = query.where(number < after if newest_first else number > after)
    query = query.order_by(number.desc() if newest_first else number).limit(limit)
    return list(tx.execute(query).mappings())


def _stands(statuses: Collection[Status]) -> sa.ColumnElement[bool]:
    """The open ones alone have an index, which the database uses for a value written out."""
    if set(statuses) == {Status.OPEN}:
        return IS_OPEN
    return wait.c.status.in_(sorted(statuses))


def _speaks(languages: Collection[str]) -> sa.ColumnElement[bool]:
    """What the wait was opened in: `en` is `en` and `en-GB` (`Target.applies` reads it so)."""
    spoken = sa.func.lower(post.c.lang)
    wanted = [one.casefold() for one in languages]
    fits = sa.or_(
        spoken.in_(wanted), *(spoken.startswith(f"{one}-", autoescape=True) for one in wanted)
    )
    opener = (post.c.account_id == wait.c.account_id) & (post.c.native_id == wait.c.opened_by)
    return sa.select(post.c.native_id).where(opener, fits).correlate(wait).exists()


def _verdict(watermarks: Mapping[int, datetime], now: datetime) -> sa.ColumnElement[str]:
    """As `judge` has it now; of a wait that ceased to exist, as it was last judged."""
    observed = {account: micros(until) for account, until in watermarks.items()}
    watermark = sa.case(observed, value=wait.c.account_id, else_=None) if observed else sa.null()
    return sa.case(
        (wait.c.status.in_(GONE), due.c.verdict),
        (wait.c.answered_at <= due.c.due_at, Verdict.MET.value),
        (wait.c.ended_at <= due.c.due_at, Verdict.EXCLUDED.value),
        (watermark >= due.c.due_at, Verdict.BREACHED.value),
        (due.c.due_at < micros(now), Verdict.UNCONFIRMED.value),
        else_=Verdict.PENDING.value,
    )
