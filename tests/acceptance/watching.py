"""One account under a real configuration, with its store, its connector and a clock by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import orjson
import sqlalchemy as sa

from monitor.config import load
from monitor.cycle.desk import Watch
from monitor.cycle.poll import poll
from monitor.domain.statistics import bucket_bounds
from monitor.http import Web
from monitor.ports.connector import Reason
from monitor.store import accounts, schema, tallies, targets
from monitor.store.accounts import AccountRow
from monitor.store.database import Store
from tests import databases
from tests.acceptance.platform import SECRET

Value = TypeVar("Value")

NOON = datetime(2026, 6, 1, 12, 0, 0, 500_000, tzinfo=UTC)
"""At half a second, in the middle of what an HTTP date can tell."""

TARGETS = "six: {metric: first_reply, within: 6m, objective: 90%, warn_at: []}"


class Hands:
    """A clock that is set by hand."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now


def configuration(
    *addresses: str,
    targets: str = TARGETS,
    poll: str = "60s",
    more: str = "",
    head: str = "",
    handle: str = "brand",
    token: str = SECRET,
    store: str = "sqlite:///rw.db",
) -> str:
    """The text of a configuration: accounts `acme`, `acme-2` .. at these addresses."""
    entries = "".join(
        f"  - name: acme{f'-{n}' if n > 1 else ''}\n    brand: Acme\n    connector: mastodon\n"
        f"    server: {address}\n    handle: {handle}\n    access_token: {token}\n"
        f"    poll: {poll}\n    history: 1h\n{more}"
        for n, address in enumerate(addresses, 1)
    )
    return f"store: {store}\n{head}targets:\n  {targets}\naccounts:\n{entries}"


class Watched:
    """The account `acme` at `address`, and what is stored of it."""

    def __init__(
        self, folder: Path, address: str, clock: Hands, *, deadline: float = 2.0, **fields: str
    ) -> None:
        path = folder / "acme.yml"
        fields = {"store": databases.url_for(folder / "rw.db"), **fields}
        path.write_text(configuration(address, **fields), encoding="utf-8")
        config = load(path)
        self.clock = clock
        self.store = Store(config.store_url)
        self.store.upgrade()
        (settings,) = config.accounts
        with self.store.write() as tx:
            accounts.ensure(tx, ["acme"])
            numbers = targets.ensure(tx, settings.targets)
        self.web = Web(clock, deadline=timedelta(seconds=deadline), tries=2, most_bytes=500_000)
        self.watch = Watch(
            settings,
            settings.build(self.web),
            self.web,
            {numbers[target.name]: target for target in settings.targets},
            bucket_bounds(target.within for target in settings.targets),
        )

    def poll(self) -> Reason | None:
        return poll(self.store, self.watch, self.clock)

    def close(self) -> None:
        self.web.close()
        self.store.close()

    def row(self) -> AccountRow:
        with self.store.read() as tx:
            return accounts.one(tx, "acme")

    def next_poll_in(self) -> float:
        """Seconds from now."""
        at = self.row().next_poll_at
        assert at
        return (at - self.clock()).total_seconds()

    def watermark(self) -> datetime | None:
        with self.store.read() as tx:
            return accounts.watermark(tx, self.row().id)

    def posts(self) -> list[str]:
        return self.column(sa.select(schema.post.c.native_id).order_by(schema.post.c.native_id))

    def openers(self) -> list[str]:
        """Of waits, the post that opened each."""
        return self.column(sa.select(schema.wait.c.opened_by).order_by(schema.wait.c.opened_by))

    def verdicts(self) -> Sequence[str | None]:
        return self.column(sa.select(schema.due.c.verdict).order_by(schema.due.c.due_at))

    def alerts(self) -> list[str]:
        """The keys of what is worth telling, in the order in which it was written."""
        return self.column(sa.select(schema.alert.c.key).order_by(schema.alert.c.number))

    def details(self, key: str) -> Any:
        (text,) = self.column(sa.select(schema.alert.c.details).where(schema.alert.c.key == key))
        return orjson.loads(text)

    def pages(self) -> int:
        """How many the database has."""
        with self.store.read() as tx:
            return int(tx.scalar(sa.text("PRAGMA page_count")) or 0)

    def column(self, query: sa.Select[tuple[Value]]) -> list[Value]:
        with self.store.read() as tx:
            return list(tx.scalars(query))

    def counted(self) -> Counter[str]:
        """Counters that are not 0, such as `poll_failures_total auth`."""
        with self.store.read() as tx:
            found = tallies.counts(tx)
        return Counter({f"{name} {label}".strip(): int(n) for (_, name, label), n in found.items()})
