"""What the simulated server stores: accounts, statuses, notifications. It decides nothing.

Follows Mastodon 4.3 as observed: status ids are snowflakes of their time, notification ids small
integers with gaps; with a status its notifications vanish, while its replies stay.
"""

from __future__ import annotations

import re
from bisect import insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import takewhile
from random import Random

from monitor.sandbox.pace import UNKNOWN, Fame
from monitor.sandbox.people import Person

MENTION = re.compile(r"(?<![=/\w])@([A-Za-z0-9_]+)")


class Visibility(StrEnum):
    PUBLIC = "public"
    DIRECT = "direct"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A post, or a boost of one (`boost_of`, without text). `names` are those linked in its text.

    `parent_author_id` outlives the parent; whether the parent still exists, ask `Instance.status`.
    """

    id: int
    author: Person
    text: str
    created_at: datetime
    language: str
    visibility: Visibility = Visibility.PUBLIC
    parent_id: int | None = None
    parent_author_id: int | None = None
    names: Sequence[Person] = ()
    fame: Fame = UNKNOWN
    edited_at: datetime | None = None
    boost_of: int | None = None


@dataclass(frozen=True, slots=True)
class Notification:
    """What an account is told. `kind` is Mastodon's type; only a follow has no status."""

    id: int
    kind: str
    created_at: datetime
    sender: Person
    status_id: int | None
    filtered: bool = False


class Instance:
    """The tables. All lists are ascending by id."""

    def __init__(self, people: Iterable[Person], listeners: Iterable[Person], rng: Random) -> None:
        everyone = list(people)
        self._rng = rng
        self._people = {person.id: person for person in everyone}
        self._by_name = {person.username.casefold(): person for person in everyone}
        self._statuses: dict[int, Status] = {}
        self._by_author: dict[int, list[Status]] = {person.id: [] for person in everyone}
        self._replies: dict[int, list[int]] = {}
        self._inboxes: dict[int, list[Notification]] = {person.id: [] for person in listeners}
        self._last_id = 0
        self._last_notification_id = 0

    def find(self, username: str) -> Person | None:
        return self._by_name.get(username.casefold())

    def person(self, number: int) -> Person | None:
        return self._people.get(number)

    def status(self, number: int | None) -> Status | None:
        return None if number is None else self._statuses.get(number)

    def statuses_of(self, person: Person) -> Sequence[Status]:
        return self._by_author[person.id]

    def inbox_of(self, person: Person) -> Sequence[Notification]:
        return self._inboxes[person.id]

    def listens(self, person: Person) -> bool:
        """Whether this account's notifications are kept: only those of accounts with a token."""
        return person.id in self._inboxes

    def publish(
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
        """Store a post. A reply to one's own reply still names whom that one answered."""
        status = Status(
            id=self._next_id(at),
            author=author,
            text=text,
            created_at=at,
            language=language,
            visibility=visibility,
            parent_id=parent.id if parent else None,
            parent_author_id=_answers(author, parent),
            names=self._names(text),
            fame=fame,
        )
        self._store(status)
        return status

    def boost(self, author: Person, status: Status, at: datetime) -> None:
        number = self._next_id(at)
        self._store(
            Status(
                id=number,
                author=author,
                text="",
                created_at=at,
                language=status.language,
                boost_of=status.id,
            )
        )

    def edit(self, number: int, text: str, at: datetime) -> Sequence[Person]:
        """Change a post's text. Returns whom it names now and did not name before."""
        old = self._statuses[number]
        new = replace(old, text=text, edited_at=at, names=self._names(text))
        self._statuses[number] = new
        mine = self._by_author[old.author.id]
        mine[mine.index(old)] = new
        return [person for person in new.names if person not in old.names]

    def delete(self, number: int) -> None:
        status = self._statuses.pop(number)
        self._by_author[status.author.id].remove(status)
        self._replies.pop(number, None)
        for inbox in self._inboxes.values():
            inbox[:] = [told for told in inbox if told.status_id != number]

    def forget(self, keep: int, older_than: datetime) -> None:
        """Drop the oldest posts, beyond `keep` of them and those of before `older_than`."""
        many = max(len(self._statuses) - keep, 0)
        oldest = enumerate(self._statuses.values())
        old = takewhile(lambda each: each[0] < many or each[1].created_at < older_than, oldest)
        gone = [status for _, status in old]
        for status in gone:
            del self._statuses[status.id]
            self._by_author[status.author.id].remove(status)
            self._replies.pop(status.id, None)
        for inbox in self._inboxes.values() if gone else ():
            inbox[:] = [told for told in inbox if self._is_live(told, older_than)]

    def next_notification_id(self) -> int:
        """With gaps: other people on the server are notified too."""
        self._last_notification_id += self._rng.randint(1, 4)
        return self._last_notification_id

    def tell(self, person: Person, notification: Notification) -> None:
        """Show a notification to its owner, unless its status is gone by now."""
        if notification.status_id is None or notification.status_id in self._statuses:
            insort(self._inboxes[person.id], notification, key=lambda told: told.id)

    def replies_to(self, status: Status) -> list[Status]:
        """The replies that are still there, oldest first."""
        numbers = self._replies.get(status.id, ())
        return [self._statuses[number] for number in numbers if number in self._statuses]

    def ancestors(self, status: Status) -> list[Status]:
        """From the first post of the thread down to the parent, as far as they are known."""
        above: list[Status] = []
        parent = self.status(status.parent_id)
        while parent is not None:
            above.append(parent)
            parent = self.status(parent.parent_id)
        return above[::-1]

    def descendants(self, status: Status, depth: int) -> Iterator[Status]:
        """What is below, depth first: a branch to its end, then the next; not by time."""
        if depth <= 0:
            return
        for reply in self.replies_to(status):
            yield reply
            yield from self.descendants(reply, depth - 1)

    def __len__(self) -> int:
        return len(self._statuses)

    def _store(self, status: Status) -> None:
        self._statuses[status.id] = status
        self._by_author[status.author.id].append(status)
        if status.parent_id is not None:
            self._replies.setdefault(status.parent_id, []).append(status.id)

    def _next_id(self, at: datetime) -> int:
        snowflake = int(at.timestamp() * 1000) << 16 | self._rng.getrandbits(16)
        self._last_id = max(snowflake, self._last_id + 1)
        return self._last_id

    def _names(self, text: str) -> Sequence[Person]:
        found = (self.find(username) for username in MENTION.findall(text))
        return tuple(dict.fromkeys(person for person in found if person is not None))

    def _is_live(self, told: Notification, older_than: datetime) -> bool:
        if told.status_id is None:
            return told.created_at >= older_than
        return told.status_id in self._statuses


def may_see(viewer: Person | None, status: Status) -> bool:
    """Direct posts are for their author and those whom they name."""
    if status.visibility is Visibility.PUBLIC:
        return True
    return viewer is not None and (viewer == status.author or viewer in status.names)


def _answers(author: Person, parent: Status | None) -> int | None:
    if parent is None:
        return None
    if parent.author == author and parent.parent_author_id is not None:
        return parent.parent_author_id
    return parent.author.id
