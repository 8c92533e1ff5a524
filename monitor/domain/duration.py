"""Spans of time as people write them in the configuration: `20s`, `6m`, `2h30m`, `90d`."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

_DURATION = re.compile(
    r"(?=.)(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+(?:\.[0-9]{1,6})?)s)?"
)


def parse(text: str) -> timedelta:
    """The span that `text` says: days, hours, minutes, seconds, each at most once, in this order.

    Whole numbers, but for seconds, which may have up to six decimals. `0s` is a duration.
    Raises ValueError.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(_refusal(text))
    days, hours, minutes = (int(number or 0) for number in match.groups()[:3])
    microseconds = int(Decimal(match[4] or 0) * 1_000_000)
    try:
        return timedelta(days=days, hours=hours, minutes=minutes, microseconds=microseconds)
    except OverflowError:
        raise ValueError(_refusal(text)) from None


def written(span: timedelta) -> str:
    """The shortest text that `parse` reads as this span: `2h30m`, `0s`.

    Raises ValueError for a span below zero, which nobody can write.
    """
    if span < timedelta(0):
        raise ValueError(f"{span} lies below zero and cannot be written; give its length")
    minutes, seconds = divmod(span.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{span.microseconds:06}".rstrip("0").rstrip(".")
    parts = (f"{span.days}d", f"{hours}h", f"{minutes}m", f"{seconds}{fraction}s")
    return "".join(part for part in parts if part[:-1] != "0") or "0s"


def _refusal(text: str) -> str:
    return f'"{text}" is not a duration; write 20s, 5m or 2h'
