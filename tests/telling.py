"""Somebody who is told, and the whole way there at one instant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from connectors.inbox import Inbox, InboxConfig
from monitor.config import Account, Maintenance, Rate, Route
from monitor.cycle.desk import Watch
from monitor.cycle.notify import Place, Plan, everything_to
from monitor.cycle.notify.adopting import adopt, rehouse
from monitor.cycle.notify.composing import compose
from monitor.cycle.notify.routing import route
from monitor.cycle.notify.sending import send
from monitor.domain.calendar import ALWAYS
from monitor.domain.words import Wording
from monitor.http import Web
from monitor.ports.connector import FetchError, Presence
from monitor.ports.notifier import Item, Notice, Notifier, StandingNotifier
from monitor.store.database import Store

UTC = ZoneInfo("UTC")


class Ears:
    """A notifier. `fails`: with what; `hears`, `then`: what happens before it is told, after it."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []
        self.tried: list[str] = []
        self.fails: FetchError | Exception | None = None
        self.hears: Callable[[], object] = lambda: None
        self.then: Callable[[], object] = lambda: None

    def tell(self, notice: Notice) -> None:
        self.tried.append(notice.key)
        self.hears()
        if self.fails:
            raise self.fails
        self.notices.append(notice)
        self.then()

    @property
    def heard(self) -> list[list[str]]:
        """The keys of each message's facts."""
        return [[item.key for item in notice.items] for notice in self.notices]

    @property
    def facts(self) -> list[str]:
        return [key for keys in self.heard for key in keys]


class Board:
    """A standing notifier."""

    every = timedelta(minutes=1)

    def __init__(self) -> None:
        self.fires: list[str] = []
        self.ended: list[str] = []
        self.told = 0
        self.fails: FetchError | None = None

    def stand(self, firing: Iterable[Item], resolved: Iterable[Item], now: datetime) -> None:
        if self.fails:
            raise self.fails
        self.told += 1
        self.fires = [item.key for item in firing]
        self.ended = [item.key for item in resolved]


def watch(name: str = "acme", brand: str = "Acme", platform: str = "inbox") -> Watch:
    """An account as routes see it."""
    settings = Account(
        name=name,
        brand=brand,
        connector=platform,
        presence=Presence(name),
        sisters=(),
        poll=timedelta(minutes=1),
        polls=False,
        calendar=ALWAYS,
        targets=(),
        reopen_after=timedelta(hours=24),
        burst=timedelta(minutes=2),
        wording=Wording(),
        settings=InboxConfig(),
        timezone=UTC,
    )
    return Watch(settings, Inbox(), Web(_no_clock), {}, ())


def _no_clock() -> datetime:
    raise AssertionError("nothing is asked of the web")


def plan_of(
    places: Mapping[str, Notifier | StandingNotifier],
    *routes: Route,
    maintenance: Iterable[Maintenance] = (),
    watches: Mapping[str, Watch] | None = None,
    rate: Rate | None = None,
) -> Plan:
    """Everything to everybody, at once, unless there are routes."""
    return Plan(
        routes=routes or (everything_to(*places),),
        places={name: Place(notifier, rate) for name, notifier in places.items()},
        maintenance=tuple(maintenance),
        watches={"acme": watch()} if watches is None else watches,
        url="https://care.example",
        zone=UTC,
    )


def plan_to(ears: Ears, *routes: Route, watches: Mapping[str, Watch] | None = None) -> Plan:
    """All that is told goes to `room`."""
    return plan_of({"room": ears}, *routes, watches=watches)


def begin(store: Store, plan: Plan, now: datetime) -> None:
    adopt(store, plan, now, alone=True)


def tell(store: Store, plan: Plan, now: datetime, holder: str = "me") -> None:
    """Route, compose and tell what is to be told now."""
    rehouse(store, plan, now)
    route(store, plan, now)
    compose(store, plan, now)
    for name, place in plan.places.items():
        while not place.is_standing and send(store, plan, name, holder, lambda: now):
            pass
