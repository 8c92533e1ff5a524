"""A library that does not come back holds nobody up, and nothing is told twice for it."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest

from monitor.notifiers.patience import Patience
from monitor.ports.connector import FetchError, Reason

LIMIT = timedelta(seconds=0.2)


class Slow:
    """A call that goes on until it is let go."""

    def __init__(self, error: Exception | None = None) -> None:
        self.free = threading.Event()
        self.times = 0
        self._error = error

    def __call__(self) -> None:
        self.times += 1
        self.free.wait(10)
        if self._error:
            raise self._error


@pytest.fixture
def patience() -> Patience:
    return Patience("the place", LIMIT)


def given_up(patience: Patience, key: str, call: Slow) -> FetchError:
    with pytest.raises(FetchError) as caught:
        patience.take(key, call)
    return caught.value


def let_go(call: Slow) -> None:
    call.free.set()
    time.sleep(0.2)


def test_what_does_not_end_is_given_up(patience: Patience) -> None:
    call = Slow()
    found = given_up(patience, "1", call)
    let_go(call)

    assert found.reason is Reason.UNAVAILABLE
    assert "the place" in str(found)


def test_while_one_is_under_way_no_other_begins(patience: Patience) -> None:
    call = Slow()
    given_up(patience, "1", call)
    given_up(patience, "2", call)
    let_go(call)

    assert call.times == 1


def test_what_ends_well_too_late_is_not_done_again(patience: Patience) -> None:
    call = Slow()
    given_up(patience, "1", call)
    let_go(call)
    patience.take("1", call)

    assert call.times == 1


def test_what_fails_too_late_is_done_again(patience: Patience) -> None:
    call = Slow(FetchError(Reason.UNAVAILABLE, "down"))
    given_up(patience, "1", call)
    let_go(call)
    with pytest.raises(FetchError, match="down"):
        patience.take("1", call)

    assert call.times == 2


def test_another_is_done_after_one_that_ended_too_late(patience: Patience) -> None:
    call = Slow()
    given_up(patience, "1", call)
    let_go(call)
    patience.take("2", call)

    assert call.times == 2


def test_what_fails_fails_as_it_did(patience: Patience) -> None:
    def fails() -> None:
        raise FetchError(Reason.AUTH, "no")

    with pytest.raises(FetchError, match="no"):
        patience.take("1", fails)
