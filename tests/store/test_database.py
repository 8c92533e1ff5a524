"""A database is opened, made, brought up to date, or refused with a sentence."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from monitor.store import accounts, schema
from monitor.store.database import Store, StoreError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "rw.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with closing(Store(f"sqlite:///{path}")) as store:
        store.upgrade()
        yield store


def of_a_newer_version(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999_later'")


def names(store: Store) -> list[str]:
    with store.read() as tx:
        return sorted(accounts.all_of(tx))


def test_a_new_database_is_of_no_use_until_it_is_upgraded(path: Path) -> None:
    with closing(Store(f"sqlite:///{path}")) as store:
        with pytest.raises(StoreError, match="run `replywatch db upgrade`"):
            store.require_current()
        assert not store.is_outdated()  # there is nothing in it that is old
        store.upgrade()
        store.require_current()


def test_an_upgrade_twice_changes_nothing(store: Store) -> None:
    with store.write() as tx:
        accounts.ensure(tx, ["acme"])
    store.upgrade()

    assert names(store) == ["acme"]


def test_the_upgrade_makes_the_tables_that_the_program_knows(store: Store) -> None:
    with store.read() as tx:
        context = MigrationContext.configure(tx, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []


@pytest.mark.parametrize("question", [Store.upgrade, Store.is_outdated, Store.require_current])
def test_a_database_of_a_newer_version_is_refused(
    question: Callable[[Store], object], store: Store, path: Path
) -> None:
    of_a_newer_version(path)

    with pytest.raises(StoreError, match=r"newer version \(9999_later\).*install the newer"):
        question(store)


def test_nobody_but_the_owner_reads_it_nor_its_copy(store: Store, path: Path) -> None:
    store.copy_to(path.with_name("copy.db"))

    for file in path.parent.iterdir():
        assert file.stat().st_mode & 0o077 == 0, file


def test_a_copy_holds_what_was_written_while_it_is_in_use(store: Store, path: Path) -> None:
    with store.write() as tx:
        accounts.ensure(tx, ["acme"])
    copy = path.with_name("copy.db")
    store.copy_to(copy)

    with closing(Store(f"sqlite:///{copy}")) as copied:
        assert names(copied) == ["acme"]


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    def fails() -> None:
        with store.write() as tx:
            accounts.ensure(tx, ["acme"])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert names(store) == []


def test_a_writer_holds_the_lock_before_it_has_read_anything(store: Store, path: Path) -> None:
    with closing(sqlite3.connect(path, timeout=0)) as other, store.write():
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.execute("SELECT count(*) FROM account")


def test_a_reader_sees_one_state_while_another_writes(store: Store) -> None:
    with store.read() as tx:
        assert accounts.all_of(tx) == {}
        with store.write() as other:
            accounts.ensure(other, ["acme"])
        assert accounts.all_of(tx) == {}

    assert names(store) == ["acme"]


@pytest.mark.parametrize(
    ("pragma", "sentence"),
    [
        ("query_only = 1", "may not be written: check who owns"),
        ("max_page_count = 1", "is full: free some space"),
    ],
)
def test_an_error_says_what_to_do(pragma: str, sentence: str, store: Store) -> None:
    with store.read() as tx:
        tx.exec_driver_sql(f"PRAGMA {pragma}")

    with pytest.raises(StoreError, match=sentence), store.write() as tx:
        accounts.ensure(tx, [f"{n}-{'x' * 4000}" for n in range(9)])


def test_what_is_no_database_is_called_so(path: Path) -> None:
    path.write_text("dear diary, " * 100)
    with (
        closing(Store(f"sqlite:///{path}")) as store,
        pytest.raises(StoreError, match="no database"),
    ):
        store.is_outdated()


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is the folder there, and yours"):
        Store(f"sqlite:///{tmp_path / 'nowhere' / 'rw.db'}")


def test_errors_do_not_tell_a_password() -> None:
    store = Store("sqlite://")
    store.url = sa.make_url("postgresql+psycopg://kim:s3cr3t@db.example/rw")

    with pytest.raises(StoreError) as caught, store.read() as tx:
        tx.exec_driver_sql("SELECT nothing")
    assert "db.example" in str(caught.value)
    assert "s3cr3t" not in str(caught.value)
    store.close()
