"""Routes that no fact can take: to leave them in would be to believe that somebody is told."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from monitor.config.document import DocumentSection
from monitor.config.problems import Complaint
from monitor.config.routes import MatchSection, QuietMatchSection
from monitor.config.routing import EVERYTHING


def unreachable(sections: DocumentSection) -> Iterator[Complaint]:
    taken: set[tuple[str, bool]] = set()
    """Kinds, of late arrivals or not, that a route before takes whatever they are about."""
    for position, route in enumerate(sections.routes):
        place = ("routes", position)
        if not _fits_an_account(route.match, sections):
            yield (*place, "match"), "fits no account: none has all of this"
        mine = {*product(map(str, route.on), {False, route.late_arrivals})}
        if mine <= taken:
            yield (
                place,
                "is never reached: routes above take all of it; give those `continue: true`",
            )
        if not route.goes_on and route.match.built() == EVERYTHING:
            taken |= mine
    for position, entry in enumerate(sections.maintenance):
        if entry.match and not _fits_an_account(entry.match, sections):
            yield ("maintenance", position, "match"), "fits no account: none has all of this"


def _fits_an_account(match: MatchSection | QuietMatchSection, sections: DocumentSection) -> bool:
    return any(
        (not match.brand or (account.brand or account.name) in match.brand)
        and (not match.platform or account.connector in match.platform)
        and (not match.account or account.name in match.account)
        for account in sections.accounts
    )
