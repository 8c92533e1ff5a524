"""An account as the steps see it: what the configuration says of it, and its row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.config import Account as Settings
from monitor.domain.account import Account, Person
from monitor.domain.calendar import Calendar
from monitor.domain.target import Target
from monitor.domain.words import Wording
from monitor.http import Web
from monitor.ports.connector import Connector
from monitor.store.accounts import AccountRow

BLIND_POLLS = 3
"""So many polls must be missed before an account is called blind, however short its promises."""


@dataclass(frozen=True, slots=True)
class Watch:
    """An account under the configuration now in force, with its own connector.

    `targets` by their number in the store; `bounds` of the histograms, in seconds.
    """

    settings: Settings
    connector: Connector
    web: Web
    targets: Mapping[int, Target]
    bounds: Sequence[float]

    @property
    def name(self) -> str:
        return self.settings.name

    @property
    def interval(self) -> timedelta:
        """Between polls where nothing falls due."""
        return max(self.settings.poll, self.connector.least_gap)

    @property
    def patience(self) -> timedelta:
        """How long unread means blind: so long that a promise may break unseen (rule 8)."""
        tightest = min((target.within for target in self.targets.values()), default=timedelta(0))
        return max(tightest, BLIND_POLLS * self.interval)

    def is_blind(self, watermark: datetime | None, now: datetime) -> bool:
        return watermark is None or now - watermark > self.patience


@dataclass(frozen=True, slots=True)
class Desk:
    """What ingest and judge need of an account.

    `live_since` is when the first poll ended, None before: what was opened earlier is history.
    `is_silent`: what changes now is neither counted nor told, and a wait found now is history.
    """

    id: int
    name: str
    account: Account
    wording: Wording
    calendar: Calendar
    targets: Mapping[int, Target]
    bounds: Sequence[float]
    live_since: datetime | None
    is_silent: bool = False

    def is_live(self, at: datetime) -> bool:
        return self.live_since is not None and at >= self.live_since


def desk(watch: Watch, row: AccountRow) -> Desk:
    settings = watch.settings
    return Desk(
        id=row.id,
        name=row.name,
        account=account_of(settings, row.ids),
        wording=settings.wording,
        calendar=settings.calendar,
        targets=watch.targets,
        bounds=watch.bounds,
        live_since=row.live_since,
    )


def account_of(settings: Settings, ids: Mapping[str, str]) -> Account:
    """What the fold reads. `ids` are the platform's, by handle, as far as they are known."""
    presence = settings.presence
    return Account(
        me=Person(presence.handle, ids.get(presence.handle)),
        agents=tuple(Person(handle, ids.get(handle)) for handle in presence.agents),
        sisters=tuple(Person(handle, ids.get(handle)) for handle in presence.sisters),
        reopen_after=settings.reopen_after,
        burst=settings.burst,
    )
