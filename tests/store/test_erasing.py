"""Of who was erased nothing is left in the file, its log, or a later copy."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.cycle.retention import erase
from monitor.domain.wait import Deed, Dismissal
from monitor.ports.connector import FetchError, Reason
from monitor.store import erasing, posts, schema
from monitor.store.database import Store, StoreError
from tests.building import at, mention, post, reply
from tests.cycle.house import House
from tests.telling import Ears, begin, plan_to, tell

TRACES = ("did:xena", "xena.example", "xena@", "Xena Quell", "zither", "wombat")
"""Her id, her handles, her name, and words of hers that were overwritten before."""

XENA = {"author_handle": "Xena@xena.example", "author_name": "Xena Quell"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """She wrote, was answered, was named by others, and a note was made about her."""
    with closing(Store(f"sqlite:///{tmp_path / 'rw.db'}")) as store:
        house = House(store=store)
        asked = mention(
            "at://did:xena/p/1", "did:xena", 0, text="zither", url="https://xena.example/1", **XENA
        )
        house.poll(asked, minute=1)
        answer = post(
            "2", "acme", 4, parent_id=asked.id, parent_author_id="did:xena", text="@xena hi"
        )
        other = post(
            "3", "bo", 5, text="like @Xena@xena.example: why?", mentions=["acme", "did:xena"]
        )
        house.poll(answer, other, minute=6)
        house.poll(post("4", "cy", 7, root_id=asked.id, mentions=["@xena@xena.example"]), minute=8)
        ears = Ears()
        ears.fails = FetchError(Reason.UNAVAILABLE, "not there")
        begin(store, plan_to(ears), at(8))
        tell(store, plan_to(ears), at(8))
        house.act(2, Deed.DISMISS, 9, Dismissal.SPAM)
        with store.write() as tx:
            tx.execute(sa.update(schema.act).values(note="as XENA QUELL said (did:xena)"))
        with closing(sqlite3.connect(tmp_path / "rw.db")) as careless:
            careless.execute("PRAGMA secure_delete=OFF")  # as another build of SQLite may be
            for text in ("wombat " * 900, "short"):
                careless.execute("UPDATE post SET text = ? WHERE author_id = 'did:xena'", [text])
                careless.commit()
        yield house


def found(folder: Path) -> set[str]:
    """The traces in any file there, whatever their case."""
    content = b"".join(file.read_bytes() for file in folder.iterdir()).lower()
    return {trace for trace in TRACES if trace.lower().encode() in content}


def erased(house: House) -> None:
    assert erase(house.store, "acme", "did:xena") > 0
    erasing.scrub(house.store)


def test_what_is_still_to_be_told_names_nobody_who_was_erased(house: House) -> None:
    def bodies() -> list[str | None]:
        with house.store.read() as tx:
            return list(tx.scalars(sa.select(schema.message.c.body)))

    (body,) = bodies()
    assert body
    assert "Xena@xena.example" in body
    erased(house)

    assert bodies() == [None]


def test_no_trace_is_left_in_the_file_nor_in_its_log(house: House, tmp_path: Path) -> None:
    assert found(tmp_path) == {*TRACES}  # otherwise the next line proves nothing
    erased(house)

    assert found(tmp_path) == set()


def test_while_the_daemon_has_it_open_no_trace_is_left_either(house: House, tmp_path: Path) -> None:
    with closing(Store(str(house.store.url))) as daemon:
        with daemon.read() as tx:
            assert tx.scalar(sa.select(sa.func.count()).select_from(schema.post)) == 4
        erased(house)

        assert found(tmp_path) == set()


def test_no_trace_is_in_a_later_copy(house: House, tmp_path: Path) -> None:
    erased(house)
    backups = tmp_path / "backups"
    backups.mkdir()
    house.store.copy_to(backups / "copy.db")

    assert found(backups) == set()
    with closing(sqlite3.connect(backups / "copy.db")) as copy:
        assert copy.execute("SELECT count(*) FROM post").fetchone() == (4,)


def test_numbers_stay_and_others_keep_their_own(house: House) -> None:
    before, verdicts = house.rows(), house.verdicts()
    erased(house)

    names = {"customer", "customer_handle", "opened_by", "conversation", "link"}
    for number, row in house.rows().items():
        kept = {name: value for name, value in row.items() if name not in names}
        assert kept == {name: before[number][name] for name in kept}
    assert house.verdicts() == verdicts
    assert house.row(2)["customer_handle"] == "bo"


def test_texts_of_others_keep_all_but_the_name(house: House) -> None:
    erased(house)
    with house.store.read() as tx:
        stored = posts.find(tx, house.desk.id, ["2", "3"])
        masked = erasing.mask(tx, house.desk.id)
    assert masked
    known_as = masked.handle("xena@xena.example")
    assert stored["2"].versions.first.text == f"@{known_as} hi"
    assert stored["3"].versions.first.text == f"like @{known_as}: why?"


def test_somebody_of_a_similar_name_is_let_alone() -> None:
    house = House()
    near = post("2", "anabel", 1, text="@anabel and @an, not @ana", mentions=["acme", "an"])
    house.poll(mention("1", "ana", 0), near, reply("3", 5, "2", text="@anabel: yes"), minute=6)
    erase(house.store, "acme", "ana")
    with house.store.read() as tx:
        stored = posts.find(tx, house.desk.id, ["2", "3"])

    assert stored["2"].versions.names.keys() == {"acme", "an"}
    assert str(stored["2"].versions.first.text).startswith("@anabel and @an, not @erased-")
    assert (house.row(2)["customer"], stored["3"].versions.first.text) == ("anabel", "@anabel: yes")


def test_pseudonyms_are_no_digests_of_names() -> None:
    one, other = House(), House()
    for house in (one, other):
        house.poll(mention("1", "ana", 0), minute=1)
        erase(house.store, "acme", "ana")

    assert one.row()["customer"] != other.row()["customer"]


def test_a_reader_who_never_ends_is_told_of(house: House) -> None:
    with closing(Store(str(house.store.url))) as other, other.read() as tx:
        tx.execute(sa.select(schema.post)).first()
        with pytest.raises(StoreError, match="stop what uses it, and do this again"):
            erasing.scrub(house.store, timedelta(milliseconds=100))


def test_doing_it_again_finishes_what_was_hindered(house: House, tmp_path: Path) -> None:
    erase(house.store, "acme", "did:xena")
    assert erase(house.store, "acme", "did:xena") == 0
    erasing.scrub(house.store)

    assert found(tmp_path) == set()
