"""A poll, beside the bare requests and inserts that it cannot do without."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

from benchmarks import pages
from benchmarks.floors import BarePoll
from benchmarks.platform import platform, turn_to
from benchmarks.result import Goal, Outcome, Result, interleaved, ms
from benchmarks.scenes import folder, scene
from monitor.app import system_clock
from monitor.cycle.desk import Watch
from monitor.cycle.poll import poll
from monitor.store.database import Store

FULL = "one poll with a full page of 80 new posts"
EMPTY = "one poll that finds nothing new"
TIMES = 41
TOKEN = "bench"
PATHS = (
    "/api/v1/notifications?types[]=mention&types[]=quote&include_types[]=mention"
    "&include_filtered=true&limit=80",
    "/api/v1/accounts/1/statuses?exclude_reblogs=true&limit=40",
)
MASTODON = """
targets: {{follow-up: {{metric: next_reply, within: 30m, objective: 80%}}}}
accounts:
  - name: acme
    connector: mastodon
    server: {address}
    handle: acme
    access_token: {token}
    targets: [airline-6m, follow-up]
"""


def polling() -> Iterator[Outcome]:
    with platform() as address, folder() as room:
        configuration = MASTODON.format(address=address, token=TOKEN)
        with scene(configuration) as (store, watch):
            yield from _measured(address, store, watch, room)


def _measured(address: str, store: Store, watch: Watch, room: Path) -> Iterator[Outcome]:
    floor = BarePoll([address + path for path in PATHS], TOKEN, room / "floor.db")
    numbers = count(1)

    def turn() -> None:
        turn_to(address, next(numbers))

    def ours() -> None:
        if reason := poll(store, watch, system_clock):
            raise AssertionError(f"the poll failed: {reason}")

    interleaved(ours, floor.poll, times=5, before=turn)
    mine, bare = interleaved(ours, floor.poll, TIMES, before=turn)
    _expect(store, (next(numbers) - 1) * pages.MENTIONS + pages.STATUSES)
    yield Result(FULL, ms(mine), f"bare poll {ms(bare)}", mine / bare, "x", Goal(6, stretch=4))

    mine, bare = interleaved(ours, floor.ask, TIMES)
    yield Result(EMPTY, ms(mine), f"bare requests {ms(bare)}", mine / bare, "x", Goal(2))


def _expect(store: Store, posts: int) -> None:
    """A poll that stored less would be fast."""
    with store.read() as tx:
        stored = tx.exec_driver_sql("SELECT count(*) FROM post").scalar()
    if stored != posts:
        raise AssertionError(f"{stored} posts are stored, but {posts} were served")
