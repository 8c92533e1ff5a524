"""A clock that was ahead for a while puts nothing off for longer than a right one would."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.cycle.notify import everything_to
from monitor.cycle.notify.routing import route
from monitor.cycle.replanning import plan_anew
from monitor.domain.post import Post
from monitor.ports.connector import FetchError, Reason
from monitor.store import outbox, schema
from tests.acceptance.platform import Platform, whole
from tests.acceptance.watching import Hands, Watched
from tests.building import at, mention
from tests.cycle.house import House
from tests.http.loopback import Visit
from tests.telling import Ears, begin, plan_to, tell

AHEAD = 600.0


@pytest.fixture
def acme(tmp_path: Path, platform: Platform, clock: Hands) -> Iterator[Watched]:
    watched = Watched(tmp_path, platform.address, clock, poll="5s")
    with closing(watched):
        watched.poll()
        yield watched


def plan_polls_anew(acme: Watched) -> None:
    plan_anew(acme.store, {"acme": acme.watch}, acme.clock())


def test_an_account_that_was_polled_ahead_of_time_is_polled_soon(
    acme: Watched, clock: Hands
) -> None:
    clock.forward(AHEAD)
    acme.poll()
    clock.forward(-AHEAD)
    assert acme.next_poll_in() > AHEAD
    plan_polls_anew(acme)

    assert acme.next_poll_in() == acme.watch.connector.least_gap.total_seconds()


def test_a_poll_during_which_the_clock_goes_back_is_followed_in_time(
    platform: Platform, acme: Watched, clock: Hands
) -> None:
    answers = platform.server.script

    def going_back(visit: Visit) -> Iterable[bytes]:
        platform.server.script = answers
        clock.forward(-AHEAD)
        return answers(visit)

    clock.forward(AHEAD)
    platform.server.script = going_back
    acme.poll()

    assert acme.next_poll_in() <= 5


def test_a_poll_that_a_right_clock_has_planned_stays_as_it_is(acme: Watched) -> None:
    before = acme.next_poll_in()
    plan_polls_anew(acme)

    assert acme.next_poll_in() == before


def test_no_rest_is_shortened_that_the_platform_asked_for(
    platform: Platform, acme: Watched
) -> None:
    platform.fails(whole(status="429 Slow", headers="Retry-After: 3000\n"))
    acme.poll()
    plan_polls_anew(acme)

    assert acme.next_poll_in() == 3000


class Room:
    """Customers of whom each waits in vain for six minutes, and a room that is told at once, then
    every hour. The clock goes back to the sixth minute."""

    def __init__(self) -> None:
        self.house, self.ears = House(), Ears()
        hourly = replace(everything_to("room"), group_interval=timedelta(hours=1))
        self.plan = plan_to(self.ears, hourly)
        begin(self.house.store, self.plan, at(0))

    def breaks(self, *posts: Post, minute: float) -> None:
        self.house.take(*posts, minute=minute - 6)
        self.house.observe(minute)

    def told(self, minute: float) -> int:
        """How many messages by then, well or not."""
        tell(self.house.store, self.plan, at(minute))
        return len(self.ears.tried)

    def goes_back(self, minute: float = 6) -> None:
        plan_anew(self.house.store, self.plan.watches, at(minute))


@pytest.fixture
def room() -> Room:
    room = Room()
    room.breaks(mention("1", "ana", 0), minute=6)
    return room


def test_a_message_of_the_time_ahead_silences_nobody_until_then(room: Room) -> None:
    assert room.told(6 + 600) == 1
    room.goes_back()
    room.breaks(mention("2", "bob", 1), minute=7)
    assert room.told(7) == 2

    room.breaks(mention("3", "cem", 2), minute=8)
    assert [room.told(8), room.told(66.9), room.told(67)] == [2, 2, 3]


def test_a_message_that_failed_in_the_time_ahead_is_tried_again_now(room: Room) -> None:
    room.ears.fails = FetchError(Reason.UNAVAILABLE, "it is not there")
    room.told(6 + 600)
    room.ears.fails = None
    assert room.told(7) == 1
    room.goes_back()

    assert [room.told(6), len(room.ears.notices)] == [2, 1]


def test_a_pause_that_a_right_clock_has_set_is_kept(room: Room) -> None:
    room.ears.fails = FetchError(Reason.RATE_LIMITED, "slowly", retry_at=at(60))
    room.told(6)
    room.goes_back()

    assert [room.told(6), room.told(59), room.told(60)] == [1, 1, 2]


def test_a_notice_that_was_put_off_in_the_time_ahead_is_looked_at_now(room: Room) -> None:
    route(room.house.store, room.plan, at(6))
    with room.house.store.write() as tx:
        outbox.look_again(tx, tx.scalars(sa.select(schema.notice.c.number)).all(), at(606))
    assert room.told(6) == 0
    room.goes_back()

    assert room.told(6) == 1
