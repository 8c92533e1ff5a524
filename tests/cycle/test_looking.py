"""Whose post is looked at when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import cast

import pytest

from monitor.cycle.looking import MOST_AT_ONCE
from monitor.cycle.upkeep import look_at_open_waits
from monitor.domain.post import Post
from monitor.ports.connector import Connector, FetchError, Reason, Seen
from monitor.store import accounts, waits
from monitor.store.database import Store
from tests.building import at, mention
from tests.cycle.house import SIX_MINUTES, House, watched

MANY = 200


class Asked:
    """A platform that answers no look-up, but by this error."""

    least_gap = settle = timedelta(0)

    def __init__(self, error: Exception | None) -> None:
        self.error = error
        self.ids: list[str] = []

    def look_up(self, ids: Sequence[str]) -> Iterator[Seen]:
        self.ids += ids
        if self.error:
            raise self.error
        return iter(())


def everybody() -> list[Post]:
    return [mention(f"{n:03}", f"c{n}", n / 100) for n in range(MANY)]


def taken_in(store: Store) -> None:
    with store.write() as tx:
        row = accounts.one(tx, "acme")
        accounts.update(tx, row.id, live_since=at(-60))


@pytest.mark.parametrize(
    "error", [None, FetchError(Reason.UNAVAILABLE, "down"), ValueError("a defect")]
)
def test_who_is_not_told_of_keeps_nobody_from_being_looked_at(
    tmp_path: Path, error: Exception | None
) -> None:
    platform = Asked(error)
    with watched(tmp_path) as (store, watch):
        house = House(store=store)
        taken_in(store)
        house.take(*everybody(), minute=3)
        watch = replace(watch, connector=cast(Connector, platform))
        for minute in range(9, 12):
            with suppress(ValueError):
                look_at_open_waits(store, watch, partial(at, minute))

    assert len(platform.ids) == len(set(platform.ids)) == MANY


@pytest.mark.parametrize("promises", [1, 20])
def test_before_they_are_judged_as_many_posts_are_looked_at_as_may_be(promises: int) -> None:
    house = House(promises=[replace(SIX_MINUTES, name=f"p{n}") for n in range(promises)])
    house.take(*everybody(), minute=3)
    with house.store.read() as tx:
        links = waits.links_to_judge(tx, house.desk.id, at(10), MOST_AT_ONCE, promises)

    assert links == [f"{n:03}" for n in range(MOST_AT_ONCE)]
