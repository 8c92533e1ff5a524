"""Posts that are handed in: when the account is live, what moves its watermark, what is judged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.cycle.delivery import Delivery
from monitor.cycle.desk import Watch
from monitor.domain.post import Post
from monitor.domain.statistics import Span
from monitor.store import accounts, schema, tallies
from monitor.store.database import Store
from tests.building import at, mention, post, reply
from tests.cycle.house import watched


class Inbox:
    """The account `acme`, promised an answer within six minutes; requests come at some minute."""

    def __init__(self, store: Store, watch: Watch) -> None:
        self.store, self.watch = store, watch

    def hand_in(self, minute: float, *posts: Post, until: float | None = None) -> datetime | None:
        """A request that is taken whole."""
        delivery = Delivery(self.store, self.watch, at(minute))
        complete_until = at(minute if until is None else until)
        return delivery.finish(posts, at(minute), complete_until)

    def row(self) -> accounts.AccountRow:
        with self.store.read() as tx:
            return accounts.one(tx, "acme")

    def covered(self) -> tuple[Span, ...]:
        with self.store.read() as tx:
            return accounts.covered(tx, self.row().id)

    def column(self, column: sa.Column[object]) -> list[object]:
        with self.store.read() as tx:
            return list(tx.scalars(sa.select(column)))

    def counted(self, metric: str) -> float:
        """Over all values of its label."""
        with self.store.read() as tx:
            found = tallies.counts(tx)
        return sum(n for (_, name, _), n in found.items() if name == metric)

    def imported(self, until: float) -> None:
        with self.store.write() as tx:
            accounts.cover(tx, self.row().id, at(-60), at(until), live=False)


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    with watched(tmp_path) as (store, watch):
        yield Inbox(store, watch)


def test_it_is_live_from_its_first_request_though_that_is_empty(inbox: Inbox) -> None:
    assert inbox.row().live_since is None

    assert inbox.hand_in(0) == at(0)
    assert inbox.row().live_since == at(0)
    inbox.hand_in(5)
    assert inbox.row().live_since == at(0)


def test_what_began_before_is_history(inbox: Inbox) -> None:
    inbox.hand_in(0, mention("a", "ann", -1), mention("b", "bob", 0))
    inbox.hand_in(2, mention("c", "cem", 1))

    assert inbox.column(schema.wait.c.live) == [False, True, True]
    assert inbox.counted("waits_opened_total") == 2


def test_it_breaches_when_all_up_to_its_due_was_handed_in_and_no_sooner(inbox: Inbox) -> None:
    inbox.hand_in(0)
    inbox.hand_in(1, mention("a", "ann", 1))
    inbox.hand_in(30, until=6.9)
    assert inbox.column(schema.due.c.verdict) == [None]

    inbox.hand_in(30, until=7)
    assert inbox.column(schema.due.c.verdict) == ["breached"]
    assert inbox.counted("sla_due_total") == 1


def test_the_answer_and_the_instant_that_would_judge_it_may_come_together(inbox: Inbox) -> None:
    inbox.hand_in(0)
    inbox.hand_in(1, mention("a", "ann", 1))
    inbox.hand_in(30, reply("A", 7, "a"))

    assert inbox.column(schema.due.c.verdict) == ["met"]
    assert inbox.column(schema.alert.c.key) == []


def test_who_gave_up_in_time_is_in_no_rate_and_who_gave_up_late_is(inbox: Inbox) -> None:
    inbox.hand_in(0)
    early, late = mention("a", "ann", 1), mention("b", "bob", 1)
    inbox.hand_in(2, early, late)
    inbox.hand_in(6, mention("a", "ann", 1, deleted_at=at(6)))
    inbox.hand_in(9, mention("b", "bob", 1, deleted_at=at(8)))

    assert inbox.column(schema.due.c.verdict) == ["excluded", "breached"]


def test_nothing_is_complete_beyond_the_request(inbox: Inbox) -> None:
    assert inbox.hand_in(5, until=500) == at(5)


def test_the_watermark_never_moves_back(inbox: Inbox) -> None:
    inbox.imported(until=10)
    assert inbox.hand_in(20, until=3) == at(10)
    assert inbox.hand_in(21) == at(21)
    assert inbox.hand_in(22, until=4) == at(21)


def test_a_request_of_a_time_ahead_breaks_no_promise_before_it_is_due(inbox: Inbox) -> None:
    inbox.hand_in(0)
    inbox.hand_in(60)  # then the clock goes back
    inbox.hand_in(2, mention("a", "ann", 1))
    assert inbox.hand_in(6.9) == at(6.9)
    assert inbox.column(schema.due.c.verdict) == [None]

    inbox.hand_in(7)
    assert inbox.column(schema.due.c.verdict) == ["breached"]


def test_the_time_between_an_import_and_the_first_request_was_not_observed(inbox: Inbox) -> None:
    inbox.imported(until=10)
    inbox.hand_in(20)
    inbox.hand_in(30)

    assert inbox.covered() == (Span(at(-60), at(10)), Span(at(20), at(30)))


def test_a_request_of_which_something_is_missing_moves_nothing(inbox: Inbox) -> None:
    delivery = Delivery(inbox.store, inbox.watch, at(0))

    assert delivery.finish([mention("a", "ann", 0)], at(0), None) is None
    assert (delivery.stored, inbox.row().live_since, inbox.covered()) == (1, None, ())


def test_what_comes_again_is_unchanged_and_counted_once(inbox: Inbox) -> None:
    inbox.hand_in(0)
    inbox.hand_in(2, mention("a", "ann", 1))
    again = Delivery(inbox.store, inbox.watch, at(3))
    again.take([mention("a", "ann", 1), post("c", "cem", 2)], at(3))
    again.finish([mention("a", "ann", 1)], at(3), at(3))

    assert (again.stored, again.unchanged) == (1, 2)
    assert inbox.counted("mentions_total") == 1


def test_no_post_has_a_time_later_than_it_was_handed_in(inbox: Inbox) -> None:
    inbox.hand_in(0)
    inbox.hand_in(5, mention("a", "ann", 90))

    assert inbox.column(schema.wait.c.opened_at) == [int(at(5).timestamp() * 1_000_000)]
    assert inbox.column(schema.wait.c.live) == [True]


def test_silence_longer_than_the_promise_is_blindness_counted_once(inbox: Inbox) -> None:
    inbox.hand_in(0)
    inbox.hand_in(1, mention("a", "ann", 1))
    inbox.hand_in(60, until=3)  # six minutes of silence were to be expected
    assert inbox.counted("blind_seconds_total") == 53 * 60

    inbox.hand_in(61, until=61)
    assert inbox.counted("blind_seconds_total") == 54 * 60
    assert inbox.column(schema.due.c.late_detected) == [True]


def test_an_empty_request_every_while_leaves_nobody_blind(inbox: Inbox) -> None:
    inbox.hand_in(0, mention("a", "ann", 0))
    for minute in range(1, 12):
        inbox.hand_in(minute)

    assert inbox.counted("blind_seconds_total") == 0
    assert inbox.column(schema.due.c.verdict) == ["breached"]
    assert inbox.column(schema.due.c.late_detected) == [False]


def test_a_part_is_there_though_the_request_never_ends(inbox: Inbox) -> None:
    Delivery(inbox.store, inbox.watch, at(0)).take([mention("a", "ann", 0)], at(0))

    assert inbox.column(schema.post.c.native_id) == ["a"]
    assert inbox.row().live_since is None


def test_a_request_is_judged_though_its_watermark_stays(inbox: Inbox) -> None:
    inbox.hand_in(0)
    inbox.hand_in(10)
    delivery = Delivery(inbox.store, inbox.watch, at(11))
    delivery.finish([mention("a", "ann", 1)], at(11), None)

    assert inbox.column(schema.due.c.verdict) == ["breached"]
