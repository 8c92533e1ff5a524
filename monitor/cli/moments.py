"""Instants as they are typed in options."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.cli.failing import UsageError
from monitor.report import moments


def moment(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """The instant that is meant, in UTC. Raises UsageError."""
    try:
        return moments.moment(text, zone, now)
    except ValueError as error:
        raise UsageError(str(error)) from None


def moment_or_none(text: str | None, zone: ZoneInfo, now: datetime) -> datetime | None:
    return None if text is None else moment(text, zone, now)
