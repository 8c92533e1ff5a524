"""A PostgreSQL of one's own: a server in a new folder, which is gone afterwards."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Self

import sqlalchemy as sa

OWNER = "postgres"
"""Who runs the server where the tests run as root, which PostgreSQL refuses."""

QUICK = "fsync=off full_page_writes=off synchronous_commit=off"
"""Nothing of this needs to survive."""


class NotInstalledError(Exception):
    """There is no PostgreSQL here; the text says what to install."""


class Cluster:
    """A running server. Who has the folder reaches it by its socket there. `settings` are of
    postgresql.conf, parted by blanks. Raises NotInstalledError."""

    def __init__(self, settings: str = QUICK) -> None:
        self._programs = _programs()
        self._numbers = count(1)
        self._folder = Path(tempfile.mkdtemp(prefix="replywatch-pg-"))
        self._is_root = os.geteuid() == 0
        if self._is_root:
            shutil.chown(self._folder, OWNER)
        place = ["-D", str(self._folder / "server")]
        how = ["--auth=trust", f"--username={OWNER}", "--encoding=UTF8", "--locale=C.UTF-8"]
        self._run("initdb", *place, *how, "--no-sync")
        options = [
            f"-c {each}"
            for each in (*settings.split(), "max_connections=300", "listen_addresses=''")
        ]
        options.append(f"-k {self._folder}")
        log = ["-l", str(self._folder / "log")]
        self._run("pg_ctl", *place, *log, "-w", "-o", " ".join(options), "start")
        self._engine = sa.create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://{OWNER}@/{database}?host={self._folder}"

    def create(self, template: str = "template1") -> str:
        """The name of a new database, a copy of `template`."""
        name = f"rw{next(self._numbers)}"
        self._say(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return name

    def drop(self, database: str) -> None:
        self._say(f"DROP DATABASE {database} WITH (FORCE)")

    def stop(self) -> None:
        self._engine.dispose()
        self._run("pg_ctl", "-D", str(self._folder / "server"), "-m", "immediate", "stop")
        shutil.rmtree(self._folder)

    def _say(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.exec_driver_sql(statement)

    def _run(self, program: str, *arguments: str) -> None:
        command: Sequence[str] = [str(self._programs / program), *arguments]
        owner = OWNER if self._is_root else None
        done = subprocess.run(
            command,
            user=owner,
            group=owner,
            extra_groups=[] if owner else None,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,  # the server would keep a pipe open
            stderr=subprocess.DEVNULL,
            check=False,
        )
        if done.returncode:
            log = self._folder / "log"
            told = log.read_text() if log.exists() else "it left no log"
            raise RuntimeError(f"{program} failed: {told}")


def _programs() -> Path:
    """The folder of the newest one. Debian keeps them out of PATH."""
    if importlib.util.find_spec("psycopg") is None:
        raise NotInstalledError("psycopg is not installed; make test-services installs it")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    if found:
        return found[-1].parent
    if somewhere := shutil.which("initdb"):
        return Path(somewhere).resolve().parent
    raise NotInstalledError("PostgreSQL is not installed; on Debian: apt-get install postgresql")


def _version(program: Path) -> int:
    version = program.parts[-3]
    return int(version) if version.isdigit() else 0
