"""When nobody is to be told: silences that a person has made, and recurring maintenance.

What is silenced is kept back, not lost: it is looked at again when the silence ends, and told then
if it still stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.config import Maintenance, Match, Subject
from monitor.store import outbox, silences
from monitor.store.silences import Matchers, Silence

MATCHERS = ("brand", "platform", "account", "target")

LOOK = timedelta(seconds=15)
"""How long maintenance is taken to go on before its calendar is asked again."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """About what nobody is told at this moment."""

    maintenance: Sequence[Maintenance]
    silences: Sequence[Silence]
    now: datetime

    def until(self, subject: Subject) -> datetime | None:
        """When to look again whether it still is; None where it is not silenced."""
        ends = [one.until for one in self.silences if match_of(one.matchers).fits(subject)]
        if any(entry.match.fits(subject) for entry in self.maintenance):
            ends.append(self.now + LOOK)
        return max(ends, default=None)


def quiet(tx: sa.Connection, maintenance: Iterable[Maintenance], now: datetime) -> Quiet:
    going_on = [entry for entry in maintenance if entry.calendar.is_open(now)]
    return Quiet(going_on, silences.standing(tx, now), now)


def add(
    tx: sa.Connection, matchers: Matchers, until: datetime, reason: str, by: str, now: datetime
) -> Silence:
    """From now on. Without matchers it is about everything. Raises ValueError, which says what is
    wrong."""
    for key, names in matchers.items():
        if key not in MATCHERS:
            raise ValueError(f'"{key}" is nothing to match; there are: {", ".join(MATCHERS)}')
        if isinstance(names, str) or not names or not all(names):
            raise ValueError(f"{key} names nothing; write {key}=NAME")
    if until <= now:
        raise ValueError("it would be over already; let it end later")
    if not reason.strip():
        raise ValueError("say why: those who ask later will want to know")
    return silences.add(tx, matchers, until, reason.strip(), by, now)


def listed(tx: sa.Connection, now: datetime) -> list[Silence]:
    """Those that are in force, the one that ends first at the top."""
    return silences.standing(tx, now)


def expire(tx: sa.Connection, number: int, by: str, now: datetime) -> Silence:
    """End it now; as it was. Raises LookupError where there is none of this number in force."""
    found = silences.one(tx, number)
    if found is None or found.until <= now:
        raise LookupError(f"there is no silence {number} in force")
    silences.end(tx, number, by, now)
    outbox.look_at_all_again(tx)
    return found


def match_of(matchers: Matchers) -> Match:
    names = {key: tuple(matchers.get(key, ())) for key in MATCHERS}
    return Match(
        brands=names["brand"],
        platforms=names["platform"],
        accounts=names["account"],
        targets=names["target"],
    )
