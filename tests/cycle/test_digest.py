"""The figures of a week are told once, at its end, and are those of the report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
import sqlalchemy as sa

from monitor.cycle.delivery import Delivery
from monitor.cycle.desk import Watch
from monitor.cycle.digest import write_digests
from monitor.domain.post import Post
from monitor.domain.rhythm import parse_rhythm
from monitor.report.digest import digest
from monitor.store import schema
from monitor.store.database import Store
from monitor.store.instants import rfc3339
from tests.building import at, mention, reply
from tests.cycle.house import watched

DAY = 24 * 60
"""In minutes; they begin at ten o'clock on a Monday."""

EIGHT = 7 * DAY - 2 * 60
"""The next Monday at eight."""


class Account:
    """An inbox whose figures are told every Monday at eight."""

    def __init__(self, store: Store, watch: Watch) -> None:
        self.store, self.watch = store, watch
        self.told_at("mon 08:00")

    def told_at(self, text: str, zone: str = "UTC") -> None:
        settings = self.watch.settings
        settings = replace(settings, digest=parse_rhythm(text), timezone=ZoneInfo(zone))
        self.watch = replace(self.watch, settings=settings)

    def hand_in(self, minute: float, *posts: Post) -> None:
        Delivery(self.store, self.watch, at(minute)).finish(posts, at(minute), at(minute))

    def look(self, minute: float) -> None:
        write_digests(self.store, {"acme": self.watch}, digest, at(minute))

    def told(self) -> dict[str, Any]:
        with self.store.read() as tx:
            query = sa.select(schema.alert.c.key, schema.alert.c.details)
            rows = tx.execute(query.where(schema.alert.c.kind == "digest")).all()
        return {key: orjson.loads(details) for key, details in rows}


def key(until: datetime) -> str:
    return f"digest/acme/{rfc3339(until)}"


@pytest.fixture
def acme(tmp_path: Path) -> Iterator[Account]:
    with watched(tmp_path) as (store, watch):
        yield Account(store, watch)


def test_the_figures_of_the_week_are_told_at_its_end(acme: Account) -> None:
    acme.hand_in(0)
    acme.hand_in(1, mention("1", "ana", 1), mention("2", "bo", 1), mention("3", "cy", 1))
    acme.hand_in(3, reply("4", 3, "1"), mention("5", "bo", 2, parent_id="2"))
    acme.hand_in(20, reply("6", 20, "2"))
    acme.hand_in(EIGHT, mention("7", "dan", EIGHT))
    acme.look(EIGHT)

    assert acme.told() == {
        key(at(EIGHT)): {
            "since": rfc3339(at(EIGHT - 7 * DAY)),
            "until": rfc3339(at(EIGHT)),
            "mentions": 4,
            "opened": 3,
            "answered": 2,
            "still_open": 1,
            "half_within": 19 * 60,
            "targets": [{"target": "airline-6m", "met": 1, "due": 3, "objective": 0.9}],
        }
    }


def test_half_are_answered_within_no_time_where_most_are_not(acme: Account) -> None:
    acme.hand_in(0)
    acme.hand_in(1, mention("1", "ana", 1), mention("2", "bo", 1), mention("3", "cy", 1))
    acme.hand_in(3, reply("4", 3, "1"))
    acme.hand_in(EIGHT)
    acme.look(EIGHT)

    (told,) = acme.told().values()
    assert told["half_within"] is None


def test_it_is_told_once_and_not_before_its_time(acme: Account) -> None:
    acme.hand_in(0)
    acme.hand_in(EIGHT + 5 * 60)
    acme.look(EIGHT - 1)
    assert acme.told() == {}
    for minute in (EIGHT, EIGHT + 1, EIGHT + 600, EIGHT + DAY + 1):
        acme.look(minute)

    assert list(acme.told()) == [key(at(EIGHT))]


def test_the_next_week_is_told_at_its_own_end(acme: Account) -> None:
    acme.hand_in(0)
    for week in (0, 7 * DAY):
        acme.hand_in(EIGHT + week)
        acme.look(EIGHT + week)

    assert list(acme.told()) == [key(at(EIGHT)), key(at(EIGHT + 7 * DAY))]


@pytest.mark.parametrize(
    ("late", "count"), [(23 * 60 + 59, 1), (DAY, 0)], ids=["less than a day", "a day"]
)
def test_who_was_down_then_tells_it_when_up_if_that_is_soon(
    acme: Account, late: float, count: int
) -> None:
    acme.hand_in(0)
    acme.look(EIGHT + late)

    assert len(acme.told()) == count


def test_it_waits_a_while_until_the_week_was_observed_to_its_end(acme: Account) -> None:
    acme.hand_in(0)
    acme.hand_in(EIGHT - 1)
    acme.look(EIGHT)
    acme.look(EIGHT + 59)
    assert acme.told() == {}
    acme.look(EIGHT + 60)

    assert list(acme.told()) == [key(at(EIGHT))]


def test_an_account_that_was_not_live_then_has_nothing_to_tell(acme: Account) -> None:
    acme.look(EIGHT)
    acme.hand_in(EIGHT)
    acme.look(EIGHT + 1)

    assert acme.told() == {}


def test_it_is_told_on_the_clocks_of_its_readers(acme: Account) -> None:
    acme.told_at("daily 08:00", "Asia/Tokyo")
    acme.hand_in(0)
    acme.hand_in(DAY)
    acme.look(DAY)

    (told,) = acme.told().values()
    assert told["until"] == "2026-03-02T23:00:00Z"
    assert told["since"] == "2026-03-01T23:00:00Z"


def test_without_a_time_it_is_not_told(acme: Account) -> None:
    acme.watch = replace(acme.watch, settings=replace(acme.watch.settings, digest=None))
    acme.hand_in(0)
    acme.look(EIGHT)

    assert acme.told() == {}


def test_it_is_a_fact_of_the_account_and_of_no_wait(acme: Account) -> None:
    acme.hand_in(0)
    acme.hand_in(EIGHT)
    acme.look(EIGHT)

    with acme.store.read() as tx:
        row = tx.execute(sa.select(schema.alert)).one()
    assert (row.kind, row.wait, row.target_id) == ("digest", None, None)
    assert timedelta(microseconds=row.written_at - row.at) == timedelta(0)
