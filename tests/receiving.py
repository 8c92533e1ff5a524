"""A receiver of webhooks on loopback: takes what is brought, or is down."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

from tests.notifiers.receiver import Answer, Received, Receiver


class Brought(NamedTuple):
    """What one request brought: its idempotency key, and the payload."""

    key: str
    payload: Any


class Hook(Receiver):
    """`status`: what it answers with. `brought` is what it took with 200, `refused` how often it
    was asked otherwise. `before_answer` happens once, between taking something and saying so."""

    def __init__(self) -> None:
        super().__init__()
        self.script = self._answered
        self.status = 200
        self.brought: list[Brought] = []
        self.refused = 0
        self.before_answer: Callable[[], None] | None = None
        self._lock = threading.Lock()

    @property
    def hook(self) -> str:
        return f"{self.address}/hook"

    def _answered(self, received: Received) -> Answer:
        with self._lock:
            if self.status != 200:
                self.refused += 1
                return Answer(self.status)
            happens, self.before_answer = self.before_answer, None
            if happens:
                happens()
            key = received.headers["idempotency-key"]
            self.brought.append(Brought(key, json.loads(received.body)))
            return Answer()
