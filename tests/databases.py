"""Empty databases for tests: SQLite's, or PostgreSQL's with `pytest --store postgresql`."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.store import schema
from monitor.store.database import Store
from tests.postgresql import Cluster

_EMPTY = f"TRUNCATE {', '.join(schema.metadata.tables)} RESTART IDENTITY"


class _Server:
    """Hands out copies of a database that has the tables already."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._template = cluster.create()
        store = Store(cluster.url(self._template))
        store.upgrade()
        store.close()
        self._by_file: dict[Path, str] = {}
        self._stores: list[Store] = []
        self._free: list[Store] = []
        self._is_over = False

    def lend(self, borrower: object) -> Store:
        """For as long as somebody knows the borrower."""
        store = self._free.pop() if self._free else self._made()
        weakref.finalize(borrower, self._take_back, store)
        return store

    def _made(self) -> Store:
        store = Store(self._cluster.url(self._cluster.create(self._template)))
        self._stores.append(store)
        return store

    def url_for(self, file: Path) -> str:
        """Always the same database for the same file."""
        if file not in self._by_file:
            self._by_file[file] = self._cluster.create(self._template)
        return self._cluster.url(self._by_file[file])

    def forget(self) -> None:
        for name in self._by_file.values():
            self._cluster.drop(name)
        self._by_file.clear()

    def close(self) -> None:
        self.forget()
        self._is_over = True
        for store in self._stores:
            store.close()

    def _take_back(self, store: Store) -> None:
        """Emptied, it serves again: that is faster than a new one."""
        if not self._is_over:
            with store.write() as tx:
                tx.exec_driver_sql(_EMPTY)
            self._free.append(store)


_server: _Server | None = None


@contextmanager
def served_by(cluster: Cluster) -> Iterator[None]:
    """Meanwhile databases are of this cluster, instead of SQLite's."""
    global _server
    _server = _Server(cluster)
    yield
    _server.close()
    _server = None


def lent_to(borrower: object) -> Store:
    """A store of its own, which is gone with the borrower."""
    return _server.lend(borrower) if _server else Store("sqlite://")


def url_for(file: Path) -> str:
    """Of a database that stands for this file, as a configuration names it."""
    return _server.url_for(file) if _server else f"sqlite:///{file}"


def forget_files() -> None:
    """Their databases are not needed any more."""
    if _server:
        _server.forget()
