"""History from a file: the same waits however it is told, however often, wherever it is stopped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from monitor.cycle.desk import Watch, desk
from monitor.cycle.importing import Imported, import_archive
from monitor.cycle.ingest import ingest
from monitor.domain.post import Post, Surface
from monitor.ports.archive import Rejected
from monitor.store import accounts, schema
from monitor.store.database import Store
from monitor.store.instants import micros
from tests.building import at, mention, post, reply
from tests.cycle.house import LONG_AGO, watched

NOW = at(60 * 48)


class Shelf:
    """An archive in memory."""

    suffixes = (".shelf",)

    def __init__(self, lines: Sequence[Post | Rejected]) -> None:
        self.lines = lines

    def read(self, path: Path, columns: Mapping[str, str]) -> Iterator[Post | Rejected]:
        yield from self.lines


def taken(scene: tuple[Store, Watch], lines: Sequence[Post | Rejected], **options: Any) -> Imported:
    store, watch = scene
    return import_archive(store, watch, Shelf(lines), Path("-"), {}, now=NOW, **options)


def waits(store: Store) -> set[tuple[object, ...]]:
    columns = schema.wait.c
    with store.read() as tx:
        query = sa.select(columns.opened_by, columns.status, columns.answered_at, columns.nudges)
        return set(map(tuple, tx.execute(query)))


def verdicts(store: Store) -> list[str | None]:
    with store.read() as tx:
        return list(tx.scalars(sa.select(schema.due.c.verdict)))


def watermark(store: Store) -> datetime | None:
    with store.read() as tx:
        return accounts.watermark(tx, accounts.one(tx, "acme").id)


def history(talks: int) -> list[Post]:
    """Of each three talks one is between strangers, and one told backwards."""
    told: list[Post] = []
    for talk in range(talks):
        ask, answer = f"{talk}a", f"{talk}b"
        if talk % 3 == 0:
            told += [post(ask, "bo", talk), post(answer, "cy", talk + 1, parent_id=ask)]
        else:
            pair = [mention(ask, "ana", talk), reply(answer, talk + 3 + talk % 7, ask)]
            told += reversed(pair) if talk % 3 == 2 else pair
    return told


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[tuple[Store, Watch]]:
    with watched(tmp_path) as found:
        yield found


def test_only_conversations_about_the_account_are_stored(scene: tuple[Store, Watch]) -> None:
    imported = taken(scene, history(30))

    assert imported == Imported(read=60, rejected=0, not_about=20, stored=40)
    assert len(waits(scene[0])) == 20


def test_who_asks_on_the_brands_own_ground_is_heard_though_nobody_answers(
    scene: tuple[Store, Watch],
) -> None:
    grounds = (Surface.MESSAGE, Surface.REVIEW, Surface.COMMENT)
    lines = [post(ground.value, "ana", 0, surface=ground) for ground in grounds]
    lines.append(post("to", "bo", 1, parent_id="gone", parent_author_id="acme"))
    imported = taken(scene, lines)

    assert (imported.stored, imported.not_about) == (4, 0)
    assert {one[0] for one in waits(scene[0])} == {"message", "review", "comment", "to"}


def test_a_file_imported_twice_is_stored_once(scene: tuple[Store, Watch]) -> None:
    taken(scene, history(30))
    before = waits(scene[0])

    assert taken(scene, history(30)).stored == 0
    assert waits(scene[0]) == before


def test_shuffled_lines_give_the_same_waits(tmp_path: Path, scene: tuple[Store, Watch]) -> None:
    taken(scene, history(30))
    lines = history(30)
    Random(5).shuffle(lines)

    room = tmp_path / "other"
    room.mkdir()
    with watched(room) as other:
        taken(other, lines)
        assert waits(other[0]) == waits(scene[0])


class KilledError(Exception):
    pass


class Dying(Store):
    """It takes so many transactions, and in the last of them the program is killed."""

    def __init__(self, url: str, writes: int) -> None:
        super().__init__(url)
        self.writes = writes

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        with super().write() as tx:
            yield tx
            self.writes -= 1
            if self.writes == 0:
                raise KilledError


@pytest.mark.parametrize("writes", [1, 2, 4, 5, 6])
def test_an_import_that_was_killed_is_made_whole_by_the_next(
    writes: int, tmp_path: Path, scene: tuple[Store, Watch]
) -> None:
    store, watch = scene
    lines = history(1_500)
    dying = Dying(store.url.render_as_string(hide_password=False), writes)
    with pytest.raises(KilledError):
        taken((dying, watch), lines)
    dying.close()
    taken(scene, lines)

    (tmp_path / "other").mkdir()
    with watched(tmp_path / "other") as undisturbed:
        taken(undisturbed, lines)
        assert waits(store) == waits(undisturbed[0])
        assert Counter(verdicts(store)) == Counter(verdicts(undisturbed[0]))
        assert watermark(store) == watermark(undisturbed[0])


def test_what_a_later_file_says_of_a_stored_conversation_is_about_the_account(
    scene: tuple[Store, Watch],
) -> None:
    taken(scene, [mention("1", "ana", 0, parent_id="0")])
    further = [post("2", "bo", 1, parent_id="1"), post("3", "cy", 2, parent_id="2")]
    imported = taken(scene, [*further, post("0", "ana", -1), post("9", "bo", 3, parent_id="8")])

    assert (imported.stored, imported.not_about) == (3, 1)


def test_an_imports_watermark_is_its_newest_post(scene: tuple[Store, Watch]) -> None:
    taken(scene, [mention("1", "ana", 0), reply("2", 30, "1"), post("3", "bo", 60)])

    assert watermark(scene[0]) == at(30)
    assert verdicts(scene[0]) == ["breached"]


def test_an_import_may_be_told_to_be_complete_for_longer(scene: tuple[Store, Watch]) -> None:
    taken(scene, [mention("1", "ana", 0)])
    before = verdicts(scene[0])
    taken(scene, [mention("1", "ana", 0)], complete_until=at(6))

    assert (before, verdicts(scene[0])) == ([None], ["breached"])


@pytest.mark.parametrize("minutes", [60 * 24 * 365, 60 * 24 * 365 * 5_000])
def test_no_import_is_complete_for_longer_than_until_now(
    minutes: float, scene: tuple[Store, Watch]
) -> None:
    taken(scene, [mention("1", "ana", minutes)])

    assert watermark(scene[0]) == NOW


def test_an_import_never_moves_the_watermark_of_a_polled_account(
    scene: tuple[Store, Watch],
) -> None:
    store, watch = scene
    with store.write() as tx:
        accounts.cover(tx, accounts.one(tx, watch.name).id, LONG_AGO, at(5), live=True)
    taken(scene, [mention("1", "ana", 0), reply("2", 30, "1")])

    assert watermark(store) == at(5)
    assert verdicts(store) == [None]


def test_what_is_complete_until_before_it_begins_covers_nothing(
    scene: tuple[Store, Watch],
) -> None:
    taken(scene, [mention("1", "ana", 0)], complete_until=at(-60))

    assert watermark(scene[0]) is None


def test_lines_that_are_no_posts_are_told_and_the_rest_is_stored(
    scene: tuple[Store, Watch],
) -> None:
    told: list[Rejected] = []
    broken = Rejected(2, "not JSON", "{")
    lines: list[Post | Rejected] = [
        mention("1", "ana", 0),
        broken,
        replace(mention("2", "bo", 1), text=None),
    ]
    read: list[int] = []

    imported = taken(scene, lines, reject=told.append, progress=read.append)

    assert (told, imported.rejected, imported.stored, sum(read)) == ([broken], 1, 2, 3)


def test_live_posts_and_imported_ones_share_a_conversation(scene: tuple[Store, Watch]) -> None:
    store, watch = scene
    with store.write() as tx:
        accounts.update(tx, accounts.one(tx, watch.name).id, live_since=LONG_AGO)
        here = desk(watch, accounts.one(tx, watch.name))
        ingest(tx, here, [mention("1", "ana", 0)], now=at(1), live=True)
    taken(scene, [mention("1", "ana", 0), reply("2", 4, "1"), mention("3", "bo", 5)])

    with store.read() as tx:
        columns = schema.wait.c
        found = tx.execute(sa.select(columns.opened_by, columns.answered_at, columns.live))
        assert set(map(tuple, found)) == {("1", micros(at(4)), True), ("3", None, False)}
