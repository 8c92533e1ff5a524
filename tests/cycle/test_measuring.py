"""What is measured each minute is what the report says of the same window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.cycle.desk import Watch, desk
from monitor.cycle.ingest import ingest
from monitor.cycle.measuring import KAPLAN_MEIER, OPEN_REACH, WINDOWS, measure
from monitor.domain.post import Post, Reach
from monitor.domain.target import Metric
from monitor.report.numbers import Asked, Subject, account_numbers
from monitor.store import accounts, gauges
from monitor.store.database import Store
from tests.building import at, mention, reply
from tests.cycle.house import watched

NOW = 60 * 24 * 8
"""Minutes: eight days after the first."""


class Scene:
    def __init__(self, store: Store, watch: Watch) -> None:
        self.store, self.watch = store, watch

    def take(self, *posts: Post, live: bool = True) -> None:
        with self.store.write() as tx:
            here = replace(desk(self.watch, accounts.one(tx, "acme")), live_since=at(0))
            ingest(tx, here, posts, now=at(NOW), live=live)
            accounts.cover(tx, here.id, at(0), at(NOW), live=True)

    def measured(self, metric: str, minute: float = NOW) -> dict[str, float]:
        measure(self.store, self.watch, at(minute))
        with self.store.read() as tx:
            return gauges.kept(tx, at(minute)).get((1, metric), {})

    def reported(self, window: timedelta) -> dict[str, float]:
        """By percentile."""
        with self.store.read() as tx:
            asked = Asked(since=at(NOW) - window)
            figures = account_numbers(tx, Subject("acme", "acme"), asked, at(NOW))
        times = figures.replies[Metric.FIRST_REPLY]
        found = {"50": times.km_p50, "90": times.km_p90}
        return {name: span.total_seconds() for name, span in found.items() if span}


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with watched(tmp_path) as (store, watch):
        yield Scene(store, watch)


def test_the_percentiles_are_those_of_the_report(scene: Scene) -> None:
    for n, ago in enumerate((10, 30, 50, 70, 90, 600, 900, 2_000, 4_000, 9_000, 11_000)):
        scene.take(mention(f"{n}1", f"c{n}", NOW - ago))
        if n % 4 != 3:
            scene.take(reply(f"{n}2", NOW - ago + 3 + n, f"{n}1"))
    found = scene.measured(KAPLAN_MEIER)

    for window, span in WINDOWS.items():
        of_window = {
            label.split("\t")[0]: value
            for label, value in found.items()
            if label.endswith(f"\t{window}")
        }
        assert of_window == scene.reported(span)
    assert found == {"50\t1h": 240, "90\t1h": 300, "50\t24h": 420, "50\t7d": 480}


def test_history_is_measured_too(scene: Scene) -> None:
    scene.take(mention("1", "ana", NOW - 30), reply("2", NOW - 20, "1"), live=False)

    assert scene.measured(KAPLAN_MEIER)["50\t1h"] == 600


def test_a_measurement_takes_the_place_of_the_one_before(scene: Scene) -> None:
    scene.take(mention("1", "ana", NOW - 50), reply("2", NOW - 40, "1"))
    assert "50\t1h" in scene.measured(KAPLAN_MEIER)

    assert "50\t1h" not in scene.measured(KAPLAN_MEIER, NOW + 20)


def test_the_reach_is_that_of_who_waits_now(scene: Scene) -> None:
    scene.take(mention("1", "ana", NOW - 50, reach=Reach(likes=3, replies=1, views=40)))
    scene.take(mention("2", "bo", NOW - 40, reach=Reach(reposts=7)))
    assert scene.measured(OPEN_REACH) == {"": 51}

    scene.take(reply("3", NOW - 30, "1"))

    assert scene.measured(OPEN_REACH) == {"": 7}
