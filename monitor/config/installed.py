"""The connectors and notifiers that are installed: found by entry point, loaded when named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any, Protocol, runtime_checkable

from pydantic import BaseModel

from monitor.ports.connector import Connector, Presence
from monitor.ports.notifier import Notifier, StandingNotifier

Connectors = Mapping[str, Callable[[], type[BaseModel]]]
"""By name, what loads the model of a connector's own keys."""

Notifiers = Mapping[str, Callable[[], type[BaseModel]]]
"""The same of notifiers, by the key that chooses one."""


@dataclass(frozen=True, slots=True)
class Installed:
    connectors: Connectors
    notifiers: Notifiers


@runtime_checkable
class ConnectorSettings(Protocol):
    """A connector's own keys, checked.

    A class attribute `polls` that is False says that nothing is to be polled.
    """

    def build(self, presence: Presence, web: Any) -> Connector:
        """The connector for one account; `web` is its one door to the web."""
        ...


@runtime_checkable
class NotifierSettings(Protocol):
    """A notifier's own keys, checked."""

    def build(self, web: Any, texts: Any) -> Notifier | StandingNotifier:
        """What tells. `web` is its one door to the web, `texts` words a notice in its language."""
        ...


def installed_connectors() -> Connectors:
    return {point.name: point.load for point in entry_points(group="replywatch.connectors")}


def installed_notifiers() -> Notifiers:
    return {point.name: point.load for point in entry_points(group="replywatch.notifiers")}
