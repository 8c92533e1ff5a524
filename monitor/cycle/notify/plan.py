"""Who is told what, under the configuration now in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.config import Maintenance, Rate, Route, Subject
from monitor.cycle.desk import Watch
from monitor.http import Web
from monitor.ports.notifier import AlertKind, Notifier, StandingNotifier
from monitor.store.cases import Case
from monitor.store.outbox import Group


@dataclass(frozen=True, slots=True)
class Place:
    """A notifier, how often it may be told something, and its way to the web."""

    notifier: Notifier | StandingNotifier
    rate: Rate | None = None
    web: Web | None = None

    @property
    def is_standing(self) -> bool:
        return isinstance(self.notifier, StandingNotifier)

    def close(self) -> None:
        if self.web:
            self.web.close()


@dataclass(frozen=True, slots=True)
class Plan:
    """`routes` in their order, `places` and `watches` by name; `url` is where people find us."""

    routes: Sequence[Route]
    places: Mapping[str, Place]
    maintenance: Sequence[Maintenance]
    watches: Mapping[str, Watch]
    url: str
    zone: ZoneInfo

    @property
    def told_once(self) -> list[str]:
        """The notifiers that are told messages, and not what stands."""
        return [name for name, place in self.places.items() if not place.is_standing]

    def route(self, group: Group, at: datetime | None = None) -> Route | None:
        """The route by which this group is told; None if it is in force no more, or its notifier is
        told what stands. Of several that differ in their hours the first that is open at `at`, else
        the first."""
        if group.notifier not in self.told_once:
            return None
        mine = [one for one in self.routes if group.notifier in one.to and one.key == group.route]
        is_open = (one for one in mine if at and one.is_open(at))
        return next(is_open, mine[0] if mine else None)

    def closed(self, notifier: str, at: datetime) -> list[str]:
        """The keys of the routes by which it is told nothing then."""
        mine = [one for one in self.routes if notifier in one.to]
        is_open = {one.key for one in mine if one.is_open(at)}
        return [one.key for one in mine if one.key not in is_open]

    def zone_of(self, route: Route) -> ZoneInfo:
        """In which its readers live."""
        return route.active.timezone if route.active else self.zone

    def subject(self, case: Case) -> Subject:
        """What a fact is about. Its account is configured."""
        settings, wait = self.watches[case.account].settings, case.wait
        return Subject(
            account=case.account,
            brand=settings.brand,
            platform=settings.platform,
            target=case.target,
            language=wait.language if wait else None,
            surface=wait.surface if wait else None,
            reach=(wait.reach or 0) if wait else 0,
        )

    def routes_for(self, case: Case) -> list[Route]:
        """The first route that a fact fits, and those below it as long as one says `continue`."""
        found: list[Route] = []
        subject = self.subject(case)
        is_late = case.wait is not None and case.wait.late_arrival
        for route in self.routes:
            if case.kind not in route.on or (is_late and not route.late_arrivals):
                continue
            if route.match.fits(subject):
                found.append(route)
                if not route.goes_on:
                    break
        return found


def everything_to(*names: str) -> Route:
    """The only route of who has written none: everything, as it comes."""
    return Route(on=frozenset(AlertKind), to=names, group_interval=timedelta(0))
