"""Who makes what is heavy, such as a report, and who waits for it: each holds a thread of those
that serve all pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

AT_ONCE = 2
"""In work: a report takes a core for a second or two, and the daemon wants its own."""

MOST_WAITING = 6
"""For their turn; more would leave no thread for the wallboard."""

PATIENCE = 20.0
"""Seconds to wait for one's turn."""

REST = 5
"""Seconds after which to come back, for who is sent away."""


class BusyError(Exception):
    """Too many have asked for what is heavy."""


class Turns:
    def __init__(
        self, at_once: int = AT_ONCE, most_waiting: int = MOST_WAITING, patience: float = PATIENCE
    ) -> None:
        self._turns = BoundedSemaphore(at_once)
        self._places = BoundedSemaphore(at_once + most_waiting)
        self._patience = patience

    @contextmanager
    def mine(self) -> Iterator[None]:
        """From when it is one's turn. Raises BusyError."""
        if not self._places.acquire(blocking=False):
            raise BusyError
        try:
            if not self._turns.acquire(timeout=self._patience):
                raise BusyError
            try:
                yield
            finally:
                self._turns.release()
        finally:
            self._places.release()
