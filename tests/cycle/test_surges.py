"""More mentions than usual, and unanswered posts that spread."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import orjson
import pytest
import sqlalchemy as sa

from monitor.config.settings import Surge
from monitor.cycle.desk import Watch, desk
from monitor.cycle.ingest import ingest
from monitor.cycle.surges import WEEKS, look_for_surges
from monitor.cycle.upkeep import look_at_open_waits
from monitor.domain.post import Post, Reach
from monitor.ports.connector import Connector, FetchError, Reason, Seen
from monitor.store import accounts, schema
from monitor.store.database import Store
from monitor.store.instants import micros
from tests.building import START, at, mention, reply
from tests.cycle.house import watched

HOUR, WEEK = 60, 7 * 24 * 60
"""In minutes."""


class Busy:
    """The account `acme`, live for long. Ten o'clock on a Monday begins the running hour."""

    def __init__(self, store: Store, watch: Watch) -> None:
        self.store, self.watch = store, watch
        self.live_since(-20 * WEEK)

    def live_since(self, minute: float) -> None:
        with self.store.write() as tx:
            row = accounts.one(tx, "acme")
            accounts.update(tx, row.id, live_since=at(minute))

    def take(self, *posts: Post, minute: float) -> None:
        with self.store.write() as tx:
            here = desk(self.watch, accounts.one(tx, "acme"))
            ingest(tx, here, posts, now=at(minute), live=True)

    def hear(self, *counts: int) -> None:
        """So many mentions in this hour, and in that of one, two .. weeks ago, when it began."""
        self.live_since(-(len(counts) - 1) * WEEK)
        for week, count in enumerate(counts):
            minutes = [n * 59 / max(count, 1) - week * WEEK for n in range(count)]
            self.take(
                *(mention(f"{week}-{n}", f"c{week}-{n}", each) for n, each in enumerate(minutes)),
                minute=HOUR - week * WEEK,
            )

    def under(self, **settings: Any) -> None:
        self.watch = replace(self.watch, settings=replace(self.watch.settings, **settings))

    def look(self, minute: float = 59) -> None:
        look_for_surges(self.store, {"acme": self.watch}, at(minute))

    def told(self) -> dict[str, Any]:
        with self.store.read() as tx:
            rows = tx.execute(sa.select(schema.alert.c.key, schema.alert.c.details)).all()
        return {key: orjson.loads(details) for key, details in rows}


@pytest.fixture
def acme(tmp_path: Path) -> Iterator[Busy]:
    with watched(tmp_path) as (store, watch):
        yield Busy(store, watch)


def hour(minute: float = 0) -> str:
    return f"surge/acme/{at(minute):%Y-%m-%dT%H}:00:00Z"


@pytest.mark.parametrize(
    ("counts", "usual"),
    [
        pytest.param((16, 4, 4, 5, 3), 4.0, id="four weeks"),
        pytest.param((16, 4, 4, 5, 3, 4, 900, 4, 4), 4.0, id="one week was wild"),
        pytest.param((17, 4, 5, 4, 5), 4.5, id="between two"),
        pytest.param((7, 0, 0, 1, 0), 0.0, id="mostly none"),
    ],
)
def test_more_than_chance_brings_is_told(acme: Busy, counts: tuple[int, ...], usual: float) -> None:
    acme.hear(*counts)
    acme.look()

    assert acme.told() == {hour(): {"mentions": counts[0], "usual": usual}}


@pytest.mark.parametrize(
    "counts",
    [
        pytest.param((0, 4, 4, 5, 3), id="none"),
        pytest.param((15, 4, 4, 5, 3), id="what chance brings now and then"),
        pytest.param((5, 0, 0, 0, 0), id="few, where mostly none"),
        pytest.param((900, 400, 400, 400), id="three weeks say little"),
        pytest.param((30, 40, 40, 40, 40), id="less than usual"),
    ],
)
def test_what_chance_may_bring_is_not_told(acme: Busy, counts: tuple[int, ...]) -> None:
    acme.hear(*counts)
    acme.look()

    assert acme.told() == {}


def test_an_hour_is_told_once_and_the_next_is_another(acme: Busy) -> None:
    acme.hear(60, 4, 4, 4, 4)
    for minute in (30, 40, 59):
        acme.look(minute)
    acme.take(*(mention(f"x{n}", f"d{n}", 61) for n in range(30)), minute=62)
    acme.look(62)

    assert list(acme.told()) == [hour(), hour(60)]


