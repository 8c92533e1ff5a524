"""An inbox with callers, and people and programs who ask the API about them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.acceptance.platform import SECRET
from tests.acceptance.watching import Hands
from tests.web.handing import POSTS, Inbox, call

READ, ACT, INGEST = "t-read-0001", "t-act-00002", SECRET
PASSWORD = "correct horse"
HTTP = f"""
  tokens:
    - {{name: sender, token: {INGEST}, scopes: [ingest]}}
    - {{name: grafana, token: {READ}, scopes: [read]}}
    - {{name: anna, token: {ACT}, scopes: [read, act]}}
    - {{name: bert, token: t-bert-0003, scopes: [act]}}
  basic:
    - {{user: care, password: "{PASSWORD}", scopes: [read, act]}}
    - {{user: guest, password: guest, scopes: [read]}}
"""
V1 = "/api/v1"


class Room:
    """By the token of `anna`, who may read and act, unless another is named."""

    def __init__(self, inbox: Inbox) -> None:
        self.inbox = inbox

    def get(self, path: str, token: str = ACT, **headers: str) -> httpx.Response:
        return self.ask("GET", V1 + path, None, token, **headers)

    def told(self, path: str) -> Any:
        answered = self.get(path)
        assert answered.status_code == 200, answered.text
        return answered.json()

    def ask(
        self, method: str, path: str, body: Any = None, token: str = ACT, **headers: str
    ) -> httpx.Response:
        """The body as it is, or an object to be written as JSON. Without a token where it is
        empty."""
        sent = body if isinstance(body, bytes) else _written(body)
        shown = {"authorization": f"Bearer {token}"} if token else {}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.inbox.act(method, path, {**shown, **named}, sent)

    def hand_in(self, *posts: Mapping[str, Any], path: str = POSTS) -> None:
        """The first ones make the account live."""
        answered = self.inbox.hand_in(*posts, path=path)
        assert answered.json()["rejected"] == [], answered.text


def _written(body: Any) -> bytes:
    return b"" if body is None else json.dumps(body).encode()


@contextmanager
def room(folder: Path, clock: Hands, http: str = HTTP) -> Iterator[Room]:
    inbox = Inbox(folder, clock, http)
    yield Room(inbox)
    inbox.close()


@contextmanager
def one_waits(folder: Path, clock: Hands) -> Iterator[Room]:
    """The same, after a caller has joined the queue."""
    with room(folder, clock) as found:
        found.hand_in()
        found.hand_in(call(1))
        yield found
