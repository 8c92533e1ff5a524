"""What is heavy is made in turn, and nobody waits without end, nor too many of them."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

from monitor import web
from monitor.web.turns import BusyError, Turns
from tests.acceptance.running import until
from tests.acceptance.watching import Hands
from tests.web import api_room

HEAVY = ("/api/v1/report", "/api/v1/replay?target=1m", "/api/v1/board")


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


@pytest.mark.parametrize("path", ["/report", "/waits.csv", *HEAVY])
def test_who_asks_for_what_is_heavy_takes_a_turn(tmp_path: Path, clock: Hands, path: str) -> None:
    turns = Turns(at_once=1, most_waiting=0)
    with api_room.room(tmp_path, clock) as room:
        room.inbox.serve(web.build(room.inbox.program, turns))
        with turns.mine():
            sent_away = room.ask("GET", path)
            light = room.ask("GET", "/api/v1/waits")
        served = room.ask("GET", path)

    assert (sent_away.status_code, sent_away.headers["retry-after"]) == (503, "5")
    assert "ask again" in sent_away.text
    assert (light.status_code, served.status_code) == (200, 200)


def test_the_api_says_of_what_is_heavy_that_one_may_be_sent_away(
    tmp_path: Path, clock: Hands
) -> None:
    with api_room.room(tmp_path, clock) as room:
        paths = room.told("/openapi.json")["paths"]

    said = {
        path
        for path, methods in paths.items()
        if "Others wait"
        in methods.get("get", {}).get("responses", {}).get("503", {}).get("description", "")
    }
    assert said == {path.partition("?")[0] for path in HEAVY}
