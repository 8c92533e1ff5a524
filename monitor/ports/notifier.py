"""The contract of a notifier: it tells one place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class AlertKind(StrEnum):
    """A fact that is worth telling."""

    WARNING = "warning"
    BREACH = "breach"
    RECOVERED = "recovered"
    CORRECTED = "corrected"


@dataclass(frozen=True, slots=True)
class Notice:
    """One attempt to tell an alert. `key` is the same however often it is tried."""

    key: str
    kind: AlertKind
    account: str
    at: datetime
    text: str


class Notifier(Protocol):
    def tell(self, notice: Notice) -> None:
        """Tell it, or raise."""
        ...
