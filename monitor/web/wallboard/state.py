"""The states of an open wait, as the page tells them apart."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """In order of the design: what is certain, what is not, and what is to come."""

    OVERDUE = "overdue"
    UNCONFIRMED = "unconfirmed"
    WARNED = "warned"
    PENDING = "pending"


WORDS = {
    State.OVERDUE: "Overdue",
    State.UNCONFIRMED: "Unconfirmed",
    State.WARNED: "Due soon",
    State.PENDING: "Waiting",
}

LOOSE = "loose"
"""Of a filter: whoever has it, it is nobody."""


def state_of(due_at: int | None, warn_at: int, watermark: int, now: int) -> State:
    """All in microseconds; the same as `judge` says of an open wait, and whether it was warned of.

    Overdue is certain: all up to the due instant has been read."""
    if due_at is None:
        return State.PENDING
    if watermark >= due_at:
        return State.OVERDUE
    if now > due_at:
        return State.UNCONFIRMED
    return State.WARNED if warn_at <= now else State.PENDING
