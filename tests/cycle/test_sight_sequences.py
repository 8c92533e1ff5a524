"""Whatever fails, starts again, sleeps or has the wrong time: what is told of an account is true,
and told once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from monitor.app import watches
from monitor.config import load
from monitor.cycle.blindness import Lookout
from monitor.cycle.poll import CLOCK_TRUST, poll
from monitor.ports.connector import Batch, Cursor, FetchError, Reason
from monitor.store import accounts, schema
from tests import databases
from tests.acceptance.watching import Hands

CONFIGURATION = """
accounts:
  - {name: acme, connector: inbox, handle: acme, targets: [airline-6m], poll: 60s}
"""


class Feed:
    """A platform on which nobody says anything, and that may be in trouble."""

    least_gap = settle = timedelta(seconds=1)
    trouble: Reason | None = None

    def fetch(self, cursor: Cursor, now: datetime) -> Iterator[Batch]:
        if self.trouble:
            raise FetchError(self.trouble, "as it is")
        yield Batch((), cursor, complete_until=now - self.settle)


class Sight(RuleBasedStateMachine):
    """Polls, trouble, sleep, restarts, and a host's clock that is off, in any order."""

    @initialize()
    def begin(self) -> None:
        self.clock, self.feed, self.store = Hands(), Feed(), databases.lent_to(self)
        self.store.upgrade()
        with TemporaryDirectory() as folder:
            file = Path(folder) / "acme.yml"
            file.write_text(CONFIGURATION, encoding="utf-8")
            (watch,) = watches(load(file), self.store, self.clock).values()
        self.watch = replace(watch, connector=self.feed)
        self.lookout = Lookout(self.store)
        self.told: list[str] = []

    @rule(trouble=st.sampled_from([None, None, Reason.AUTH, Reason.UNAVAILABLE]))
    def platform(self, trouble: Reason | None) -> None:
        self.feed.trouble = trouble

    @rule(times=st.integers(1, 12))
    def run(self, times: int) -> None:
        """As the daemon does, for minutes."""
        for _ in range(3 * times):
            self.clock.forward(20)
            row = self.row()
            if row.next_poll_at is None or row.next_poll_at <= self.clock():
                poll(self.store, self.watch, self.clock)
            self.look()
        self.is_told_as_it_is()

    @rule(minutes=st.sampled_from([1, 10, 600]))
    def sleep(self, minutes: int) -> None:
        self.clock.forward(60 * minutes)
        self.look()  # before any poll

    @rule()
    def start(self) -> None:
        self.lookout = Lookout(self.store)
        self.look()

    @rule(seconds=st.sampled_from([0, 0, 4, 30, -30]))
    def clocks_part(self, seconds: int) -> None:
        """By so much, as the platform's answers show."""
        row, offset = self.row(), timedelta(seconds=seconds)
        with self.store.write() as tx:
            accounts.update(tx, row.id, clock_offset=offset)

    @invariant()
    def nothing_is_told_twice_or_unsaid(self) -> None:
        told = self.alerts()
        assert told[: len(self.told)] == self.told
        assert len(set(told)) == len(told)
        self.told = told

    @invariant()
    def beginnings_and_ends_take_turns(self) -> None:
        for begins, ends in (("blind", "blind_over"), ("account_failing", "account_recovered")):
            told = [key.split("/") for key in self.alerts()]
            told = [parts for parts in told if parts[0] in (begins, ends) and parts[-1] != "auth"]
            assert [parts[0] for parts in told] == [begins, ends] * (len(told) // 2) + [begins] * (
                len(told) % 2
            )
            for first, second in zip(told[::2], told[1::2], strict=False):
                assert first[1:] == second[1:]

    @invariant()
    def trouble_that_needs_a_person_is_told(self) -> None:
        row = self.row()
        (standing,) = [key for key in self.alerts() if "/account_" in f"/{key}"][-1:] or [""]
        if row.reason == Reason.AUTH or row.failures >= 3:
            assert standing.startswith("account_failing")
        if not row.failures:
            assert not standing.startswith("account_failing")

    def is_told_as_it_is(self) -> None:
        """After a while awake."""
        row = self.row()
        with self.store.read() as tx:
            watermark = accounts.watermark(tx, row.id)
        if watermark is None:
            assert not self.alerts_of("blind")
            return
        is_wrong = abs(row.clock_offset or timedelta(0)) > CLOCK_TRUST
        is_blind = is_wrong or self.watch.is_blind(watermark, self.clock())
        assert len(self.alerts_of("blind")) - len(self.alerts_of("blind_over")) == is_blind

    def look(self) -> None:
        self.lookout.look({"acme": self.watch}, self.clock())

    def row(self) -> accounts.AccountRow:
        with self.store.read() as tx:
            return accounts.one(tx, "acme")

    def alerts(self) -> list[str]:
        with self.store.read() as tx:
            return list(tx.scalars(sa.select(schema.alert.c.key).order_by(schema.alert.c.number)))

    def alerts_of(self, kind: str) -> list[str]:
        return [key for key in self.alerts() if key.split("/")[0] == kind]

    def teardown(self) -> None:
        self.watch.web.close()


Sight.TestCase.settings = settings(max_examples=40, stateful_step_count=15, deadline=None)
TestSight = Sight.TestCase
