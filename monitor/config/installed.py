"""The connectors that are installed, found by entry point and loaded when one is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from typing import Any, Protocol, runtime_checkable

from pydantic import BaseModel

from monitor.ports.connector import Connector, Presence

Connectors = Mapping[str, Callable[[], type[BaseModel]]]
"""By name, what loads the model of a connector's own keys."""

_GROUP = "replywatch.connectors"


@runtime_checkable
class ConnectorSettings(Protocol):
    """A connector's own keys, checked.

    A class attribute `polls` that is False says that nothing is to be polled.
    """

    def build(self, presence: Presence, web: Any) -> Connector:
        """The connector for one account; `web` is its one door to the web."""
        ...


def installed_connectors() -> Connectors:
    return {point.name: point.load for point in entry_points(group=_GROUP)}
