"""An account with a store in memory, to which batches of posts arrive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from monitor.app import watches
from monitor.config import load
from monitor.cycle.act import act
from monitor.cycle.desk import Desk, Watch
from monitor.cycle.ingest import ingest
from monitor.cycle.judge import judge_account
from monitor.domain.account import Account
from monitor.domain.calendar import ALWAYS
from monitor.domain.post import Post
from monitor.domain.target import Metric, Target
from monitor.domain.wait import Deed, Dismissal
from monitor.domain.words import Wording
from monitor.store import accounts, schema, tallies, targets, waits
from monitor.store.database import Store
from tests import databases
from tests.building import ACCOUNT, at

SIX_MINUTES = Target(
    "airline-6m",
    Metric.FIRST_REPLY,
    timedelta(minutes=6),
    Fraction(9, 10),
    warn_at=(timedelta(minutes=3), timedelta(minutes=5)),
)
LONG_AGO = at(-60 * 24 * 30)


class House:
    """`live_since` None would be before the first poll; here it was long ago."""

    def __init__(
        self,
        account: Account = ACCOUNT,
        wording: Wording | None = None,
        promises: Iterable[Target] = (SIX_MINUTES,),
        store: Store | None = None,
    ) -> None:
        self.store = store or databases.lent_to(self)
        self.store.upgrade()
        with self.store.write() as tx:
            accounts.ensure(tx, ["acme"])
            numbers = targets.ensure(tx, promises)
            row = accounts.one(tx, "acme")
        self.desk = Desk(
            id=row.id,
            name="acme",
            account=account,
            wording=wording or Wording(),
            calendar=ALWAYS,
            targets={numbers[target.name]: target for target in promises},
            bounds=(60.0, 360.0, 3600.0),
            live_since=LONG_AGO,
        )

    def take(self, *posts: Post, minute: float, live: bool = True) -> None:
        """A batch arrives at that minute; nothing is judged by it."""
        with self.store.write() as tx:
            ingest(tx, self.desk, posts, now=at(minute), live=live)

    def observe(self, minute: float, *, was_blind: bool = False) -> None:
        """Everything up to that minute has been read, now."""
        with self.store.write() as tx:
            accounts.cover(tx, self.desk.id, LONG_AGO, at(minute), live=True)
            judge_account(tx, self.desk, at(minute), at(minute), was_blind=was_blind)

    def poll(self, *posts: Post, minute: float, live: bool = True) -> None:
        self.take(*posts, minute=minute, live=live)
        self.observe(minute)

    def act(self, number: int, deed: Deed, minute: float, reason: Dismissal | None = None) -> None:
        with self.store.write() as tx:
            act(tx, self.desk, number, deed, by="kim", now=at(minute), reason=reason)

    def rows(self) -> dict[int, Mapping[str, Any]]:
        """All stored waits by number."""
        with self.store.read() as tx:
            found = tx.execute(sa.select(schema.wait)).mappings()
            return {row["number"]: dict(row) for row in found}

    def row(self, number: int = 1) -> Mapping[str, Any]:
        return self.rows()[number]

    def verdicts(self, number: int = 1) -> dict[str, str | None]:
        """By target name."""
        with self.store.read() as tx:
            dues = waits.dues_of(tx, [number]).get(number, [])
        return {self.desk.targets[due.target_id].name: due.verdict for due in dues}

    def counted(self) -> Counter[str]:
        """Counters that are not 0, such as `waits_opened_total first`."""
        with self.store.read() as tx:
            found = tallies.counts(tx)
        return Counter(
            {f"{metric} {label}".strip(): int(n) for (_, metric, label), n in found.items()}
        )

    def alerts(self) -> list[str]:
        with self.store.read() as tx:
            return list(tx.scalars(sa.select(schema.alert.c.key).order_by(schema.alert.c.number)))

    def under(self, **changes: Any) -> None:
        """Go on under other settings."""
        self.desk = replace(self.desk, **changes)


@contextmanager
def watched(room: Path, settings: str = "", url: str = "") -> Iterator[tuple[Store, Watch]]:
    """A store that lasts, and an inbox of `acme` that is watched as the program watches it.

    `settings`: further lines of the account, in YAML's flow style; `url`: of a certain database.
    """
    file = room / "replywatch.yml"
    account = "{name: acme, connector: inbox, handle: acme, targets: [airline-6m]%s}"
    url = url or databases.url_for(room / "history.db")
    text = f"store: {url}\naccounts:\n  - {account % settings}\n"
    file.write_text(text, encoding="utf-8")
    config = load(file)
    store = Store(config.store_url)
    store.upgrade()
    (watch,) = watches(config, store, lambda: at(0)).values()
    yield store, watch
    watch.web.close()
    store.close()
