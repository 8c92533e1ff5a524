"""An account that is not asked: its posts come by `replywatch import` and by the API."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from monitor.http import Web
from monitor.ports.connector import Batch, Cursor, Presence


class InboxConfig(BaseModel):
    """It has no keys of its own."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    polls: ClassVar[bool] = False

    def build(self, presence: Presence, web: Web) -> Inbox:  # noqa: ARG002 - it asks nobody
        return Inbox()


class Inbox:
    least_gap = timedelta(0)
    settle = timedelta(0)

    def fetch(self, cursor: Cursor, now: datetime) -> Iterator[Batch]:  # noqa: ARG002 - see above
        yield from ()
