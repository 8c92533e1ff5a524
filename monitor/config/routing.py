"""Who is told what, as the configuration says it: values that have been checked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from monitor.config.installed import NotifierSettings
from monitor.domain.calendar import Calendar
from monitor.domain.duration import written
from monitor.domain.post import LATEST
from monitor.domain.target import speaks
from monitor.ports.notifier import AlertKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a fact is about, as far as somebody may choose by it. `target`, `language` and `surface`
    are None where it is not about a wait."""

    account: str
    brand: str
    platform: str
    target: str | None = None
    language: str | None = None
    surface: str | None = None
    reach: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Which subjects are meant: each key that is not empty must fit."""

    brands: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    surfaces: tuple[str, ...] = ()
    min_reach: int = 0

    def fits(self, subject: Subject) -> bool:
        return (
            _among(subject.brand, self.brands)
            and _among(subject.platform, self.platforms)
            and _among(subject.account, self.accounts)
            and _among(subject.target, self.targets)
            and _among(subject.surface, self.surfaces)
            and speaks(subject.language, self.languages)
            and subject.reach >= self.min_reach
        )


EVERYTHING = Match()


def _among(value: str | None, wanted: Collection[str]) -> bool:
    return not wanted or value in wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Facts of the kinds `on` about what `match` means go to the notifiers `to`.

    `after`: so long after what the fact is about, if that still stands then. `active`: outside it
    all is held. `max_repeats` None: until it is over.
    """

    on: frozenset[AlertKind]
    to: tuple[str, ...]
    match: Match = EVERYTHING
    after: timedelta = timedelta(0)
    repeat_every: timedelta | None = None
    max_repeats: int | None = None
    active: Calendar | None = None
    group_interval: timedelta = timedelta(seconds=30)
    late_arrivals: bool = False
    goes_on: bool = False
    """`continue`: the routes below are tried too."""

    @property
    def key(self) -> str:
        """Tells the route apart in the store. It stays when the route is moved, or told otherwise
        (in other hours, more often, to others); what it is about makes it another."""
        about = (sorted(self.on), self.match, written(self.after), self.late_arrivals)
        return sha256(repr(about).encode()).hexdigest()[:12]

    def is_open(self, at: datetime) -> bool:
        """Whether somebody is told by it then, and nothing held."""
        return self.active is None or self.active.is_open(at)

    def opens_at(self, at: datetime) -> datetime:
        """The first instant at or after `at` at which somebody is told by it; the end of time where
        none comes."""
        try:
            return self.active.opens_at(at) if self.active else at
        except ValueError:
            return LATEST


@dataclass(frozen=True, slots=True)
class Maintenance:
    """While its calendar is open, nobody is told about what `match` means."""

    name: str
    calendar: Calendar
    match: Match = EVERYTHING


@dataclass(frozen=True, slots=True)
class Rate:
    """At most so many messages in any span so long."""

    count: int
    per: timedelta


@dataclass(frozen=True, slots=True)
class NotifierEntry:
    """A notifier under its name: its kind, its own keys, and those that every notifier has."""

    name: str
    kind: str
    settings: NotifierSettings = field(repr=False)
    language: str = "en"
    rate: Rate | None = None
    line: int = 1
    """Of the file."""
