"""Figures held against examples that were reckoned by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path

from monitor.domain.target import Metric, Verdict
from monitor.report.numbers import AccountNumbers, Asked, Subject, account_numbers
from monitor.report.reply_times import ReplyTimes
from tests.cli.running import CONFIG, Desk, answers, asks, at, says

ACME = Subject("acme", "Acme Air", "inbox", ("six",))
LATER = at(9_999)
MINUTE = timedelta(minutes=1)


def numbers(desk: Desk, asked: Asked | None = None, now: datetime = LATER) -> AccountNumbers:
    with desk.reading() as tx:
        return account_numbers(tx, ACME, asked or Asked(), now)


def verdicts(found: AccountNumbers) -> dict[Verdict, int]:
    (six,) = found.targets
    return dict(six.verdicts)


def test_the_never_answered_counts_in_every_figure(desk: Desk) -> None:
    desk.take(
        asks("a", "ann", 0), answers("A", 5, "a"),
        asks("b", "bob", 10), answers("B", 20, "b"),
        asks("c", "cem", 30),
        until=60,
    )  # fmt: skip
    found = numbers(desk)
    assert (found.opened, found.answered, found.open) == (3, 2, 1)
    assert found.reply_rate == Fraction(2, 3)
    assert found.oldest_open_at == at(30)
    assert found.targets[0].share == Fraction(1, 3)
    assert found.replies[Metric.FIRST_REPLY] == ReplyTimes(
        n=3,
        answered=2,
        km_p50=10 * MINUTE,  # S(5) = 2/3, S(10) = 1/3
        km_p90=None,
        naive_p50=5 * MINUTE,
        naive_p90=10 * MINUTE,
    )


def test_a_nudge_is_a_mention_and_no_wait(desk: Desk) -> None:
    desk.take(asks("a", "ann", 0), asks("n", "ann", 3, parent_id="a"))
    found = numbers(desk)
    assert (found.opened, found.nudges, found.mentions) == (1, 1, 2)


def test_what_was_deleted_is_shown_beside_and_not_in_the_reply_rate(desk: Desk) -> None:
    gone = {"deleted_at": "2025-03-03T10:02:00Z"}
    desk.take(asks("a", "ann", 0, **gone), asks("b", "bob", 1), answers("B", 2, "b"), until=60)
    found = numbers(desk)
    assert found.excluded == {"deleted": 1}
    assert found.reply_rate == 1
    assert verdicts(found) == {Verdict.EXCLUDED: 1, Verdict.MET: 1}


def test_a_dismissal_is_counted_by_its_reason_and_leaves_the_breach(desk: Desk) -> None:
    desk.take(asks("a", "ann", 0), until=60)
    desk.run("dismiss", "1", "--reason", "spam")
    found = numbers(desk)
    assert found.excluded == {"spam": 1}
    assert verdicts(found) == {Verdict.BREACHED: 1}


def test_what_came_after_the_watermark_is_left_out(desk: Desk) -> None:
    desk.take(asks("a", "ann", 0), answers("A", 5, "a"), asks("b", "bob", 7), until=4)
    found = numbers(desk)
    assert (found.opened, found.answered, found.open) == (1, 0, 1)
    assert found.oldest_open_at == at(0)


def test_a_wait_at_the_watermark_itself_is_in(desk: Desk) -> None:
    desk.take(asks("a", "ann", 4), until=4)
    assert numbers(desk).opened == 1


def test_the_window_has_its_start_and_not_its_end(desk: Desk) -> None:
    desk.take(asks("a", "ann", 0), asks("b", "bob", 10), asks("c", "cem", 20), until=60)
    assert numbers(desk, Asked(at(0), at(20))).opened == 2
    assert numbers(desk, Asked(at(0.1), at(20.1))).opened == 2


def test_by_due_takes_the_waits_that_fall_due_in_the_window(desk: Desk) -> None:
    desk.take(asks("a", "ann", 0), asks("b", "bob", 10), asks("c", "cem", 58), until=60)
    assert verdicts(numbers(desk, Asked(at(5), at(15)))) == {Verdict.BREACHED: 1}
    assert verdicts(numbers(desk, Asked(at(5), at(17), by_due=True))) == {Verdict.BREACHED: 2}
    assert verdicts(numbers(desk, Asked(by_due=True))) == {Verdict.BREACHED: 2}


def test_beyond_the_watermark_nothing_is_breached(desk: Desk) -> None:
    desk.take(asks("a", "ann", 0), until=5)
    assert verdicts(numbers(desk, now=at(5))) == {Verdict.PENDING: 1}
    assert verdicts(numbers(desk, now=at(7))) == {Verdict.UNCONFIRMED: 1}


def test_the_worst_have_most_nudges_then_are_longest_past_due(desk: Desk) -> None:
    desk.take(
        asks("a", "ann", 0),
        asks("b", "bob", 20), asks("n", "bob", 21, parent_id="b"), answers("B", 30, "b"),
        asks("c", "cem", 1),
        until=60,
    )  # fmt: skip
    worst = numbers(desk).worst
    assert [late.past_due for late in worst] == [4 * MINUTE, 54 * MINUTE, 53 * MINUTE]
    assert [late.answered for late in worst] == [True, False, False]


def test_a_worst_wait_that_was_answered_after_the_watermark_is_not_answered(desk: Desk) -> None:
    desk.take(asks("a", "ann", 0), answers("A", 20, "a"), until=19)
    (late,) = numbers(desk).worst
    assert (late.past_due, late.answered) == (13 * MINUTE, False)


def test_a_worst_wait_is_told_by_the_promise_it_passed_the_most(tmp_path: Path) -> None:
    hour = "  hour: {metric: first_reply, within: 1h, objective: 90%}\n"
    desk = Desk(tmp_path, CONFIG.replace("  six:", hour + "  six:"))
    desk.take(asks("a", "ann", 0), until=90)
    assert [late.past_due for late in numbers(desk).worst] == [84 * MINUTE]


def test_coverage_is_the_share_of_the_window_that_was_observed(desk: Desk) -> None:
    desk.take(asks("a", "ann", 0), until=30)
    desk.take(asks("b", "bob", 60), until=90)
    assert numbers(desk).coverage == Fraction(2, 3)
    assert numbers(desk, Asked(at(20), at(40))).coverage == Fraction(1, 2)


def test_a_merged_wait_is_left_out_everywhere(desk: Desk) -> None:
    second = asks("2", "bob", 5, parent_id="9")
    desk.take(asks("1", "bob", 0), second, until=60)
    assert numbers(desk).opened == 2
    desk.take(says("9", "cem", 1, parent_id="1"), second)
    found = numbers(desk)
    assert (found.opened, found.nudges) == (1, 1)
    assert sum(verdicts(found).values()) == 1


def test_exactly_the_objective_keeps_the_promise(desk: Desk) -> None:
    lines = [asks(f"q{i}", f"c{i}", 0) for i in range(10)]
    desk.take(*lines, *(answers(f"a{i}", 1, f"q{i}") for i in range(9)), until=60)
    (six,) = numbers(desk).targets
    assert (six.is_kept, six.allowed) == (True, 1)


def test_without_a_watermark_nothing_is_said(desk: Desk) -> None:
    desk.run("refold")
    found = numbers(desk)
    assert (found.watermark, found.opened, found.coverage) == (None, 0, None)
