"""The schema goes up and down, filled as it is, and is what the program knows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

from monitor.store import schema
from monitor.store.database import MIGRATIONS, Store
from monitor.store.instants import micros
from tests import databases
from tests.building import at, mention, reply
from tests.cycle.house import House


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(databases.url_for(tmp_path / "rw.db"))) as store:
        store.upgrade()
        yield store


def move(store: Store, *revisions: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    for revision in revisions:
        with store.write() as tx:
            config.attributes["connection"] = tx
            (command.upgrade if revision == "head" else command.downgrade)(config, revision)


def tables(store: Store) -> set[str]:
    with store.read() as tx:
        return set(sa.inspect(tx).get_table_names()) - {"alembic_version"}


def differences(store: Store) -> list[object]:
    with store.read() as tx:
        context = MigrationContext.configure(tx, opts={"compare_type": True})
        return list(compare_metadata(context, schema.metadata))


def fill(store: Store) -> House:
    house = House(store=store)
    house.poll(mention("1", "ana", 0), mention("2", "bo", 0), reply("3", 2, "1"), minute=9)
    return house


def test_the_schema_is_what_the_program_knows(store: Store) -> None:
    assert tables(store) == set(schema.metadata.tables)
    assert differences(store) == []


def test_a_filled_database_goes_down_to_nothing_and_up_again(store: Store) -> None:
    fill(store)
    move(store, "base")
    assert tables(store) == set()

    move(store, "head")
    assert differences(store) == []
    assert fill(store).counted()["waits_opened_total first"] == 2


def test_down_and_up_again_the_waits_are_what_they_were(store: Store) -> None:
    before = fill(store).rows()
    move(store, "0001", "head")

    assert House(store=store).rows() == before


def test_what_was_told_before_was_written_when_it_was_true(store: Store) -> None:
    fill(store)
    move(store, "0004", "head")

    with store.read() as tx:
        (row,) = tx.execute(sa.select(schema.alert).where(schema.alert.c.kind == "breach"))
    assert (row.key, row.details) == ("breach/2/airline-6m", "{}")
    assert row.written_at == row.at == micros(at(6))


def test_older_versions_are_left_nothing_that_they_cannot_tell(store: Store) -> None:
    house = fill(store)
    house.poll(mention("4", "bo", 10, parent_id="2"), minute=11)
    assert house.alerts() == ["breach/2/airline-6m", "nudged/2/1"]
    move(store, "0004", "head")

    assert house.alerts() == ["breach/2/airline-6m"]
