"""One wait, as the page shows it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from monitor.domain.calendar import ALWAYS
from monitor.domain.post import Surface
from monitor.domain.target import Target
from monitor.domain.wait import Kind
from monitor.report.cleaning import web_address
from monitor.store.board import OpenWait
from monitor.store.instants import instant
from monitor.web.wallboard.moment import Place
from monitor.web.wallboard.state import WORDS, State

FIRST_WORDS = 280
LONGEST_NAME = 80

SURGE = 1_000
"""So much more reach in ten minutes stands out."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\s]+")


@dataclass(frozen=True, slots=True)
class Row:
    """Two that are equal look the same, but for the time that runs. `due_at` is of the promise that
    decides, None where none applies; `opens_at` is set while its desk is closed."""

    wait: OpenWait
    name: str
    handle: str
    words: str
    link: str | None
    brand: str
    platform: str
    state: State
    is_blind: bool
    target: Target | None
    due_at: datetime | None
    others: tuple[str, ...]
    opens_at: datetime | None

    @property
    def number(self) -> int:
        return self.wait.number

    @property
    def state_word(self) -> str:
        return WORDS[self.state]

    @property
    def doubt(self) -> str:
        """Why an unconfirmed one is so."""
        return "monitor blind" if self.is_blind else "being checked"

    @property
    def is_private(self) -> bool:
        return self.wait.surface == Surface.MESSAGE

    @property
    def growth(self) -> int:
        if self.wait.reach is None or self.wait.reach_before is None:
            return 0
        return max(self.wait.reach - self.wait.reach_before, 0)

    @property
    def is_surging(self) -> bool:
        return self.growth > SURGE

    @property
    def tags(self) -> list[str]:
        """What is out of the ordinary about it."""
        wait, found = self.wait, []
        if wait.rating is not None:
            found.append(f"{wait.rating} of 5 stars")
        if self.is_private:
            found.append("private")
        if wait.kind == Kind.FOLLOW_UP:
            found.append("follow-up")
        if not wait.live:
            found.append("from before the start")
        if self.opens_at:
            found.append("desk closed")
        return found

    def used(self, now: datetime) -> float:
        """How much of the promise is used up, in percent of its open time."""
        if self.target is None:
            return 0.0
        spent = self.target.calendar.between(self.wait.opened_at, now)
        return min(100.0, 100 * (spent / self.target.within))


def row(place: Place, wait: OpenWait, now: datetime, *, is_blind: bool) -> Row:
    settings, owed = place.watch.settings, place.owed
    target = place.watch.targets.get(owed.target_id) if owed else None
    promises = (place.watch.targets.get(one.target_id) for one in place.brief.dues if one != owed)
    return Row(
        wait=wait,
        name=line(wait.customer_name, LONGEST_NAME),
        handle=line(wait.customer_handle, LONGEST_NAME),
        words=line(wait.text, FIRST_WORDS),
        link=web_address(wait.url),
        brand=settings.brand,
        platform=settings.platform,
        state=place.state,
        is_blind=is_blind,
        target=target,
        due_at=instant(owed.due_at) if owed else None,
        others=tuple(each.name for each in islice(promises, 9) if each),
        opens_at=_opens_at(target, now),
    )


def line(text: str, most: int) -> str:
    """What people wrote, as one line without control characters."""
    return _CONTROL.sub(" ", text[: 10 * most]).strip()[:most]


def _opens_at(target: Target | None, now: datetime) -> datetime | None:
    """When the desk next opens, if it is closed."""
    if target is None or target.calendar is ALWAYS or target.calendar.is_open(now):
        return None
    return target.calendar.opens_at(now)
