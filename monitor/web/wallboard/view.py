"""What is seen through one filter: the rows that are shown, and the head above them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.store.board import OpenWait
from monitor.store.instants import instant
from monitor.web.wallboard.figures import Figures
from monitor.web.wallboard.filter import Filter, language_of
from monitor.web.wallboard.moment import NEVER, Moment, Place, Standing, of_state
from monitor.web.wallboard.row import LONGEST_NAME, Row, line, row
from monitor.web.wallboard.state import LOOSE, State

MOST_SHOWN = 300
"""Rows on a page. Nobody reads further down; how many more there are is said."""

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Oldest:
    """Who has waited the longest."""

    number: int
    name: str
    lang: str | None
    opened_at: datetime
    acked_by: str | None


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above the rows. Two that are equal look the same, but for the time that runs.

    `counts` by state, through the filter but in any state; `outside` is who waits whom the filter
    hides, and how many of them are overdue. `more` rows are not shown, the next of them due at
    `more_due_at`. `read_until` is the least of all accounts, to the minute.
    """

    counts: Mapping[str, int]
    overdue_loose: int
    outside: tuple[int, int]
    more: int
    more_due_at: datetime | None
    oldest: Oldest | None
    troubled: tuple[Standing, ...]
    unconfirmed: Mapping[str, int]
    accounts: int
    read_until: datetime | None
    languages: tuple[str, ...]
    figures: Figures

    @property
    def waiting(self) -> int:
        return sum(self.counts[state] for state in State)

    @property
    def blind(self) -> list[Standing]:
        return [one for one in self.troubled if one.is_blind]


@dataclass(frozen=True, slots=True)
class View:
    """`changes_at`: the first instant, in microseconds, at which a row changes by itself."""

    moment: Moment
    at: datetime
    filter: Filter
    rows: tuple[Row, ...]
    head: Head
    changes_at: int


@dataclass(frozen=True, slots=True)
class Sight:
    """Who is seen through one filter, before whole rows are read."""

    filter: Filter
    places: Sequence[Place]
    """Through the filter but in any state."""
    chosen: Sequence[Place]
    """Of them in the filter's state, in order."""
    all_places: Sequence[Place]
    """Through no filter at all."""

    @property
    def shown(self) -> Sequence[Place]:
        return self.chosen[:MOST_SHOWN]

    @property
    def oldest(self) -> Place | None:
        return min(self.places, key=lambda one: one.brief.opened_at, default=None)

    @property
    def numbers(self) -> set[int]:
        """The waits that must be read whole."""
        found = {one.brief.number for one in self.shown}
        return found | ({self.oldest.brief.number} if self.oldest else set())


def sight(moment: Moment, filter_: Filter, now: datetime) -> Sight:
    places = moment.seen(filter_, now)
    return Sight(filter_, places, of_state(places, filter_.state), moment.seen(Filter(), now))


def view(
    seen: Sight,
    moment: Moment,
    whole: Mapping[int, OpenWait],
    figures: Figures,
    now: datetime,
) -> View:
    """What was answered since the moment is not among the `whole` any more, nor shown."""
    standings = moment.standings(seen.filter, now)
    blind = {one.name for one in standings if one.is_blind}
    rows = [
        row(place, whole[place.brief.number], now, is_blind=place.watch.name in blind)
        for place in seen.shown
        if place.brief.number in whole
    ]
    return View(
        moment=moment,
        at=now,
        filter=seen.filter,
        rows=tuple(rows),
        head=_head(seen, standings, whole, figures),
        changes_at=_changes_at(seen),
    )


def _changes_at(seen: Sight) -> int:
    every = [*seen.places, *seen.all_places]
    return min((one.changes_at for one in every), default=NEVER)


def _head(
    seen: Sight,
    standings: Sequence[Standing],
    whole: Mapping[int, OpenWait],
    figures: Figures,
) -> Head:
    counts: Counter[str] = Counter(dict.fromkeys((*State, LOOSE), 0))
    counts.update(place.state for place in seen.places)
    loose = [place for place in seen.places if place.brief.acked_by is None]
    counts[LOOSE] = len(loose)
    rest = seen.chosen[MOST_SHOWN:]
    return Head(
        counts=dict(counts),
        overdue_loose=sum(place.state is State.OVERDUE for place in loose),
        outside=_outside(seen),
        more=len(rest),
        more_due_at=_due_at(rest[0]) if rest else None,
        oldest=_oldest(seen.oldest, whole),
        troubled=tuple(one for one in standings if one.is_blind or one.reason),
        unconfirmed=Counter(
            place.watch.name for place in seen.places if place.state is State.UNCONFIRMED
        ),
        accounts=len(standings),
        read_until=_read_until(standings),
        languages=_languages(seen),
        figures=figures,
    )


def _outside(seen: Sight) -> tuple[int, int]:
    late = sum(one.state is State.OVERDUE for one in seen.all_places)
    chosen_late = sum(one.state is State.OVERDUE for one in seen.chosen)
    return len(seen.all_places) - len(seen.chosen), late - chosen_late


def _due_at(place: Place) -> datetime | None:
    return instant(place.owed.due_at) if place.owed else None


def _oldest(place: Place | None, whole: Mapping[int, OpenWait]) -> Oldest | None:
    wait = whole.get(place.brief.number) if place else None
    if wait is None:
        return None
    name = line(wait.customer_name, LONGEST_NAME)
    return Oldest(wait.number, name, wait.lang, wait.opened_at, wait.acked_by)


def _read_until(standings: Sequence[Standing]) -> datetime | None:
    known = [one.read_until for one in standings if one.read_until and not one.is_blind]
    least = min(known, default=None)
    return least.replace(second=0, microsecond=0) if least else None


def _languages(seen: Sight) -> tuple[str, ...]:
    """Those in which somebody waits, and the one that is asked for."""
    spoken = {language_of(place.brief.lang) for place in seen.all_places}
    return tuple(sorted({*spoken, seen.filter.language} - {""}))
