"""Where the simulated people act: what is planned, what they say, who is told of it, and when."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from random import Random

from monitor.sandbox.instance import Instance, Notification, Status, Visibility
from monitor.sandbox.pace import UNKNOWN, Fame
from monitor.sandbox.people import Brand, Cast, Person
from monitor.sandbox.phrases import load

Action = Callable[[datetime], None]

# A notification is written by a job of its own and shown within the second.
JOB_SECONDS = (0.1, 0.6)
SLOW_COMMIT_SHARE = 0.1
SLOW_COMMIT = timedelta(milliseconds=250)
FAVOURITE_SHARE = 0.2
FOLLOW_SHARE = 0.03


class Agenda:
    """What is planned, by its instant. Instants are cut to milliseconds, as the wire shows them."""

    def __init__(self) -> None:
        self._planned: list[tuple[datetime, int, Action]] = []
        self._order = count()

    def add(self, at: datetime, action: Action) -> None:
        at = at.replace(microsecond=at.microsecond // 1000 * 1000)
        heapq.heappush(self._planned, (at, next(self._order), action))

    def run_until(self, now: datetime) -> None:
        """Do all that is planned up to `now`, and what that plans in turn, in order of time."""
        while self._planned and self._planned[0][0] <= now:
            at, _, action = heapq.heappop(self._planned)
            action(at)


class Stage:
    """Everything that an actor needs. All chance comes from `rng`, in the order of the agenda."""

    def __init__(self, cast: Cast, instance: Instance, rng: Random) -> None:
        self.cast = cast
        self.instance = instance
        self.rng = rng
        self.agenda = Agenda()
        self.strain: Callable[[Brand, datetime], float] = lambda _brand, _at: 1.0

    def later(self, at: datetime, least: float, most: float, action: Action) -> None:
        """Plan for `least` to `most` seconds after `at`."""
        self.agenda.add(at + timedelta(seconds=self.rng.uniform(least, most)), action)

    def phrase(self, language: str, section: str, **slots: str) -> str:
        return load(language).pick(section, self.rng, **slots)

    def companion(self, person: Person) -> Person:
        """Somebody else who speaks this person's language."""
        others = [
            other
            for other in self.cast.customers
            if other.language == person.language and other != person
        ]
        return self.rng.choice(others)

    def say(
        self,
        author: Person,
        text: str,
        at: datetime,
        *,
        language: str,
        parent: Status | None = None,
        visibility: Visibility = Visibility.PUBLIC,
        fame: Fame = UNKNOWN,
    ) -> Status:
        """Post. A reply begins with the handles that Mastodon copies into it."""
        if parent is not None:
            text = f"{handles(author, parent)}{text}"
        status = self.instance.publish(
            author, text, at, language=language, parent=parent, visibility=visibility, fame=fame
        )
        for person in status.names:
            self._mention(person, status, at)
        if self.instance.listens(author):
            self._applaud(status, at)
        return status

    def correct(self, status: Status, text: str, at: datetime) -> None:
        """Edit. Who is named for the first time is notified now."""
        for person in self.instance.edit(status.id, text, at):
            self._mention(person, status, at)

    def _mention(self, person: Person, status: Status, at: datetime) -> None:
        if person != status.author:
            private = status.visibility is Visibility.DIRECT
            self._notify(person, "mention", status.author, status.id, at, filtered=private)

    def _applaud(self, status: Status, at: datetime) -> None:
        for kind, share in (("favourite", FAVOURITE_SHARE), ("follow", FOLLOW_SHARE)):
            if self.rng.random() < share:
                fan = self.rng.choice(self.cast.customers)
                about = status.id if kind == "favourite" else None
                self.later(at, 5, 300, partial(self._notify, status.author, kind, fan, about))

    def _notify(
        self,
        person: Person,
        kind: str,
        sender: Person,
        about: int | None,
        at: datetime,
        *,
        filtered: bool = False,
    ) -> None:
        if not self.instance.listens(person):
            return

        def job(at: datetime) -> None:
            number = self.instance.next_notification_id()
            told = Notification(number, kind, at, sender, about, filtered)
            if self.rng.random() < SLOW_COMMIT_SHARE:
                self.agenda.add(at + SLOW_COMMIT, lambda _at: self.instance.tell(person, told))
            else:
                self.instance.tell(person, told)

        self.later(at, *JOB_SECONDS, job)


def handles(author: Person, parent: Status) -> str:
    """Whom a reply names unless its author removes it: the parent's author and all it named."""
    named = dict.fromkeys((parent.author, *parent.names))
    return "".join(f"@{person.username} " for person in named if person != author)
