"""What the rest of the program is given: a configuration that has been checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from monitor.config.installed import ConnectorSettings
from monitor.config.routing import Maintenance, NotifierEntry, Route
from monitor.domain.calendar import Calendar
from monitor.domain.rhythm import Rhythm
from monitor.domain.target import Target
from monitor.domain.words import Wording
from monitor.ports.connector import Connector, Presence

UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Retention:
    """How old texts and posts may become; None: they are kept for ever."""

    text: timedelta | None = None
    posts: timedelta | None = None


KEPT_FOR_EVER = Retention()


@dataclass(frozen=True, slots=True)
class Surge:
    """From which reach on, or which growth of it in ten minutes, a post that nobody has answered is
    worth telling; None: from none."""

    reach: int | None = None
    reach_per_10m: int | None = None


NO_SURGE = Surge()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account, with the targets that apply to it, each in its calendar.

    `polls` is False where posts come by import and API only. `sisters` are the names of the other
    accounts of its brand on its platform; their handles are in `presence`. `timezone` is that of
    the hours of the week, and of `digest`: when its figures are told, None for never.
    """

    name: str
    brand: str
    connector: str
    presence: Presence
    sisters: tuple[str, ...]
    poll: timedelta
    polls: bool
    calendar: Calendar
    targets: tuple[Target, ...]
    reopen_after: timedelta
    burst: timedelta
    wording: Wording = field(repr=False)
    settings: ConnectorSettings = field(repr=False)
    retention: Retention = KEPT_FOR_EVER
    timezone: ZoneInfo = UTC
    surge: Surge = NO_SURGE
    digest: Rhythm | None = None

    @property
    def platform(self) -> str:
        """The label of metrics, and what routes match."""
        return self.connector

    @property
    def history(self) -> timedelta:
        return self.presence.history

    def build(self, web: Any) -> Connector:
        """Its connector, which goes through `web` for all requests."""
        return self.settings.build(self.presence, web)


class Scope(StrEnum):
    """What a token or a login allows: to look, to change something, to hand in posts."""

    READ = "read"
    ACT = "act"
    INGEST = "ingest"


@dataclass(frozen=True, slots=True)
class Token:
    """What a program shows; `name` is for people."""

    name: str
    token: SecretStr
    scopes: frozenset[Scope]


@dataclass(frozen=True, slots=True)
class Login:
    """What a person shows."""

    user: str
    password: SecretStr
    scopes: frozenset[Scope]


@dataclass(frozen=True, slots=True)
class Http:
    """Where to serve, how people reach it, the host names (beside loopback) to ask for, and who
    may. Without tokens and logins everybody may read and act."""

    host: str
    port: int
    external_url: str
    hosts: tuple[str, ...]
    tokens: tuple[Token, ...] = ()
    basic: tuple[Login, ...] = ()


@dataclass(frozen=True, slots=True)
class Sandbox:
    """The simulated platform to be started."""

    host: str
    port: int
    seed: int
    customers: int
    languages: tuple[str, ...]
    speed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """One configuration file.

    `store_url` is one of SQLAlchemy's and may hold a password. `sessions` is None unless set.
    `calendars` has the one built in. `targets` has the presets; where one names no calendar it is
    always open here, but in that of the account among the account's own. Without `routes` all
    facts go to the log. `templates` is a folder of own texts.
    """

    path: Path
    store_url: str = field(repr=False)
    sessions: Path | None
    timezone: ZoneInfo
    http: Http
    sandbox: Sandbox | None
    calendars: Mapping[str, Calendar]
    targets: Mapping[str, Target]
    accounts: tuple[Account, ...]
    notifiers: Mapping[str, NotifierEntry] = field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    maintenance: tuple[Maintenance, ...] = ()
    heartbeat: SecretStr | None = None
    templates: Path | None = None
