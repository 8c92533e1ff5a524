"""A poll that fails costs its own turn only; one that succeeds says when to come back."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import structlog

from monitor.ports.connector import Reason
from monitor.store import accounts, posts
from monitor.store.instants import micros
from monitor.store.schema import due
from monitor.web.wallboard.filter import Filter
from monitor.web.wallboard.moment import Moment, Warnings, read
from tests.acceptance.platform import (
    SECRET,
    Platform,
    bomb,
    dripping,
    flooding,
    half,
    hanging,
    whole,
)
from tests.acceptance.watching import NOON, Hands, Watched
from tests.http.loopback import Script

Watch = Callable[..., Watched]

AMPLE, SHORT = 30.0, 1.0
"""Seconds for a request: a busy machine takes its time, and what never ends is cut off soon."""


@pytest.fixture
def watch(tmp_path: Path, platform: Platform, clock: Hands) -> Iterator[Watch]:
    """Makes the account; all of them share one store."""
    with ExitStack() as opened:

        def make(address: str = "", deadline: float = AMPLE, **fields: str) -> Watched:
            place = address or platform.address
            watched = Watched(tmp_path, place, clock, deadline=deadline, **fields)
            opened.callback(watched.close)
            return watched

        yield make


PAGE = "<html><body>Please hold</body></html>"
TROUBLES = [
    pytest.param(whole(status="401 No"), Reason.AUTH, 900, id="401"),
    pytest.param(
        whole(status="429 Slow", headers="Retry-After: 600\n"), Reason.RATE_LIMITED, 600, id="429"
    ),
    pytest.param(
        whole(
            status="429 Slow",
            headers=f"X-RateLimit-Reset: {(NOON + timedelta(seconds=420)).isoformat()}\n",
        ),
        Reason.RATE_LIMITED,
        360,
        id="429 until an ISO instant",
    ),
    pytest.param(whole(status="500 Oh"), Reason.UNAVAILABLE, 60, id="500, empty"),
    pytest.param(
        whole(PAGE.encode(), status="503 Oh", headers="Content-Type: text/html\n"),
        Reason.UNAVAILABLE,
        60,
        id="503, a page",
    ),
    pytest.param(hanging, Reason.UNAVAILABLE, 60, id="hangs"),
    pytest.param(dripping, Reason.UNAVAILABLE, 60, id="drips"),
    pytest.param(half, Reason.UNAVAILABLE, 60, id="half a body"),
    pytest.param(whole(b'{"not": "a list"}'), Reason.BAD_PAYLOAD, 60, id="another shape"),
    pytest.param(whole(b"[{]"), Reason.BAD_PAYLOAD, 60, id="no JSON"),
    pytest.param(flooding, Reason.BAD_PAYLOAD, 60, id="50 MB"),
    pytest.param(bomb, Reason.BAD_PAYLOAD, 60, id="a bomb"),
    pytest.param(
        whole(status="302 There", headers="Location: https://elsewhere.example/\n"),
        Reason.REJECTED,
        60,
        id="another host",
    ),
]


@pytest.mark.parametrize(("trouble", "reason", "rest"), TROUBLES)
def test_a_poll_that_fails_costs_its_own_turn_only(
    trouble: Script, reason: Reason, rest: float, platform: Platform, watch: Watch, clock: Hands
) -> None:
    never_ends = trouble in (hanging, dripping)
    acme, first = watch(deadline=SHORT if never_ends else AMPLE), platform.says("ada")
    assert acme.poll() is None
    read_until = acme.watermark()
    clock.forward(60)
    platform.fails(trouble, spared=1)  # the mentions come, the rest does not
    second = platform.says("bo")

    assert acme.poll() is reason
    assert acme.next_poll_in() == pytest.approx(rest, abs=1)
    assert acme.watermark() == read_until
    assert (acme.row().reason, acme.row().failures) == (reason, 1)
    assert acme.counted()[f"poll_failures_total {reason}"] == 1

    platform.fails(None)
    clock.forward(rest)
    platform.replies(second)
    third = platform.says("cy")

    assert acme.poll() is None
    assert acme.openers() == [first, second, third]
    assert len(acme.posts()) == 4
    assert (acme.row().reason, acme.row().failures, acme.row().failing_since) == (None, 0, None)
    counted = acme.counted()
    assert (counted["mentions_total public"], counted["waits_opened_total first"]) == (2, 2)
    assert (counted["waits_answered_total first"], counted["polls_total"]) == (1, 3)


def test_a_refused_connection_costs_its_own_turn_only(
    platform: Platform, watch: Watch, clock: Hands
) -> None:
    first = platform.says("ada")
    watch().poll()
    refused = watch("http://127.0.0.1:1")
    clock.forward(60)
    second = platform.says("bo")

    assert refused.poll() is Reason.UNAVAILABLE
    assert refused.counted()["platform_requests_total error"] == 2

    acme = watch()
    assert acme.poll() is None
    assert acme.openers() == [first, second]


def test_a_first_poll_that_fails_on_the_way_is_made_up_for(
    platform: Platform, watch: Watch, clock: Hands
) -> None:
    platform.mastodon.page_size = 2
    asked = [platform.says(f"a{n}") for n in range(9)]
    acme = watch()
    for spared in range(1, 7):
        platform.fails(whole(status="500 Oh"), spared=spared)
        assert acme.poll() is Reason.UNAVAILABLE
    platform.fails(None)

    assert acme.poll() is None
    assert acme.openers() == asked


def test_failures_in_a_row_rest_ever_longer_up_to_a_quarter_of_an_hour(
    platform: Platform, watch: Watch
) -> None:
    acme = watch()
    platform.fails(whole(status="500 Oh"))
    rests = []
    for _ in range(6):
        acme.poll()
        rests.append(acme.next_poll_in())

    assert rests == [60, 120, 240, 480, 900, 900]


def test_the_secret_is_sent_and_told_nowhere(platform: Platform, watch: Watch) -> None:
    acme = watch()
    platform.fails(whole(SECRET.encode(), status="401 No"))
    with structlog.testing.capture_logs() as logs:
        acme.poll()

    assert platform.secrets_seen() == 1
    assert logs
    assert SECRET not in str(logs)
    assert SECRET not in repr(acme.watch)


def test_without_a_deadline_the_next_poll_comes_at_the_interval(
    platform: Platform, watch: Watch
) -> None:
    acme = watch()
    acme.poll()

    assert acme.next_poll_in() == 60


def test_the_next_poll_comes_when_the_nearest_deadline_can_be_observed(
    platform: Platform, watch: Watch, clock: Hands
) -> None:
    acme = watch()
    acme.poll()
    clock.forward(10)
    platform.says("ada")
    clock.forward(345)

    acme.poll()

    assert acme.next_poll_in() == 15 + acme.watch.connector.settle.total_seconds()
    clock.forward(acme.next_poll_in())
    acme.poll()
    assert acme.verdicts() == ["breached"]
    assert acme.next_poll_in() == 60


def test_a_deadline_close_by_does_not_make_polls_crowd(
    platform: Platform, watch: Watch, clock: Hands
) -> None:
    acme = watch()
    acme.poll()
    platform.says("ada")
    clock.forward(359.5)

    acme.poll()

    assert acme.next_poll_in() == acme.watch.connector.least_gap.total_seconds() == 3


def test_deadlines_close_to_each_other_are_served_by_one_poll(
    platform: Platform, watch: Watch, clock: Hands
) -> None:
    acme = watch()
    acme.poll()
    for seconds in (1, 1, 0.5, 30):
        clock.forward(seconds)
        platform.says(f"at-{clock.now.timestamp()}")
    clock.forward(310)
    acme.poll()

    clock.forward(acme.next_poll_in())
    acme.poll()

    assert acme.verdicts() == ["breached", "breached", "breached", None]


def test_a_promise_that_falls_due_soon_after_the_interval_does_not_wait_for_the_gap(
    platform: Platform, watch: Watch, clock: Hands
) -> None:
    acme = watch()
    acme.poll()
    platform.says("ada")
    clock.forward(298)
    acme.poll()

    assert acme.next_poll_in() == 62 + acme.watch.connector.settle.total_seconds()


def test_warnings_give_way_to_a_promise_that_falls_due_within_the_gap(
    platform: Platform, watch: Watch, clock: Hands
) -> None:
    acme = watch(targets="six: {metric: first_reply, within: 6m, objective: 90%, warn_at: [80%]}")
    acme.poll()
    platform.says("ada")
    clock.forward(70)
    platform.says("bo")
    clock.forward(2.5)
    platform.says("cy")
    clock.forward(277.5)  # ada is due in 10 s, two seconds after bo's warning, and before cy's
    acme.poll()

    assert acme.next_poll_in() == 10 + acme.watch.connector.settle.total_seconds()


def test_of_promises_further_apart_than_half_a_gap_the_first_is_looked_at_in_time(
    platform: Platform, watch: Watch, clock: Hands
) -> None:
    acme = watch()
    acme.poll()
    platform.says("ada")
    clock.forward(2)
    platform.says("bo")
    clock.forward(340)
    acme.poll()

    clock.forward(acme.next_poll_in())
    acme.poll()

    assert acme.verdicts() == ["breached", None]
    assert acme.next_poll_in() == acme.watch.connector.least_gap.total_seconds()


@pytest.mark.parametrize("seed", range(4))
def test_whenever_people_ask_no_promise_and_no_poll_is_put_off_by_more_than_a_gap(
    seed: int, platform: Platform, watch: Watch, clock: Hands
) -> None:
    six = "six: {metric: first_reply, within: 6m, objective: 90%, warn_at: [50%, 95%]}"
    acme, chance, asked = watch(targets=six), random.Random(seed), clock()
    acme.poll()
    polled_at = clock()
    gap, settle = acme.watch.connector.least_gap, acme.watch.connector.settle
    for _ in range(60):
        asked += timedelta(seconds=chance.choice([0, 0.5, 1.4, 2.9, 20, 70]))
        while (next_at := acme.row().next_poll_at) and next_at < asked:
            assert gap <= next_at - polled_at <= acme.watch.interval + gap
            put_off = due.c.verdict.is_(None) & (due.c.due_at < micros(next_at - settle - gap))
            assert not acme.column(sa.select(due.c.due_at).where(put_off))
            polled_at = clock.now = next_at
            acme.poll()
        clock.now = asked
        platform.says("ada")

    assert "breached" in acme.verdicts()


def test_a_back_off_wins_over_a_deadline(platform: Platform, watch: Watch, clock: Hands) -> None:
    acme = watch()
    acme.poll()
    platform.says("ada")
    clock.forward(340)
    acme.poll()
    platform.fails(whole(status="429 Slow", headers="Retry-After: 600\n"))

    acme.poll()

    assert acme.next_poll_in() == 600


def test_the_first_poll_reads_back_to_history_and_makes_nothing_live(
    platform: Platform, watch: Watch, clock: Hands
) -> None:
    too_old = platform.says("old")
    clock.forward(1800)
    past = platform.says("ada")
    clock.forward(3000)
    acme = watch()

    acme.poll()

    assert too_old not in acme.posts()
    assert acme.openers() == [past]
    assert acme.row().live_since == clock.now
    assert acme.verdicts() == ["breached"]
    live = {"mentions_total public", "waits_opened_total first", "sla_due_total six"}
    assert not live & acme.counted().keys()


def test_what_comes_after_the_first_poll_is_live(
    platform: Platform, watch: Watch, clock: Hands
) -> None:
    acme = watch()
    acme.poll()
    clock.forward(1)
    platform.says("ada")
    clock.forward(60)
    acme.poll()

    assert acme.counted()["waits_opened_total first"] == 1


def test_a_poll_after_blindness_is_late_and_says_so(
    platform: Platform, watch: Watch, clock: Hands
) -> None:
    acme = watch()
    acme.poll()
    clock.forward(1)
    platform.says("ada")
    clock.forward(1000)
    acme.poll()

    counted = acme.counted()
    assert acme.verdicts() == ["breached"]
    assert counted["sla_breached_late_detected_total six"] == 1
    assert counted["late_arrivals_total"] == 1
    assert counted["blind_seconds_total"] == 1001 + 1 - 360


def test_a_breach_seen_in_time_is_not_called_late(
    platform: Platform, watch: Watch, clock: Hands
) -> None:
    acme = watch()
    acme.poll()
    platform.says("ada")
    for seconds in (60, 301):
        clock.forward(seconds)
        acme.poll()

    assert acme.verdicts() == ["breached"]
    assert "sla_breached_late_detected_total six" not in +acme.counted()
    assert "blind_seconds_total" not in +acme.counted()


def test_what_was_observed_is_one_interval_without_holes(
    platform: Platform, watch: Watch, clock: Hands
) -> None:
    acme = watch()
    acme.poll()
    clock.forward(4000)  # a gap is made up for by paging back
    acme.poll()

    with acme.store.read() as tx:
        (span,) = accounts.covered(tx, acme.row().id)
    assert span.start == NOON - timedelta(hours=1)
    assert span.end == clock.now - acme.watch.connector.settle == acme.watermark()


FAST = timedelta(minutes=4)


def test_a_host_clock_that_runs_ahead_judges_nothing_early(
    platform: Platform, watch: Watch, clock: Hands
) -> None:
    platform.clock = lambda: clock() - FAST
    acme = watch()
    acme.poll()
    asked = platform.says("ada")
    clock.forward(301)
    acme.poll()

    assert acme.verdicts() == [None]  # by the platform's clock there are 59 seconds left
    assert acme.row().clock_offset == pytest.approx(FAST, abs=timedelta(seconds=1))
    platform.replies(asked)
    clock.forward(120)
    acme.poll()
    assert acme.verdicts() == ["met"]


def test_a_host_clock_that_runs_ahead_calls_nobody_history(
    platform: Platform, watch: Watch, clock: Hands
) -> None:
    platform.clock = lambda: clock() - FAST
    acme = watch()
    acme.poll()
    clock.forward(10)
    platform.says("ada")
    clock.forward(20)
    acme.poll()

    assert acme.counted()["waits_opened_total first"] == 1


def test_a_host_clock_that_runs_ahead_comes_when_the_platform_reaches_the_deadline(
    platform: Platform, watch: Watch, clock: Hands
) -> None:
    platform.clock = lambda: clock() - FAST
    acme = watch()
    acme.poll()
    platform.says("ada")
    clock.forward(340)
    acme.poll()

    assert acme.next_poll_in() == pytest.approx(21, abs=1)
    clock.forward(acme.next_poll_in() + 1)
    acme.poll()
    assert acme.verdicts() == ["breached"]


def test_a_host_clock_that_runs_behind_leaves_the_platforms_times_alone(
    platform: Platform, watch: Watch, clock: Hands
) -> None:
    platform.clock = lambda: clock() + FAST
    platform.says("past")
    clock.forward(5)
    acme = watch()
    acme.poll()
    assert "waits_opened_total first" not in acme.counted()
    clock.forward(5)
    asked_at = platform.clock()
    asked = platform.says("ada")
    clock.forward(20)
    acme.poll()

    with acme.store.read() as tx:
        (stored,) = posts.find(tx, acme.row().id, [asked]).values()
    assert stored.versions.first.created_at == asked_at.replace(microsecond=500_000)
    assert acme.counted()["waits_opened_total first"] == 1


@pytest.mark.parametrize("offset", [FAST, -FAST], ids=["ahead", "behind"])
def test_an_account_is_blind_while_the_clocks_disagree(
    offset: timedelta, platform: Platform, watch: Watch, clock: Hands
) -> None:
    platform.clock = lambda: clock() - offset
    acme = watch()
    acme.poll()
    clock.forward(60)
    acme.poll()

    with acme.store.read() as tx:
        watches = {"acme": acme.watch}
        moment = Moment(read(tx, watches), watches, Warnings())
        (standing,) = moment.standings(Filter(), clock())
    assert standing.is_blind
    assert acme.counted()["blind_seconds_total"] >= 60


def test_a_clock_that_is_a_little_off_is_nothing_to_tell(
    platform: Platform, watch: Watch, clock: Hands
) -> None:
    platform.clock = lambda: clock() - timedelta(seconds=4)
    acme = watch()
    acme.poll()

    with acme.store.read() as tx:
        watches = {"acme": acme.watch}
        moment = Moment(read(tx, watches), watches, Warnings())
        (standing,) = moment.standings(Filter(), clock())
    assert not standing.is_blind
    assert acme.watermark() == clock.now - acme.watch.connector.settle


def test_no_post_has_a_time_later_than_the_fetch_that_brought_it(
    platform: Platform, watch: Watch, clock: Hands
) -> None:
    acme = watch()
    acme.poll()
    clock.forward(30)
    early = platform.says("ada", created_at="2031-01-01T00:00:00.000Z", noticed=timedelta(hours=9))
    clock.forward(30)
    acme.poll()

    with acme.store.read() as tx:
        (stored,) = posts.find(tx, acme.row().id, [early]).values()
    assert stored.versions.first.created_at == clock.now


def test_a_clock_that_is_right_again_is_seen_to_be(
    platform: Platform, watch: Watch, clock: Hands
) -> None:
    platform.clock = lambda: clock() - FAST
    acme = watch()
    acme.poll()
    platform.clock = clock
    clock.forward(60)
    acme.poll()

    assert acme.row().clock_offset == timedelta(0)


class Room:
    """How much more the databases of this process may hold."""

    pages = 1_000_000

    def limit(self, connection: sa.Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count={self.pages}")


@pytest.fixture
def room() -> Iterator[Room]:
    room = Room()
    sa.event.listen(sa.Engine, "begin", room.limit)
    yield room
    sa.event.remove(sa.Engine, "begin", room.limit)


@pytest.mark.sqlite
def test_a_store_that_is_full_half_way_through_a_poll_loses_nothing(
    platform: Platform, watch: Watch, clock: Hands, room: Room
) -> None:
    acme = watch()
    acme.poll()
    platform.mastodon.page_size = 40
    asked = [platform.says(f"a{n}", "x" * (20_000 if n < 20 else 10)) for n in range(220)]
    room.pages = acme.pages() + 80
    clock.forward(60)

    assert acme.poll() is Reason.STORE
    stored = len(acme.posts())
    assert acme.row().reason == "store"

    room.pages = 1_000_000
    clock.forward(60)
    assert acme.poll() is None
    assert 0 < stored < len(asked)
    assert acme.openers() == asked
    assert acme.counted()["mentions_total public"] == 220
