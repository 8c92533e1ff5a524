"""A daemon at work on one server: it polls, and keeps what a store would keep."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Generic, Protocol, TypeVar

import httpx

from monitor.domain.post import Post
from monitor.http import Web
from monitor.ports.connector import Connector, Cursor, Presence


class Server(Protocol):
    now: datetime
    requests: list[httpx.Request]


AnyServer = TypeVar("AnyServer", bound=Server)
AnyConnector = TypeVar("AnyConnector", bound=Connector)


class AtWork(Generic[AnyServer, AnyConnector]):
    def __init__(
        self,
        server: AnyServer,
        web: Web,
        connector: Callable[[Web, Presence], AnyConnector],
        presence: Presence,
    ) -> None:
        self.server, self.web, self._make = server, web, connector
        self.connector = connector(web, presence)
        self.cursor: Cursor = {}
        self.posts: dict[str, Post] = {}
        self.ids: dict[str, str] = {}
        self.complete_until: datetime | None = None

    def poll(self, presence: Presence | None = None) -> Sequence[Post]:
        """The posts of one poll. What was yielded before a FetchError is kept."""
        if presence is not None:
            self.connector = self._make(self.web, presence)
        self.server.requests.clear()
        brought: list[Post] = []
        for batch in self.connector.fetch(self.cursor, self.server.now):
            brought.extend(batch.posts)
            self.posts.update((post.id, post) for post in batch.posts)
            self.cursor = batch.cursor
            self.ids.update(batch.ids)
            self.complete_until = batch.complete_until
        return brought
