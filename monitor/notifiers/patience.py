"""Calls into libraries that know no limit for the whole of a call.

Such a call runs in a thread of its own, which ends with the process at the latest: a daemon thread
holds up no exit. While one that was given up is still under way no other is begun, so there is at
most one a notifier; and if it succeeds late, trying the same notice again says so at once instead
of telling it twice.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

from monitor.ports.connector import FetchError, Reason

Call = Callable[[], None]
"""Returns, or raises FetchError."""


class Patience:
    """Waits so long for calls to one place, one at a time. `place` is how errors name it."""

    def __init__(self, place: str, limit: timedelta) -> None:
        self._place = place
        self._limit = limit.total_seconds()
        self._late: _UnderWay | None = None

    def take(self, key: str, call: Call) -> None:
        """Take a call whose outcome is that of `key`. Raises FetchError."""
        if self._late and self._outcome_of_late(key):
            return
        under_way = _UnderWay(key, call)
        under_way.start()
        if under_way.ended.wait(self._limit):
            under_way.tell_outcome()
            return
        self._late = under_way
        raise FetchError(Reason.UNAVAILABLE, f"{self._place} did not answer in time")

    def _outcome_of_late(self, key: str) -> bool:
        """Whether the call that was given up has brought about what is asked for now."""
        late = self._late
        if late is None:
            return False
        if not late.ended.is_set():
            told = f"{self._place} still does not answer an earlier notice"
            raise FetchError(Reason.UNAVAILABLE, told)
        self._late = None
        return late.key == key and late.error is None


class _UnderWay(threading.Thread):
    def __init__(self, key: str, call: Call) -> None:
        super().__init__(name=f"tell {key}", daemon=True)
        self.key = key
        self.error: BaseException | None = None
        self.ended = threading.Event()
        self._call = call

    def run(self) -> None:
        try:
            self._call()
        except BaseException as error:  # noqa: BLE001 - told in the thread that waits
            self.error = error
        finally:
            self.ended.set()

    def tell_outcome(self) -> None:
        if self.error:
            raise self.error
