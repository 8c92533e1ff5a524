"""Reports are made one after another, and nobody waits without end, nor too many of them."""

from __future__ import annotations

import threading
from contextlib import ExitStack

import pytest

from monitor.web.report.turns import BusyError, Turns
from tests.acceptance.running import until


def test_who_finds_too_many_waiting_is_sent_away_at_once() -> None:
    turns, sent_away = Turns(at_once=1, most_waiting=1, patience=60), threading.Event()

    def wait() -> None:
        try:
            with turns.mine():
                pass
        except BusyError:
            sent_away.set()

    waiting = [threading.Thread(target=wait) for _ in range(2)]
    with turns.mine():
        for one in waiting:
            one.start()
        until(sent_away.is_set)
    for one in waiting:
        one.join(10)
    assert not any(one.is_alive() for one in waiting)


def test_nobody_waits_for_long() -> None:
    turns = Turns(at_once=1, most_waiting=1, patience=0.01)
    with turns.mine(), pytest.raises(BusyError), turns.mine():
        pass


def test_a_turn_that_is_over_is_somebody_elses() -> None:
    turns = Turns(at_once=2, most_waiting=0, patience=0.01)
    for _ in range(3):
        with ExitStack() as stack:
            stack.enter_context(turns.mine())
            stack.enter_context(turns.mine())
