"""The same archive into SQLite and into PostgreSQL: the same waits, and how fast each takes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from benchmarks import histories
from benchmarks.result import Outcome, Result, Skipped, interleaved
from benchmarks.scenes import INBOX, SQLITE, folder, scene
from connectors.archives.jsonl import JsonLines
from monitor.app import system_clock
from monitor.cycle.importing import import_archive
from monitor.store import schema
from monitor.store.database import Store
from tests.postgresql import Cluster, NotInstalledError

WORK = "import of 8,000 posts into SQLite, beside PostgreSQL; the waits are equal"
LINES, TIMES = 10_000, 3

CAREFUL = "synchronous_commit=off"
"""What SQLite does, too: after a power cut the last moments may be missing, and nothing else."""


def stores() -> Iterator[Outcome]:
    try:
        cluster = Cluster(CAREFUL)
    except NotInstalledError as error:
        yield Skipped(WORK, str(error))
        return
    with cluster, folder() as room:
        file = room / "all.jsonl"
        posts = histories.write(file, LINES)
        if _waits(SQLITE, file) != _waits(cluster.url(cluster.create()), file):
            raise AssertionError("the waits are not the same")
        ours, theirs = interleaved(
            lambda: _waits(SQLITE, file),
            lambda: _waits(cluster.url(cluster.create()), file),
            TIMES,
        )
    told = f"SQLite {posts / ours:,.0f}/s", f"PostgreSQL {posts / theirs:,.0f}/s"
    yield Result(WORK, *told, theirs / ours, "x faster", goal=None)


def _waits(url: str, file: Path) -> set[tuple[object, ...]]:
    """All that is known of the waits after the import, but their numbers."""
    with scene(INBOX, url) as (store, watch):
        import_archive(store, watch, JsonLines(), file, {}, now=system_clock())
        return _standing(store)


def _standing(store: Store) -> set[tuple[object, ...]]:
    columns = [column for column in schema.wait.c if column.name != "number"]
    query = sa.select(*columns, schema.due.c.due_at, schema.due.c.verdict).outerjoin(
        schema.due, schema.due.c.wait == schema.wait.c.number
    )
    with store.read() as tx:
        return set(map(tuple, tx.execute(query)))
