"""The door to the database: one transaction writes at a time, any number read.

On PostgreSQL several may write: a step that folds an account holds the account's row
(`accounts.held`), which keeps others away from it, and from nothing else.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
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

CONNECTIONS = 40
"""At once to one PostgreSQL server: pollers, jobs, and the pages that are asked for."""

_MIGRATING = 0x7265706C79
"""A number that PostgreSQL's users agree on to migrate one after another."""

_BESIDE = ("-wal", "-shm")
"""How SQLite's own files beside a database end; they come and go."""


class StoreError(Exception):
    """The database cannot be used; the text says why, and what to do."""


class Store:
    """A database. `url` is SQLAlchemy's; `sqlite://` alone lives in memory, for tests."""

    def __init__(self, url: str) -> None:
        self.url = sa.make_url(url)
        self.path = file_of(url)
        if self.path:
            _make_private(self.path)
        if self.is_sqlite:
            options: dict[str, Any] = {} if self.path else {"poolclass": StaticPool}
            self._reading: sa.Engine = sa.create_engine(self.url, **options)
            self._writing: sa.Engine = self._reading.execution_options(immediate=True)
            sa.event.listen(self._reading, "connect", _prepare)
            sa.event.listen(self._reading, "begin", _begin)
        else:
            self._writing = _server(self.url)
            self._reading = self._writing.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            sa.event.listen(self._writing, "connect", _set_limits)

        driver: Any = self._writing.dialect.loaded_dbapi  # its errors come past SQLAlchemy, too
        self.errors = (sa.exc.DBAPIError, sa.exc.TimeoutError, driver.Error)

    @property
    def is_sqlite(self) -> bool:
        return is_sqlite(self.url)

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """One transaction; on SQLite it takes the database's write lock at once."""
        with _explained(self), self._writing.begin() as tx:
            yield tx

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """One transaction that sees one state of the database."""
        with _explained(self), self._reading.begin() as tx:
            yield tx

    def close(self) -> None:
        self._reading.dispose()

    @property
    def files(self) -> Sequence[Path]:
        """What it is made of on disk: none for a server, or for memory."""
        if not self.path:
            return ()
        real = self.path.resolve()
        return (self.path, *(real.with_name(f"{real.name}{end}") for end in _BESIDE))

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
            if not self.is_sqlite:
                tx.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATING)))
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


def is_sqlite(url: str | sa.URL) -> bool:
    return sa.make_url(url).get_backend_name() == "sqlite"


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


def file_of(address: str) -> Path | None:
    """The file that a URL means; None for a server, or for memory."""
    url = sa.make_url(address)
    if not is_sqlite(url) or not url.database or url.database == ":memory:":
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
    """Past Core, which would take as long again: every step begins one."""
    immediate = connection.get_execution_options().get("immediate")
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)  # noqa: S101  others do not listen
    driver.execute("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _server(url: sa.URL) -> sa.Engine:
    try:
        return sa.create_engine(
            url, pool_pre_ping=True, pool_size=CONNECTIONS // 4, max_overflow=CONNECTIONS * 3 // 4
        )
    except (ModuleNotFoundError, sa.exc.NoSuchModuleError):
        raise StoreError(
            f"{url.drivername} cannot be used here: write postgresql+psycopg://, "
            'and install its driver with pip install "replywatch[postgres]"'
        ) from None


def _set_limits(connection: Any, _record: object) -> None:
    """Nobody waits for ever, not even for a process that was frozen in the midst of a step."""
    most = LOCK_WAIT // timedelta(milliseconds=1)
    connection.execute(f"SET lock_timeout = {most}")
    connection.execute(f"SET idle_in_transaction_session_timeout = {2 * most}")
    connection.commit()


@contextmanager
def _explained(store: Store) -> Iterator[None]:
    try:
        yield
    except store.errors as error:
        place = store.url.render_as_string(hide_password=True)
        said = error.orig if isinstance(error, sa.exc.DBAPIError) else error
        raise StoreError(f"{place}: {_sentence(str(said))}") from error


_SENTENCES = {
    "readonly": "the database may not be written: check who owns the file and its folder",
    "disk is full": "the database is full: free some space, or raise max_page_count",
    "is locked": "another program holds the database: wait, or end it",
    "not a database": "this file is no database: was another file put in its place?",
    "unable to open": "the database cannot be opened: is the folder there, and yours?",
    "connection is bad": "the server cannot be reached: does it run?",
    "connection failed": "the server cannot be reached: does it run, and do name and password fit?",
    "QueuePool limit": "all connections are in use: is the database slow?",
    "connection is lost": "the server has broken off: was it stopped, or does its log say why?",
    "lock timeout": "another program holds the account: wait, or end it",
}


def _sentence(message: str) -> str:
    """What the caller can do about a database's complaint. The complaint itself may hold text."""
    first = message.splitlines()[0] if message else "unknown error"
    return next((text for sign, text in _SENTENCES.items() if sign in message), first[:200])
