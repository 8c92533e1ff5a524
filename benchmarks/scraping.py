"""What a scrape costs: it does not grow with the history, nor lose to what is kept in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from random import Random
from statistics import median

from prometheus_client import CollectorRegistry, Histogram, disable_created_metrics
from prometheus_client.openmetrics.exposition import generate_latest

from benchmarks.filling import open_waits
from benchmarks.old_posts import BEFORE, old_posts
from benchmarks.result import Goal, Outcome, Result, interleaved, ms, seconds
from benchmarks.scenes import folder
from monitor.app import open_own_store, system_clock, watches
from monitor.config import load
from monitor.cycle.desk import Watch
from monitor.metrics.catalogue import HISTOGRAMS, PREFIX
from monitor.metrics.collector import Process, exposition
from monitor.metrics.histograms import written
from monitor.metrics.labels import ACCOUNT, of_account
from monitor.store import accounts, gauges, tallies
from monitor.store.database import Store

FEW, MANY, SHARED_BY, WAITING_EACH = 5_000, 5_000_000, 10, 100
KEPT, SERIES, LENGTHS = 4, 1_000, 300
OPEN = 100_000
APART = timedelta(minutes=1)
TIMES = 9

ENTRY = "  - {name: acme-%d, brand: acme, connector: inbox, handle: acme, targets: [airline-6m]}\n"


class Scene:
    """A store and watched accounts `acme-0`, `acme-1` .., all held to one target."""

    def __init__(self, store: Store, watched: list[Watch]) -> None:
        self.store, self.watched = store, watched
        self.target_id = min(watched[0].targets)
        with store.read() as tx:
            self.rows = accounts.all_of(tx)
        self.ids = sorted(row.id for row in self.rows.values())

    def wait(self, each: int) -> None:
        """So many open waits of each account, half of them past due."""
        first = BEFORE - APART * (each // 2)
        open_waits(self.store, self.ids, self.target_id, each, first, APART)
        with self.store.write() as tx:
            for account_id in self.ids:
                accounts.cover(tx, account_id, BEFORE - APART, BEFORE, live=True)

    def scrape(self) -> bytes:
        process = Process(0, last_reload_successful=True, last_reload_success_at=BEFORE)
        by_name = {watch.name: watch for watch in self.watched}
        return exposition(self.store, by_name, process, BEFORE, "application/openmetrics-text")[0]


@contextmanager
def scene(count: int) -> Iterator[Scene]:
    with folder() as room:
        file = room / "replywatch.yml"
        entries = "".join(ENTRY % number for number in range(count))
        file.write_text(f"store: sqlite:///scrape.db\naccounts:\n{entries}", encoding="utf-8")
        config = load(file)
        store = open_own_store(config, system_clock)
        watched = [*watches(config, store, system_clock).values()]
        yield Scene(store, watched)
        for watch in watched:
            watch.web.close()
        store.close()


def scraping() -> Iterator[Outcome]:
    """Beside the same accounts with a thousandth of the history."""
    with scene(SHARED_BY) as long, scene(SHARED_BY) as short:
        for one, posts in ((long, MANY), (short, FEW)):
            one.wait(WAITING_EACH)
            old_posts(one.store, one.ids, one.target_id, posts)
        if long.scrape().count(b"\n") != short.scrape().count(b"\n"):
            raise AssertionError("the two scrapes do not tell of the same series")
        ours, floor = interleaved(long.scrape, short.scrape, TIMES)
    yield Result(
        "scrape with 5,000,000 posts stored",
        ms(ours),
        f"5,000 {ms(floor)}",
        ours / floor,
        "x",
        Goal(1.2),
    )


def stored_histograms() -> Iterator[Outcome]:
    """Beside as many of prometheus_client's own, kept in memory."""
    with scene(SERIES) as here:
        registry = _observe(here)

        def stored() -> str:
            with here.store.read() as tx:
                seen = [(watch, here.rows[watch.name]) for watch in here.watched]
                return written(seen, tallies.histograms(tx))

        if stored().count("_count{") < KEPT * SERIES:
            raise AssertionError("some histograms are missing")
        ours, theirs = interleaved(stored, lambda: generate_latest(registry), TIMES)  # type: ignore[no-untyped-call]
    yield Result(
        "scrape of 4 x 1,000 stored histograms",
        ms(ours),
        f"prometheus_client {ms(theirs)}",
        ours / theirs,
        "x",
        Goal(1),
    )


def open_gauges() -> Iterator[Outcome]:
    """All that a scrape asks about open waits."""
    with scene(1) as here:
        here.wait(OPEN)
        (account_id,) = here.ids
        later = BEFORE + APART

        def ask() -> tuple[int, int]:
            with here.store.read() as tx:
                standing = gauges.open_waits(tx, account_id)
                owed = gauges.owed(tx, account_id, BEFORE, later)[here.target_id]
            return sum(count for count, _ in standing.values()), owed.overdue

        if ask() != (OPEN, OPEN // 2 + 1):
            raise AssertionError(f"not all are counted: {ask()}")
        took = median(seconds(ask) for _ in range(TIMES))
    yield Result("gauges over 100,000 open waits", ms(took), "", took * 1_000, "ms", Goal(100))


def _observe(here: Scene) -> CollectorRegistry:
    """The same lengths into the store, and into prometheus_client's own histograms."""
    disable_created_metrics()  # type: ignore[no-untyped-call]  # ours have none
    random, registry = Random(5), CollectorRegistry()
    names = list(HISTOGRAMS)[:KEPT]
    bounds = here.watched[0].bounds
    own = {
        name: Histogram(PREFIX + name, HISTOGRAMS[name], ACCOUNT, buckets=bounds, registry=registry)
        for name in names
    }
    with here.store.write() as tx:
        for watch in here.watched:
            lengths = {name: [random.lognormvariate(6, 2) for _ in range(LENGTHS)] for name in own}
            tallies.observe(tx, here.rows[watch.name].id, lengths, bounds)
            for name, some in lengths.items():
                child = own[name].labels(*of_account(watch.settings))
                for length in some:
                    child.observe(length)
    return registry
