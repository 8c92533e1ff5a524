"""A busy account stays within what Mastodon allows, as the sandbox enforces it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from monitor.cycle.upkeep import look_at_open_waits
from monitor.sandbox.serving import Sandbox
from monitor.sandbox.world import Scenario
from tests.acceptance.watching import Hands, Watched

BUSIEST = datetime(2026, 6, 1, 15, 0, 0, 500_000, tzinfo=UTC)
UPKEEP = timedelta(seconds=30)
TARGETS = """six: {metric: first_reply, within: 6m, objective: 90%, warn_at: [50%, 80%]}
  quarter: {metric: first_reply, within: 15m, objective: 90%, warn_at: [50%, 80%]}"""


@pytest.fixture
def clock() -> Hands:
    return Hands(BUSIEST)


@pytest.fixture
def busy(tmp_path: Path, clock: Hands) -> Iterator[Watched]:
    """The sandbox's airline, with its two agents, at over 300 mentions an hour."""
    sandbox = Sandbox("127.0.0.1", 0, Scenario(speed=4, history=timedelta(minutes=10)), clock)
    sandbox.start()
    watched = Watched(
        tmp_path,
        sandbox.url,
        clock,
        targets=TARGETS,
        more="    agents: [tarn_anna, tarn_jon]\n",
        handle="tarn_air",
        token="sandbox-tarn_air",
    )
    yield watched
    watched.close()
    sandbox.stop()


def test_300_mentions_an_hour_stay_within_the_limits(busy: Watched, clock: Hands) -> None:
    busy.poll()
    upkeep_at, end = clock.now, clock.now + timedelta(minutes=30)
    polls = []
    while clock.now < end:
        if upkeep_at <= clock.now:
            look_at_open_waits(busy.store, busy.watch, clock)
            upkeep_at += UPKEEP
        at = busy.row().next_poll_at
        assert at
        clock.now = max(clock.now, min(at, upkeep_at))
        if at <= clock.now:
            polls.append(clock.now)
            assert busy.poll() is None

    counted = busy.counted()
    requests = sum(n for key, n in counted.items() if key.startswith("platform_requests_total"))
    assert counted["mentions_total public"] >= 150
    assert "platform_requests_total 429" not in counted
    assert requests < 6 * 300
    gaps = [later - sooner for sooner, later in pairwise(polls)]
    assert min(gaps) >= busy.watch.connector.least_gap
