"""All figures of one account over one window, read from the store in one go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from monitor.domain.post import EARLIEST
from monitor.report.classes import Classes
from monitor.report.heat import Heat
from monitor.report.languages import spoken
from monitor.report.numbers import Asked, Late, Lateness, Subject, judged, opened
from monitor.report.observation import Observation, observation
from monitor.report.sums import Sums, total
from monitor.store import accounts
from monitor.store.history import TargetRow

WORST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Of one account; `by_language` holds the `sums` in parts."""

    subject: Subject
    account_id: int
    observation: Observation
    sums: Sums
    by_language: Mapping[str | None, Sums]
    heat: Heat
    classes: Classes
    worst: Sequence[Late]


def gathered(
    tx: sa.Connection,
    subject: Subject,
    asked: Asked,
    known: Mapping[int, TargetRow],
    zone: ZoneInfo,
    now: datetime,
) -> Gathered:
    """Raises LookupError where the database has no such account."""
    account_id = accounts.one(tx, subject.name).id
    seen = observation(tx, account_id, asked.since, asked.until)
    watermark = seen.watermark or EARLIEST
    parts: defaultdict[str | None, Sums] = defaultdict(Sums)
    heat, classes, late = Heat(zone), Classes(), Lateness(known, seen.watermark)
    for wait, length in opened(tx, account_id, asked, known, seen.watermark, spoken=True):
        parts[spoken(wait.lang)].take(wait, length)
        classes.take(wait, length, watermark)
        heat.take(wait.opened_at)
    for due, verdict in judged(tx, account_id, asked, known, seen.watermark, now, spoken=True):
        parts[spoken(due.lang)].take_due(due, verdict)
        heat.take_due(due.opened_at, verdict)
        late.take(due, verdict)
    return Gathered(
        subject=subject,
        account_id=account_id,
        observation=seen,
        sums=total(parts.values()),
        by_language=parts,
        heat=heat,
        classes=classes,
        worst=late.worst(WORST),
    )
