"""What the pages see of the running program."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Event
from typing import Protocol

from monitor.config import Config
from monitor.cycle.desk import Watch
from monitor.ports.clock import Clock
from monitor.store.database import Store


class Deck(Protocol):
    """`ending` is set once the program is to stop: whoever holds a line lets go."""

    clock: Clock
    store: Store
    ending: Event

    @property
    def config(self) -> Config: ...
    @property
    def watches(self) -> Mapping[str, Watch]: ...
    def is_ready(self) -> bool: ...
    def reload(self) -> None:
        """Take the configuration anew. Raises ConfigError, and keeps the old one."""
        ...

    def metrics(self, accept: str) -> tuple[bytes, str]:
        """The body and its content type."""
        ...
