"""How it stands with an account's reading."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.cycle.desk import Watch
from monitor.cycle.poll import clock_error
from monitor.store.accounts import AccountRow


@dataclass(frozen=True, slots=True)
class Standing:
    """`clock_error` is zero while the clocks agree."""

    name: str
    read_until: datetime | None
    blind: bool
    clock_error: timedelta
    reason: str | None
    next_poll_at: datetime | None


def standing(watch: Watch, row: AccountRow, watermark: datetime | None, now: datetime) -> Standing:
    wrong = clock_error(row.clock_offset)
    is_observed = watch.settings.polls or row.live_since is not None
    is_blind = is_observed and (bool(wrong) or watch.is_blind(watermark, now))
    return Standing(watch.name, watermark, is_blind, wrong, row.reason, row.next_poll_at)
