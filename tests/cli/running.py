"""A brand with an inbox, watched by the command line in a folder of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from typer.testing import CliRunner

from monitor.cli.application import app
from monitor.report.plain import rfc3339
from monitor.store.database import Store

START = datetime(2025, 3, 3, 10, tzinfo=UTC)
"""A Monday."""

CONFIG = """
store: sqlite:///acme.db
targets:
  six: {metric: first_reply, within: 6m, objective: 90%}
accounts:
  - {name: acme, brand: Acme Air, connector: inbox, handle: acme}
"""

Line = Mapping[str, Any]


def at(minutes: float) -> datetime:
    """So many minutes after ten o'clock."""
    return START + timedelta(minutes=minutes)


def asks(name: str, customer: str, minutes: float, **fields: Any) -> Line:
    """A post that names the account."""
    return _line(name, customer, minutes, mentions=["acme"], **fields)


def answers(name: str, minutes: float, parent: str, **fields: Any) -> Line:
    """A post by the account."""
    return _line(name, "acme", minutes, parent_id=parent, **fields)


def says(name: str, author: str, minutes: float, **fields: Any) -> Line:
    """A post that names nobody; it moves the watermark of an import."""
    return _line(name, author, minutes, **fields)


def _line(name: str, author: str, minutes: float, **fields: Any) -> Line:
    by = {"author_id": author, "author_handle": author, "created_at": rfc3339(at(minutes))}
    return {"id": name, **by, "text": f"post {name}", **fields}


class Outcome:
    """How a command ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Desk:
    """Runs commands with its configuration, `acme.yml`."""

    def __init__(self, folder: Path, config: str = CONFIG) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.config = folder / "acme.yml"
        self.config.write_text(config, encoding="utf-8")

    def run(self, *words: str, code: int = 0) -> Outcome:
        """A command that ends with this code."""
        found = self.bare(*words, "-c", str(self.config))
        assert found.code == code, found.out + found.err
        return found

    def bare(self, *words: str, env: Mapping[str, str] | None = None) -> Outcome:
        """A command as it stands."""
        result = CliRunner().invoke(app, list(words), env=env)
        return Outcome(result.exit_code, result.stdout, result.stderr)

    def take(self, *lines: Line, until: float | None = None) -> None:
        """Import these posts; nothing is missing up to that minute."""
        path = self.folder / "posts.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        bound = ["--complete-until", str(rfc3339(at(until)))] if until is not None else []
        self.run("import", str(path), "--account", "acme", *bound)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        with closing(Store(f"sqlite:///{self.folder / 'acme.db'}")) as store, store.read() as tx:
            yield tx