def test_only_the_latest_weeks_count(acme: Busy) -> None:
    acme.hear(16, *[4] * WEEKS, *[90] * 20)
    acme.look()

    assert acme.told() == {hour(): {"mentions": 16, "usual": 4.0}}


def test_weeks_before_the_account_was_live_do_not_count(acme: Busy) -> None:
    acme.hear(90, 1, 1, 1, 0, 0, 0, 0, 0)
    acme.live_since(-3 * WEEK - 1)
    acme.look()

    assert acme.told() == {}


def test_weeks_of_which_posts_were_removed_do_not_count(acme: Busy) -> None:
    acme.hear(90, 80, 80, 80, 1, 1, 1, 1, 1)
    with acme.store.write() as tx:
        pruned = micros(at(-4 * WEEK + 1))
        tx.execute(sa.update(schema.account).values(pruned_before=pruned))
    acme.look()

    assert acme.told() == {}


def test_nudges_are_mentions_and_replies_are_none(acme: Busy) -> None:
    acme.take(mention("1", "ana", 0), minute=1)
    for n in range(2, 9):
        acme.take(mention(f"{n}", "ana", n, parent_id="1"), minute=n)
        acme.take(reply(f"r{n}", n + 0.5, None), minute=n + 1)
    acme.look()

    assert acme.told() == {hour(): {"mentions": 8, "usual": 0.0}}


def test_the_hour_is_that_of_the_account_s_clock(acme: Busy) -> None:
    """Two weeks ago there was no summer time yet; half past nine in the zone is always the same."""
    zone = ZoneInfo("Europe/Stockholm")
    acme.under(timezone=zone)
    acme.live_since(0)
    now = datetime(2026, 4, 6, 9, 30, tzinfo=zone)
    for week in range(5):
        local = now - timedelta(weeks=week)
        minute = (local - START).total_seconds() / 60
        many = 16 if week == 0 else 4
        acme.take(
            *(mention(f"{week}-{n}", f"c{week}-{n}", minute) for n in range(many)),
            minute=minute + 1,
        )
    acme.look((now - START).total_seconds() / 60 + 5)

    assert acme.told() == {"surge/acme/2026-04-06T07:00:00Z": {"mentions": 16, "usual": 4.0}}


def reached(many: int) -> Reach:
    return Reach(likes=many)


def test_an_unanswered_post_that_has_reached_many_is_told_once(acme: Busy) -> None:
    acme.under(surge=Surge(reach=10_000))
    for minute, many in ((1, 10), (5, 9_999), (10, 10_000), (15, 30_000)):
        acme.take(mention("1", "ana", 0, reach=reached(many)), minute=minute)
        acme.look(minute)

    assert acme.told() == {"surge/1/reach": {"reach": 10_000}}


def test_an_unanswered_post_that_spreads_fast_is_told_once(acme: Busy) -> None:
    acme.under(surge=Surge(reach_per_10m=1_000))
    for minute, many in ((1, 100), (10, 1_000), (18, 1_090), (21, 2_100), (29, 9_000)):
        acme.take(mention("1", "ana", 0, reach=reached(many)), minute=minute)
        acme.look(minute)

    assert acme.told() == {"surge/1/growth": {"growth": 1_100}}


def test_what_spreads_within_minutes_of_being_seen_is_told(acme: Busy) -> None:
    acme.under(surge=Surge(reach_per_10m=1_000))
    acme.take(mention("1", "ana", 0, reach=reached(500)), minute=1)
    acme.take(mention("1", "ana", 0, reach=reached(1_600)), minute=4)
    acme.look(5)

    assert acme.told() == {"surge/1/growth": {"growth": 1_100}}


def test_what_had_spread_before_it_was_seen_does_not_spread_fast(acme: Busy) -> None:
    acme.under(surge=Surge(reach_per_10m=1_000))
    acme.take(mention("1", "ana", 0, reach=reached(50_000)), minute=60)
    acme.look(61)

    assert acme.told() == {}


def test_what_grew_between_two_daily_looks_has_not_grown_in_ten_minutes(acme: Busy) -> None:
    acme.under(surge=Surge(reach_per_10m=1_000))
    day = 24 * 60
    for minute, many in ((1, 100), (day + 2, 1_050), (2 * day + 3, 2_200)):
        acme.take(mention("1", "ana", 0, reach=reached(many)), minute=minute)
        acme.look(minute)

    assert acme.told() == {}


