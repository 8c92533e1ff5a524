"""Who speaks: the account, its agents, its sisters, and everybody else (rules 1 and 2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto

from monitor.domain.post import KnownPost, bare_handle

_BY_HANDLE = "\0@"
"""Before a handle that stands for an id not seen yet: no platform's ids begin so."""


class Role(Enum):
    ACCOUNT = auto()
    AGENT = auto()
    SISTER = auto()
    CUSTOMER = auto()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody named in the configuration; the id is known once the platform has told it."""

    handle: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """The settings of an account that the fold reads.

    `reopen_after`: a longer silence begins a new wait. `burst`: what follows an answer within it
    had crossed the answer.
    """

    me: Person
    agents: tuple[Person, ...] = ()
    sisters: tuple[Person, ...] = ()
    reopen_after: timedelta = timedelta(hours=24)
    burst: timedelta = timedelta(minutes=2)

    def people(self) -> Iterable[tuple[Person, Role]]:
        """Everybody configured; who is listed twice is what the first entry says."""
        yield self.me, Role.ACCOUNT
        yield from ((agent, Role.AGENT) for agent in self.agents)
        yield from ((sister, Role.SISTER) for sister in self.sisters)


class Cast:
    """Who is who in one conversation. People go by keys: an author's id, or a marked handle of a
    configured person whose id has not been seen.

    A configured person is known by id; by handle only where no id is known.
    """

    def __init__(self, account: Account, posts: Iterable[KnownPost]) -> None:
        self._roles: dict[str, Role] = {}
        self._keys: dict[str, tuple[str, ...]] = {}
        handles: defaultdict[str, set[str]] = defaultdict(set)
        self._authors = set()
        self._unidentified = set()
        for post in posts:
            self._authors.add(post.author_id)
            handles[bare_handle(post.author_handle)].add(post.author_id)
        for person, role in account.people():
            handle = bare_handle(person.handle)
            known = {person.id} if person.id else handles.get(handle, set())
            for key in (*known, _BY_HANDLE + handle):
                self._roles.setdefault(key, role)
            if not person.id:
                self._unidentified.add(_BY_HANDLE + handle)
        self._handles = handles

    def role(self, key: str) -> Role:
        return self._roles.get(key, Role.CUSTOMER)

    def is_account(self, key: str) -> bool:
        return self._roles.get(key) is Role.ACCOUNT

    def names_account(self, name: str) -> bool:
        """Whether a name may name the account."""
        return any(map(self.is_account, self.keys(name)))

    def key(self, author_id: str) -> str:
        """Of an author who may not have been seen."""
        by_handle = _BY_HANDLE + bare_handle(author_id)
        is_id = author_id in self._authors or by_handle not in self._unidentified
        return author_id if is_id else by_handle

    def keys(self, name: str) -> tuple[str, ...]:
        """Whom a name names: mostly one, several where a handle has changed hands."""
        found = self._keys.get(name)
        if found is None:
            found = self._keys[name] = self._found(name)
        return found

    def _found(self, name: str) -> tuple[str, ...]:
        if name in self._authors or name in self._roles:
            return (name,)
        handle = bare_handle(name)
        if _BY_HANDLE + handle in self._roles:
            return (_BY_HANDLE + handle,)
        return tuple(sorted(self._handles.get(handle, (handle,))))
