"""Instants and spans, as the tables hold them: whole microseconds, or NULL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import overload

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@overload
def micros(moment: datetime | timedelta) -> int: ...
@overload
def micros(moment: datetime | timedelta | None) -> int | None: ...
def micros(moment: datetime | timedelta | None) -> int | None:
    if moment is None:
        return None
    span = moment - EPOCH if isinstance(moment, datetime) else moment
    return (span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds


def rfc3339(moment: datetime) -> str:
    """In UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def instant(value: int) -> datetime:
    return EPOCH + timedelta(0, 0, value)  # by place: every row has some


def instant_or_none(value: int | None) -> datetime | None:
    return None if value is None else instant(value)


def span_or_none(value: int | None) -> timedelta | None:
    return None if value is None else timedelta(microseconds=value)