class Platform:
    """Shows the post `1` whenever it is asked, as it is then. `meanwhile`: what happens before it
    answers; `fails`: it does not, `is_silent`: it passes over all that it is asked for."""

    least_gap = settle = timedelta(0)

    def __init__(self) -> None:
        self.shown = mention("1", "ana", 0, reach=reached(100))
        self.meanwhile: Callable[[], object] = lambda: None
        self.fails: Exception | None = None
        self.is_silent = False

    def look_up(self, ids: Sequence[str]) -> Iterator[Seen]:
        self.meanwhile()
        if self.fails:
            raise self.fails
        return iter([Seen(each, self.shown) for each in ids if not self.is_silent])


def watching(acme: Busy, platform: Platform) -> None:
    acme.watch = replace(acme.watch, connector=cast(Connector, platform))


@pytest.mark.parametrize("polled", [True, False])
def test_what_grew_in_an_outage_has_not_grown_in_ten_minutes(acme: Busy, *, polled: bool) -> None:
    acme.under(surge=Surge(reach_per_10m=1_000))
    platform = Platform()
    watching(acme, platform)

    def look(minute: float, many: int) -> None:
        platform.shown = mention("1", "ana", 0, reach=reached(many))
        if polled:  # before anybody looks
            acme.take(platform.shown, minute=minute)
            platform.meanwhile = partial(acme.look, minute)
            acme.look(minute)
        look_at_open_waits(acme.store, acme.watch, lambda: at(minute))
        acme.look(minute)

    acme.take(platform.shown, minute=1)
    for minute, many in ((6, 100), (12, 100), (90, 5_000), (96, 5_500), (102, 5_900)):
        look(minute, many)
    assert acme.told() == {}
    look(108, 6_600)

    assert acme.told() == {"surge/1/growth": {"growth": 1_100}}


@pytest.mark.parametrize("trouble", ["fails", "is silent"])
def test_what_grew_before_a_look_that_learnt_nothing_has_not_grown_in_ten_minutes(
    acme: Busy, trouble: str
) -> None:
    acme.under(surge=Surge(reach_per_10m=1_000))
    platform = Platform()
    watching(acme, platform)
    acme.take(platform.shown, minute=1)
    for minute in (6, 12, 132, 138, 144):
        platform.shown = mention("1", "ana", 0, reach=reached(100 if minute < 20 else 2_000))
        platform.is_silent = minute == 132 and trouble == "is silent"
        no = FetchError(Reason.UNAVAILABLE, "down")
        platform.fails = no if minute == 132 and trouble == "fails" else None
        look_at_open_waits(acme.store, acme.watch, partial(at, minute))
        acme.look(minute)

    assert acme.told() == {}


def test_what_spreads_after_long_rest_is_told_at_once(acme: Busy) -> None:
    acme.under(surge=Surge(reach_per_10m=1_000))
    platform = Platform()
    watching(acme, platform)
    acme.take(platform.shown, minute=1)
    for minute in range(6, 66, 6):
        look_at_open_waits(acme.store, acme.watch, partial(at, minute))
    acme.take(mention("1", "ana", 0, reach=reached(1_200)), minute=62)
    acme.look(62)

    assert acme.told() == {"surge/1/growth": {"growth": 1_100}}


@pytest.mark.parametrize("what", ["answered", "history", "unset"])
def test_what_nobody_need_look_after_is_not_told(acme: Busy, what: str) -> None:
    if what != "unset":
        acme.under(surge=Surge(reach=10, reach_per_10m=10))
    if what == "history":
        acme.live_since(30)
    acme.take(mention("1", "ana", 0, reach=reached(1)), minute=1)
    acme.take(mention("1", "ana", 0, reach=reached(10**6)), minute=2)
    if what == "answered":
        acme.take(reply("2", 2, "1"), minute=3)
    acme.look(31)

    assert acme.told() == {}


def test_of_an_account_that_is_not_live_nothing_surges(acme: Busy) -> None:
    acme.hear(90, 1, 1, 1, 1)
    with acme.store.write() as tx:
        tx.execute(sa.update(schema.account).values(live_since=None))
    acme.look()

    assert acme.told() == {}
