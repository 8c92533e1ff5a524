"""The door to the database: one transaction writes at a time, any number read."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.pool import StaticPool

LOCK_WAIT = timedelta(seconds=30)
MIGRATIONS = Path(__file__).with_name("migrations")


class StoreError(Exception):
    """The database cannot be used; the text says why, and what to do."""


class Store:
    """A database. `url` is SQLAlchemy's; `sqlite://` alone lives in memory, for tests."""

    def __init__(self, url: str) -> None:
        self.url = sa.make_url(url)
        self.path = _file(self.url)
        if self.path:
            _make_private(self.path)
        in_memory = self.is_sqlite and not self.path
        options: dict[str, Any] = {"poolclass": StaticPool} if in_memory else {}
        self._reading = sa.create_engine(self.url, **options)
        self._writing = self._reading.execution_options(immediate=True)
        if self.is_sqlite:
            sa.event.listen(self._reading, "connect", _prepare)
            sa.event.listen(self._reading, "begin", _begin)

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """One transaction; it takes the database's write lock at once."""
        with _explained(self), self._writing.begin() as tx:
            yield tx

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """One transaction that sees one state of the database."""
        with _explained(self), self._reading.begin() as tx:
            yield tx

    def close(self) -> None:
        self._reading.dispose()

    def size(self) -> int:
        """Bytes on disk."""
        if self.path:
            return self.path.stat().st_size
        with self.read() as tx:
            if self.is_sqlite:
                pages, size = (tx.scalar(sa.text(f"PRAGMA {name}")) for name in _PAGES)
                return int(pages or 0) * int(size or 0)
            return int(tx.scalar(sa.text("SELECT pg_database_size(current_database())")) or 0)

    def upgrade(self) -> None:
        """Bring the schema to this program's version; a newer one is refused."""
        with self.write() as tx:
            revision = _revision(tx)
            if revision != _head():
                _refuse_newer(revision)
                _migrate(tx)

    def is_outdated(self) -> bool:
        """Whether there is something of an older version. A newer one is refused."""
        with self.read() as tx:
            revision = _revision(tx)
        if revision != _head():
            _refuse_newer(revision)
        return revision not in (None, _head())

    def copy_to(self, path: Path) -> None:
        """A whole copy of an SQLite database, taken while it is in use; only the owner reads it."""
        _make_private(path)
        with self.read() as tx, closing(sqlite3.connect(path)) as target:
            source = tx.connection.driver_connection
            assert isinstance(source, sqlite3.Connection)  # noqa: S101  others have no path
            source.backup(target)

    def require_current(self) -> None:
        """Raise where the schema is not this program's, and say what to do."""
        with self.read() as tx:
            revision = _revision(tx)
        if revision == _head():
            return
        _refuse_newer(revision)
        raise StoreError(
            "the database is empty or of an older version: run `replywatch db upgrade`"
        )


_PAGES = ("page_count", "page_size")


def _migrate(tx: sa.Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = tx
    command.upgrade(config, "head")


def _revision(tx: sa.Connection) -> str | None:
    return MigrationContext.configure(tx).get_current_revision()


def _head() -> str | None:
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def _refuse_newer(revision: str | None) -> None:
    if revision is None:
        return
    try:
        ScriptDirectory(str(MIGRATIONS)).get_revision(revision)
    except CommandError:
        raise StoreError(
            f"the database is of a newer version ({revision}) than this program: "
            "install the newer replywatch, or restore the copy made before the upgrade"
        ) from None


def _file(url: sa.URL) -> Path | None:
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    return Path(url.database)


def _make_private(path: Path) -> None:
    """People's words are in it: nobody but the owner reads it, nor the files beside it."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDONLY, 0o600))
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}; is the folder there, and yours?") from None


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # we begin transactions ourselves
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={LOCK_WAIT // timedelta(milliseconds=1)}")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA secure_delete=ON")  # what is removed is overwritten, on every build
    if cursor.execute("PRAGMA journal_mode").fetchone()[0] == "delete":
        cursor.execute("PRAGMA journal_mode=WAL")
    cursor.close()


def _begin(connection: sa.Connection) -> None:
    immediate = connection.get_execution_options().get("immediate")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


@contextmanager
def _explained(store: Store) -> Iterator[None]:
    try:
        yield
    except sa.exc.DBAPIError as error:
        place = store.url.render_as_string(hide_password=True)
        raise StoreError(f"{place}: {_sentence(str(error.orig))}") from error


_SENTENCES = {
    "readonly": "the database may not be written: check who owns the file and its folder",
    "disk is full": "the database is full: free some space, or raise max_page_count",
    "is locked": "another program holds the database: wait, or end it",
    "not a database": "this file is no database: was another file put in its place?",
    "unable to open": "the database cannot be opened: is the folder there, and yours?",
}


def _sentence(message: str) -> str:
    """What the caller can do about a database's complaint. The complaint itself may hold text."""
    first = message.splitlines()[0] if message else "unknown error"
    return next((text for sign, text in _SENTENCES.items() if sign in message), first[:200])
