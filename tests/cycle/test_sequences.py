"""Whatever happens in whatever order, the store stays true to the rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from monitor.cycle.ingest import refold
from monitor.domain.account import Account
from monitor.domain.fold import fold
from monitor.domain.post import Post
from monitor.domain.target import Metric, Target, Verdict, judge
from monitor.domain.wait import Deed, Dismissal, Status
from monitor.store import accounts, posts, schema, waits
from monitor.store.waits import StoredDue
from tests.building import at
from tests.cycle.house import SIX_MINUTES, House
from tests.cycle.test_ingest import as_folded, as_stored
from tests.domain.worlds import ACCOUNTS, DAY, WORDING
from tests.domain.worlds import posts as any_post

FOLLOW_UP = Target(
    "follow-up",
    Metric.NEXT_REPLY,
    timedelta(minutes=2),
    Fraction(8, 10),
    warn_at=(timedelta(minutes=1),),
)
GONE = (Status.MERGED.value, Status.WITHDRAWN.value)


class History(RuleBasedStateMachine):
    """Batches, imports, people, reloads and the clock, in any order."""

    @initialize(account=st.sampled_from(ACCOUNTS), minute=st.sampled_from([-2 * DAY, 0, 3 * DAY]))
    def begin(self, account: Account, minute: int) -> None:
        self.minute: float = minute
        self.house = House(account, WORDING, (SIX_MINUTES, FOLLOW_UP))
        self.promises = self.house.desk.targets
        self.counted: Counter[str] = Counter()
        self.alerts: list[str] = []
        self.numbers: set[int] = set()
        self.is_stale = False

    @rule(batch=st.lists(any_post(), max_size=4), live=st.sampled_from([True, True, False]))
    def arrive(self, batch: list[Post], live: bool) -> None:
        before, touched = self.house.rows(), self.conversations(batch)
        self.house.take(*batch, minute=self.minute, live=live)
        touched |= self.conversations(batch)
        places = self.places()
        after = self.house.rows()
        for number, row in before.items():
            if places[row["opened_by"]] not in touched:
                assert after[number] == row

    @rule(minutes=st.sampled_from([0.0, 0.5, 1, 2, 3, 6, DAY, 2 * DAY]), was_blind=st.booleans())
    def observe(self, minutes: float, was_blind: bool) -> None:
        self.minute += minutes
        self.house.observe(self.minute, was_blind=was_blind)
        watermark = at(self.minute)
        for due in self.dues():
            if due.target_id in self.house.desk.targets and not self.is_gone(due):
                assert (due.verdict is not None) == (due.due_at <= watermark)

    @rule(chance=st.integers(0, 99), deed=st.sampled_from(Deed), reason=st.sampled_from(Dismissal))
    def act(self, chance: int, deed: Deed, reason: Dismissal) -> None:
        numbers = sorted(self.house.rows())
        if numbers:
            number = numbers[chance % len(numbers)]
            self.house.act(number, deed, self.minute, reason if deed is Deed.DISMISS else None)

    @rule(account=st.sampled_from(ACCOUNTS), agents=st.booleans())
    def reload(self, account: Account, agents: bool) -> None:
        if not agents:
            account = replace(account, agents=())
        self.house.under(account=account)
        self.is_stale = True

    @rule(factor=st.sampled_from([0.2, 1, 1, 20]), kept=st.sampled_from([True, True, False]))
    def promise(self, factor: float, kept: bool) -> None:
        self.house.under(
            targets={
                n: replace(
                    t, within=t.within * factor, warn_at=tuple(w * factor for w in t.warn_at)
                )
                for n, t in self.promises.items()
                if kept or t.name != "follow-up"
            }
        )

    @rule()
    def refold(self) -> None:
        with self.house.store.write() as tx:
            refold(tx, self.house.desk, self.stored(tx), at(self.minute))
        self.is_stale = False

    @invariant()
    def waits_are_what_the_fold_says(self) -> None:
        if self.is_stale:
            return
        called = set(self.places().values())
        with self.house.store.read() as tx:
            known = [one.known() for one in self.stored(tx).values()]
            acts = waits.acts_in(tx, self.house.desk.id, called)
        assert as_stored(self.house) == as_folded(fold(known, acts, self.house.desk.account))

    @invariant()
    def verdicts_are_the_judges(self) -> None:
        rows = self.house.rows()
        with self.house.store.read() as tx:
            watermark = accounts.watermark(tx, self.house.desk.id)
        for due in self.dues():
            wait = waits.stored(rows[due.wait])
            if wait.status.is_gone:
                assert due.verdict is not None
            elif due.verdict and due.target_id in self.house.desk.targets:
                verdict = judge(
                    due.due_at, wait.answered_at, wait.ended_at, watermark, at(self.minute)
                )
                assert (verdict, verdict.is_final) == (due.verdict, True)
            elif due.verdict is None and due.next_at:
                assert due.next_at <= due.due_at

    @invariant()
    def nothing_counted_or_numbered_is_lost(self) -> None:
        counted, numbers = self.house.counted(), set(self.house.rows())
        assert all(counted[name] >= value for name, value in self.counted.items())
        for target in ("airline-6m", "follow-up"):
            assert counted[f"sla_due_total {target}"] >= counted[f"sla_met_total {target}"]
        assert numbers >= self.numbers
        self.counted, self.numbers = counted, numbers

    @invariant()
    def facts_are_true_and_told_once(self) -> None:
        alerts, rows = self.house.alerts(), self.house.rows()
        assert alerts[: len(self.alerts)] == self.alerts
        assert len(set(alerts)) == len(alerts)
        verdicts = {(due.wait, self.named(due)): due.verdict for due in self.dues()}
        for key in alerts[len(self.alerts) :]:
            kind, number, about, *_ = key.split("/")
            row = rows[int(number)]
            assert row["live"] or kind == "corrected"
            if kind == "breach":
                assert verdicts[int(number), about] == Verdict.BREACHED
            if kind in ("recovered", "corrected"):
                assert key.replace(kind, "breach") in alerts[: alerts.index(key)]
            if kind == "nudged":
                assert (row["status"], row["nudges"]) == ("open", int(about))
        self.alerts = alerts

    @invariant()
    def a_breach_is_told_again_only_after_it_was_said_to_be_over(self) -> None:
        for told in self.told().values():
            for number, key in enumerate(told):
                if key.startswith("breach") and number:
                    assert told[number - 1].startswith(("recovered", "corrected"))

    @invariant()
    def the_overdue_are_told(self) -> None:
        rows, told = self.house.rows(), self.told()
        for due in self.dues():
            is_late = due.verdict == Verdict.BREACHED and rows[due.wait]["status"] == "open"
            is_promised = due.target_id in self.house.desk.targets
            if is_late and is_promised and rows[due.wait]["live"]:
                assert told[due.wait, self.named(due)][-1].startswith("breach")

    @invariant()
    def nobody_is_left_to_believe_in_a_breach_that_is_none(self) -> None:
        for due in self.dues():
            told = self.told().get((due.wait, self.named(due)))
            if told and due.target_id in self.house.desk.targets and not self.is_gone(due):
                assert (due.verdict == Verdict.BREACHED) or told[-1].startswith("corrected")

    def told(self) -> Mapping[tuple[int, str], list[str]]:
        """By wait and promise: breaches and their ends, in order."""
        found: dict[tuple[int, str], list[str]] = {}
        for key in self.house.alerts():
            kind, number, about, *_ = key.split("/")
            if kind in ("breach", "recovered", "corrected"):
                found.setdefault((int(number), about), []).append(key)
        return found

    def named(self, due: StoredDue) -> str:
        return self.promises[due.target_id].name

    def dues(self) -> list[StoredDue]:
        numbers = self.house.rows().keys()
        with self.house.store.read() as tx:
            found = waits.dues_of(tx, numbers)
        return [due for dues in found.values() for due in dues]

    def is_gone(self, due: StoredDue) -> bool:
        return self.house.row(due.wait)["status"] in GONE

    def places(self) -> Mapping[str, str]:
        with self.house.store.read() as tx:
            found = tx.execute(sa.select(schema.node.c.native_id, schema.node.c.conversation))
            return {row.native_id: row.conversation for row in found}

    def conversations(self, batch: list[Post]) -> set[str]:
        places = self.places()
        named = {name for one in batch for name in (one.id, one.parent_id, one.root_id) if name}
        return {places[name] for name in named if name in places}

    def stored(self, tx: sa.Connection) -> dict[str, Any]:
        names = tx.scalars(sa.select(schema.post.c.native_id)).all()
        return posts.find(tx, self.house.desk.id, names)


History.TestCase.settings = settings(max_examples=40, stateful_step_count=12, deadline=None)
TestHistory = History.TestCase
