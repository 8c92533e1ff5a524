"""A copy is made while polls run; copied back, the program goes on from there and catches up."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.acceptance.platform import Platform
from tests.acceptance.running import REPLYWATCH
from tests.acceptance.watching import Hands, Watched
from tests.telling import Ears, begin, plan_to, tell


@pytest.fixture
def watched(tmp_path: Path, platform: Platform, clock: Hands) -> Iterator[Watched]:
    watched = Watched(tmp_path, platform.address, clock)
    watched.poll()
    clock.forward(60)
    yield watched
    watched.close()


def replywatch(folder: Path, *words: str) -> str:
    asked = [REPLYWATCH, *words, "-c", str(folder / "acme.yml")]
    return subprocess.run(asked, check=True, capture_output=True, text=True).stdout


def told(folder: Path) -> tuple[str, str]:
    """What a person asks for."""
    waits = replywatch(folder, "waits", "--all", "--format", "jsonl")
    return waits, replywatch(folder, "report", "--format", "json")


@contextmanager
def polling(watched: Watched) -> Iterator[None]:
    """Again and again, meanwhile."""
    ended = threading.Event()

    def poll() -> None:
        while not ended.wait(0.02):
            assert watched.poll() is None

    thread = threading.Thread(target=poll)
    thread.start()
    yield
    ended.set()
    thread.join()


def restored(folder: Path) -> None:
    """As the documentation says."""
    for name in ("rw.db", "rw.db-wal", "rw.db-shm"):
        (folder / name).unlink(missing_ok=True)
    shutil.copy(folder / "copy.db", folder / "rw.db")


def test_a_copy_made_while_polls_run_is_whole(
    watched: Watched, platform: Platform, clock: Hands, tmp_path: Path
) -> None:
    with polling(watched):
        for number in range(30):
            clock.forward(1)
            platform.says(f"user{number}")
            if number == 10:
                replywatch(tmp_path, "db", "backup", str(tmp_path / "copy.db"))

    watched.poll()
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        (count,) = copy.execute("SELECT count(*) FROM post").fetchone()
        assert copy.execute("SELECT count(*) FROM wait").fetchone() == (count,)
    assert 0 < count <= len(watched.posts()) == 30


def test_what_is_restored_tells_what_was_told_then(
    watched: Watched, platform: Platform, clock: Hands, tmp_path: Path
) -> None:
    platform.replies(platform.says("ana"))
    platform.says("bo")
    watched.poll()
    before = told(tmp_path)
    replywatch(tmp_path, "db", "backup", str(tmp_path / "copy.db"))
    platform.says("cy")
    clock.forward(400)
    watched.poll()
    assert told(tmp_path) != before
    watched.close()
    restored(tmp_path)

    assert told(tmp_path) == before


def test_after_a_restore_it_catches_up_and_nothing_told_before_the_copy_is_told_again(
    watched: Watched, platform: Platform, clock: Hands, tmp_path: Path
) -> None:
    desk = Ears()
    asks(watched, platform, "ana")
    breaks(watched, desk)
    asks(watched, platform, "bo")
    replywatch(tmp_path, "db", "backup", str(tmp_path / "copy.db"))
    asks(watched, platform, "cy")
    breaks(watched, desk)
    lost = watched.openers(), watched.verdicts(), watched.counted()["waits_opened_total first"]
    watched.close()
    restored(tmp_path)

    again = Watched(tmp_path, platform.address, clock)
    breaks(again, desk)
    caught = again.openers(), again.verdicts(), again.counted()["waits_opened_total first"]
    again.close()

    assert caught == lost
    assert desk.facts == ["breach/1/six", "breach/2/six", "breach/3/six", "breach/2/six"]


def asks(watched: Watched, platform: Platform, customer: str) -> None:
    """And is seen soon."""
    platform.says(customer)
    watched.clock.forward(30)
    watched.poll()


def breaks(watched: Watched, desk: Ears) -> None:
    """Nobody answers, and the desk is told."""
    watched.clock.forward(400)
    watched.poll()
    plan = plan_to(desk, watches={"acme": watched.watch})
    begin(watched.store, plan, watched.clock())
    tell(watched.store, plan, watched.clock())
