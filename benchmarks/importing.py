"""History from a file, beside dlt merging the same posts; and the memory that takes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from benchmarks import histories
from benchmarks.floors import Dlt
from benchmarks.memory import peak_rss
from benchmarks.result import Goal, Outcome, Result, Skipped, interleaved
from benchmarks.scenes import folder, scene
from connectors.archives.jsonl import JsonLines
from monitor.app import system_clock
from monitor.cycle.desk import Watch
from monitor.cycle.importing import import_archive
from monitor.store.database import Store

FIRST = "import of 2,000 posts into an empty database, stored posts per second"
LONG = "the same of 16,000 posts"
AGAIN = "import of posts that are stored already, posts per second"
MEMORY = "memory of an import, of 200,000 lines against 50,000"
USUAL, MANY, TIMES = 2_500, 20_000, 5
"""Lines of a file: what an account has in a few weeks, and in a year. A fifth is not about it."""
SMALL, LARGE = 50_000, 200_000
GOAL = Goal(2, stretch=4, at_least=True)


def import_speed() -> Iterator[Outcome]:
    try:
        peer = Dlt()
    except ImportError:
        yield Skipped(FIRST, "dlt is not installed; `make bench` installs it")
        return
    yield from _first_and_again(peer, USUAL, (FIRST, GOAL), (AGAIN, GOAL))
    yield next(_first_and_again(peer, MANY, (LONG, None), (AGAIN, None)))


def _first_and_again(
    peer: Dlt, lines: int, first: tuple[str, Goal | None], again: tuple[str, Goal | None]
) -> Iterator[Result]:
    """The tables stand before, on both sides: to make them is no import."""
    with folder() as room, ExitStack() as opened:
        file, relevant, oldest = (room / f"{name}.jsonl" for name in ("all", "relevant", "oldest"))
        posts = histories.write(file, lines)
        _keep_relevant(file, relevant)
        oldest.write_bytes(relevant.read_bytes().splitlines(keepends=True)[0])
        empty = [(opened.enter_context(scene()), room / f"peer-{turn}") for turn in range(TIMES)]
        for _, merged in empty:
            peer.merge(oldest, merged)
        scenes, merging = iter([ours for ours, _ in empty]), iter([theirs for _, theirs in empty])
        took = interleaved(
            lambda: import_all(*next(scenes), file, posts),
            lambda: peer.merge(relevant, next(merging)),
            TIMES,
        )
        yield _compared(first, posts, *took)
        (store, watch), merged = empty[0]
        took = interleaved(
            lambda: _import(store, watch, file), lambda: peer.merge(relevant, merged), TIMES
        )
        yield _compared(again, posts, *took)


def _compared(work: tuple[str, Goal | None], posts: int, ours: float, theirs: float) -> Result:
    told = f"{posts / ours:,.0f}/s", f"dlt {posts / theirs:,.0f}/s"
    name, goal = work
    return Result(name, *told, theirs / ours, "x faster", goal)


def import_memory() -> Iterator[Outcome]:
    with folder() as room:
        small, large = (_peak_of_import(room / f"{n}.jsonl", n) for n in (SMALL, LARGE))
    told = f"{large:.0f} MB", f"{small:.0f} MB"
    yield Result(MEMORY, *told, large / small, "x", Goal(1.15))


def import_all(store: Store, watch: Watch, file: Path, posts: int) -> None:
    """`posts`: how many must be stored."""
    if (stored := _import(store, watch, file)) != posts:
        raise AssertionError(f"{stored} posts were stored, but {posts} are relevant")


def _import(store: Store, watch: Watch, file: Path) -> int:
    return import_archive(store, watch, JsonLines(), file, {}, now=system_clock()).stored


def _keep_relevant(file: Path, relevant: Path) -> None:
    lines = file.read_bytes().splitlines(keepends=True)
    relevant.write_bytes(b"".join(line for line in lines if b'"umbrella"' not in line))


def _peak_of_import(file: Path, lines: int) -> float:
    """Megabytes, of a process that does nothing else."""
    posts = histories.write(file, lines)
    command = [sys.executable, "-m", "benchmarks.importing", str(file), str(posts)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return float(done.stdout)


if __name__ == "__main__":
    with scene() as (store, watch):
        import_all(store, watch, Path(sys.argv[1]), int(sys.argv[2]))
    print(peak_rss(os.getpid()))
