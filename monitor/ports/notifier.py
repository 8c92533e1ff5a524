"""The contract of a notifier: it tells one place what is worth telling, and decides nothing.

A notifier is a configuration model found by the entry point `replywatch.notifiers`, whose name is
the key that chooses it (`{webhook: "https://..", secret: ".."}`); its `build(web, texts)` makes the
object that tells. It holds no database, route, schedule or retry. Failures are `FetchError`, as at
the way in: `reason.needs_a_person` says that trying again does not help.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, runtime_checkable
from zoneinfo import ZoneInfo

from monitor.ports.connector import Reason


class AlertKind(StrEnum):
    """A fact that is worth telling."""

    WARNING = "warning"
    BREACH = "breach"
    RECOVERED = "recovered"
    CORRECTED = "corrected"
    BLIND = "blind"
    BLIND_OVER = "blind_over"
    ACCOUNT_FAILING = "account_failing"
    ACCOUNT_RECOVERED = "account_recovered"
    NUDGED = "nudged"
    SURGE = "surge"
    DIGEST = "digest"


ENDS: Mapping[AlertKind, AlertKind] = {
    AlertKind.BLIND: AlertKind.BLIND_OVER,
    AlertKind.ACCOUNT_FAILING: AlertKind.ACCOUNT_RECOVERED,
}
"""What ends what is about an account itself."""


@dataclass(frozen=True, slots=True)
class Kept:
    """How often a promise was kept in the time that a digest is about."""

    target: str
    met: int
    due: int
    objective: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """The figures of one account from `since` to before `until`; `half_within` is Kaplan-Meier's
    median, None where it is not reached."""

    since: datetime
    until: datetime
    mentions: int
    opened: int
    answered: int
    still_open: int
    half_within: timedelta | None
    targets: Sequence[Kept]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One fact, with what a reader wants to know of it.

    `key` is the same for ever (`breach/17/airline-6m`); `at` is the instant that it is about. Text
    from outside stands here as it came: who writes it somewhere makes it inert there. `link` leads
    to our page, `url` to the post, if that is http or https. `count` is of waits that cannot be
    verified (blind) or of mentions (surge); `usual` is how many mentions there mostly are.
    """

    key: str
    kind: AlertKind
    at: datetime
    account: str
    brand: str
    platform: str
    link: str
    wait: int | None = None
    target: str | None = None
    within: timedelta | None = None
    due_at: datetime | None = None
    opened_at: datetime | None = None
    ended_at: datetime | None = None
    customer: str | None = None
    handle: str | None = None
    text: str | None = None
    language: str | None = None
    url: str | None = None
    nudges: int = 0
    reach: int | None = None
    growth: int | None = None
    acked_by: str | None = None
    late_detected: bool = False
    late_arrival: bool = False
    reason: Reason | None = None
    count: int | None = None
    usual: float | None = None
    digest: Digest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One message. `key` is the same however often it is tried.

    `items` are told in full, the worst first; `counts` tells how many facts of each kind it is
    about, those not told in full included. `zone` is in which its readers live.
    """

    key: str
    at: datetime
    items: Sequence[Item]
    counts: Mapping[AlertKind, int]
    zone: ZoneInfo
    held: bool = False
    """Gathered while its route was not active."""
    test: bool = False

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@runtime_checkable
class Notifier(Protocol):
    """Is told each thing once, or again after a failure."""

    def tell(self, notice: Notice) -> None:
        """Tell it, or raise FetchError."""
        ...


@runtime_checkable
class StandingNotifier(Protocol):
    """Is told again and again what stands: it keeps no outbox row, and gathers by itself.

    `every`: how often; what is not told again for some time is taken to be over.
    """

    every: timedelta

    def stand(self, firing: Sequence[Item], resolved: Sequence[Item], now: datetime) -> None:
        """All that holds now, and what has ended lately. Raises FetchError."""
        ...
