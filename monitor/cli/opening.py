"""From options to an open database, for commands that read and for those that write."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from monitor.app import open_own_store, open_store, system_clock, watches
from monitor.cli.failing import UsageError
from monitor.config import Config, load
from monitor.cycle.desk import Watch
from monitor.cycle.promises import put_in_force
from monitor.daemon import LEASE
from monitor.report.numbers import Subject
from monitor.report.subjects import subjects
from monitor.store import lease
from monitor.store.database import Store, StoreError

CONFIG = "REPLYWATCH_CONFIG"
DEFAULT = Path("replywatch.yml")


@dataclass(frozen=True, slots=True)
class Reading:
    """A database to read, with the configuration unless the database alone was given."""

    store: Store
    config: Config | None
    now: datetime

    @property
    def zone(self) -> ZoneInfo:
        return self.config.timezone if self.config else ZoneInfo("UTC")

    def subjects(self, tx: sa.Connection, names: Sequence[str] | None) -> list[Subject]:
        """The accounts of these names, or all: the configured ones in their order, then those of
        which the database alone knows. Raises UsageError."""
        known = subjects(tx, self.config)
        return [known[name] for name in _wanted(names, known)]


@dataclass(frozen=True, slots=True)
class Writing:
    """The database of a configuration, and every account by name."""

    store: Store
    config: Config
    watches: Mapping[str, Watch]
    now: datetime

    def chosen(self, names: Sequence[str] | None) -> list[Watch]:
        """The accounts of these names, or all. Raises UsageError."""
        return [self.watches[name] for name in _wanted(names, self.watches)]


@contextmanager
def reading(config_file: Path | None, store_url: str | None) -> Iterator[Reading]:
    """Raises UsageError, ConfigError, StoreError."""
    if config_file and store_url:
        raise UsageError("give --config or --store, not both")
    config = None if store_url else load(config_path(config_file))
    url = config.store_url if config else store_url or ""
    _require_there(url)
    with closing(open_store(url)) as store:
        yield Reading(store, config, system_clock())


@contextmanager
def writing(config_file: Path | None) -> Iterator[Writing]:
    """Makes the database where there is none. Raises UsageError, ConfigError, StoreError."""
    config = load(config_path(config_file))
    with closing(open_own_store(config, system_clock)) as store:
        every, now = watches(config, store, system_clock), system_clock()
        with store.write() as tx:
            if not lease.is_held(tx, LEASE, now):  # else that has another configuration, perhaps
                put_in_force(tx, every.values())
        try:
            yield Writing(store, config, every, now)
        finally:
            for watch in every.values():
                watch.web.close()


def config_path(given: Path | None) -> Path:
    """Where the configuration is. Raises UsageError where none is given, nor there by default."""
    if given:
        return given
    if named := os.environ.get(CONFIG):
        return Path(named)
    if DEFAULT.exists():
        return DEFAULT
    raise UsageError(f"there is no {DEFAULT} here: give -c FILE, or set {CONFIG}")


def _wanted(names: Sequence[str] | None, known: Mapping[str, object]) -> list[str]:
    """These names, which must be known, each once; or all. Raises UsageError."""
    for name in names or ():
        if name not in known:
            there = ", ".join(known) or "none"
            raise UsageError(f'there is no account "{name}"; there are: {there}')
    return [*dict.fromkeys(names or known)]


def _require_there(url: str) -> None:
    """Reading makes no database."""
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        raise UsageError("--store is no database; write sqlite:///FILE") from None
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file():
        raise StoreError(
            f"{parsed.database}: there is no database; replywatch run or import makes it"
        )
