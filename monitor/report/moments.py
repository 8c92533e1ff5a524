"""Instants as people type them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from monitor.domain import duration

YEARS = range(1900, 3000)
"""Of what can be asked about: beyond, a window before it or a zone's offset has no date."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def moment(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """The instant that `2026-03-02` (its first in `zone`), RFC 3339 or `7d` (back) says, in UTC.

    Raises ValueError.
    """
    try:
        found = _found(text.strip(), zone, now).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(
            f'"{text}" is no time; write 2026-03-02, 2026-03-02T10:00:00Z, or 7d for a week back'
        ) from None
    if found.year not in YEARS:
        raise ValueError(f'"{text}" is too far off; write a year from {YEARS[0]} to {YEARS[-1]}')
    return found


def _found(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    if _DAY.fullmatch(text):
        return datetime.combine(date.fromisoformat(text), time(), zone)
    if text[:4].isdigit() and "-" in text:
        at = datetime.fromisoformat(text.upper())
        if at.tzinfo is None:
            raise ValueError("no offset")
        return at
    return now - duration.parse(text)
