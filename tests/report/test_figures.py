"""The report over several accounts: hand-counted worlds, and what must hold of any."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.statistics import Length, naive_percentile, observed, survival
from monitor.domain.target import Metric, Verdict
from monitor.domain.wait import Kind
from monitor.report.classes import Outcome
from monitor.report.numbers import Asked, account_numbers
from monitor.report.tables import worst_rows
from monitor.report.windows import Bounds
from tests.cli.running import at
from tests.report.brands import MINUTE, SMALL, stock
from tests.report.stocked import LATER, Asking

HALF = Fraction(1, 2)


def test_what_several_accounts_have_is_added_up() -> None:
    report = stock(*SMALL).report()
    sums = report.sums
    assert (sums.opened, sums.answered, sums.open, sums.nudges) == (6, 4, 1, 3)
    assert sums.excluded == {"deleted": 1}
    assert sums.reply_rate == Fraction(4, 5)
    six, again = (one.attained for one in report.promises)
    assert (six.of(Verdict.MET), six.of(Verdict.BREACHED), six.of(Verdict.EXCLUDED)) == (2, 2, 1)
    assert (again.of(Verdict.MET), again.judged) == (1, 1)
    assert [one.brands for one in report.promises] == [("Acme Air", "Umbra")] * 2


def test_the_curve_is_that_of_all_waits_together() -> None:
    """Answers after 3, 5 and 10 minutes; the others are seen to wait for 2 and for 30."""
    curve = stock(*SMALL).report().curve
    assert curve.n == 5
    assert curve.share(2 * MINUTE) == 1
    assert curve.share(3 * MINUTE) == Fraction(3, 4)
    assert curve.share(6 * MINUTE) == Fraction(1, 2)
    assert curve.share(30 * MINUTE) == Fraction(1, 4)
    assert curve.share(31 * MINUTE) is None
    assert curve.percentile(HALF) == 5 * MINUTE
    assert curve.naive_percentile(HALF) == 5 * MINUTE
    assert curve.naive_share(5 * MINUTE) == Fraction(1, 3)


def test_each_account_is_observed_up_to_its_own_watermark() -> None:
    waits = Asking("acme", 0, answered=9), Asking("umbra", 0, answered=9)
    report = stock(*waits, acme=60, umbra=7).report()
    assert (report.sums.answered, report.sums.open) == (1, 1)
    assert report.curve.share(8 * MINUTE) == 1
    assert report.complete_until == at(7)


def test_groups_are_named_and_the_largest_comes_first() -> None:
    groups = stock(*SMALL).report().groups
    shown = {
        axis: [(one.name, one.sums.opened) for one in theirs] for axis, theirs in groups.items()
    }
    assert shown["platform"] == [("inbox", 4), ("mastodon", 2)]
    assert shown["brand"] == [("Umbra", 4), ("Acme Air", 2)]
    assert shown["language"] == [("English", 3), ("Swedish", 2), ("not told", 1)]
    assert shown["account"] == [("umbra", 4), ("acme", 2)]


def test_what_kind_of_reply_there_was() -> None:
    rows = {row.outcome: row for row in stock(*SMALL).report().classes.rows()}
    assert {name: row.waits for name, row in rows.items()} == {
        Outcome.HUMAN: 3,
        Outcome.DEFLECTION: 1,
        Outcome.AUTOMATED_ONLY: 1,
        Outcome.NONE: 0,
        Outcome.EXCLUDED: 1,
    }
    assert rows[Outcome.HUMAN].median == 7 * MINUTE
    assert rows[Outcome.DEFLECTION].median == 3 * MINUTE
    assert rows[Outcome.NONE].median is None


def test_an_automated_reply_after_the_watermark_is_none_yet() -> None:
    classes = stock(Asking("acme", 0, auto=61)).report().classes
    assert classes.counts == {Outcome.NONE: 1}


def test_a_language_covers_its_regions() -> None:
    report = stock(*SMALL).report(Asked(languages=("SV",)))
    assert report.sums.opened == 2
    assert report.promises[0].attained.judged == 2
    assert [worst.late.wait for worst in report.worst] == [2]
    assert stock(*SMALL).report(Asked(languages=("sv-SE",))).sums.opened == 1
    assert stock(*SMALL).report(Asked(languages=("s_",))).sums.opened == 0


def test_a_target_narrows_to_the_waits_that_it_judges() -> None:
    report = stock(*SMALL).report(Asked(targets=("again",)))
    assert report.sums.opened == 1
    assert [one.attained.target for one in report.promises] == ["again"]
    assert report.metric is Metric.NEXT_REPLY
    assert report.curve.percentile(HALF) == 7 * MINUTE


def test_exactly_what_the_objectives_ask_is_enough() -> None:
    late = Asking("acme", 0, answered=9)
    well = (Asking("acme", place, answered=place + 1) for place in range(9))
    in_time = stock(late, *well).report()
    assert (in_time.in_time.met, in_time.in_time.judged) == (9, 10)
    assert in_time.in_time.is_kept
    assert not stock(late, Asking("acme", 1, answered=2)).report().in_time.is_kept


def test_the_ten_worst_of_all_accounts() -> None:
    waits = [Asking("acme", place, nudges=place % 3) for place in range(12)]
    worst = stock(*waits, Asking("umbra", 0, answered=50, nudges=2)).report().worst
    assert [one.late.nudges for one in worst] == [2] * 5 + [1] * 4 + [0]
    assert [one.row["account"] for one in worst][:5] == ["acme"] * 3 + ["umbra", "acme"]
    assert [one.late.past_due for one in worst][:2] == [52 * MINUTE, 49 * MINUTE]


def test_of_the_worst_no_answer_is_told_from_after_the_watermark() -> None:
    report = stock(Asking("acme", 0, answered=20), acme=19).report()
    (row,) = worst_rows(report)
    assert (row.outcome, row.is_answered) == ("No answer yet", False)
    assert (row.waited, row.business) == ("19 min", "")


def test_the_window_before_is_counted_as_a_report_of_it_would() -> None:
    waits = *(Asking("acme", place) for place in range(3)), Asking("umbra", 20, answered=22)
    found = stock(*waits)
    report = found.report(Asked(at(10), at(30)), Bounds(at(-10), at(10)))
    assert report.earlier
    assert report.earlier.opened == found.report(Asked(at(-10), at(10))).sums.opened == 3
    six = report.promises[0]
    assert (six.attained.share, six.share_before) == (Fraction(1), Fraction(0))
    assert six.change == 1


def test_a_change_is_clear_or_may_be_chance() -> None:
    def of(late: int) -> bool:
        before = [Asking("acme", place / 10, answered=place / 10 + 1) for place in range(40)]
        now = [
            Asking("acme", 20 + place / 10, answered=20 + place / 10 + (9 if place < late else 1))
            for place in range(40)
        ]
        report = stock(*before, *now).report(Asked(at(20), at(30)), Bounds(at(0), at(10)))
        return report.promises[0].is_clear

    assert [of(late) for late in (0, 2, 5, 8, 20)] == [False, False, True, True, True]


def test_what_was_not_observed_is_told_and_the_share_with_it() -> None:
    found = stock(Asking("acme", 0), acme=30, umbra=60)
    report = found.report(Asked(at(-60), at(60)))
    assert report.observed["acme"].gaps[0].start == at(-60)
    assert [gap.end - gap.start for gap in report.observed["acme"].gaps] == [
        60 * MINUTE,
        30 * MINUTE,
    ]
    assert report.coverage == Fraction(30 + 60, 240)


def test_of_nobody_nothing_is_said() -> None:
    report = stock().report()
    assert (report.sums.opened, report.sums.reply_rate, report.trial) == (0, None, None)
    assert report.curve.percentile(HALF) is None
    assert report.curve.share(MINUTE) is None
    assert report.promises[0].interval is None


minutes = st.integers(0, 90)
waits = st.lists(
    st.builds(
        lambda account, opened, lasted, fate, lang, kind, nudges: Asking(
            account,
            opened,
            answered=opened + lasted if fate == "answered" else None,
            ended=opened + lasted if fate == "deleted" else None,
            lang=lang,
            kind=kind,
            nudges=nudges,
        ),
        st.sampled_from(["acme", "umbra"]),
        minutes,
        st.integers(1, 40),
        st.sampled_from(["answered", "open", "deleted"]),
        st.sampled_from(["en", "sv", "sv-SE", None]),
        st.sampled_from(Kind),
        st.integers(0, 2),
    ),
    max_size=25,
)


def lengths_of(found: Sequence[Asking], kind: Kind, until: dict[str, float]) -> list[Length]:
    """As rule 9 says, without a store."""
    return [
        observed(
            at(one.opened),
            None if one.answered is None else at(one.answered),
            None if one.ended is None else at(one.ended),
            at(until[one.account]),
        )
        for one in found
        if one.kind is kind and one.opened <= until[one.account]
    ]


@settings(max_examples=60, deadline=None)
@given(waits, minutes, minutes)
def test_kaplan_meier_of_the_union_is_that_of_all_lengths(
    found: list[Asking], acme: int, umbra: int
) -> None:
    report = stock(*found, acme=acme, umbra=umbra).report()
    every = lengths_of(found, Kind.FIRST, {"acme": acme, "umbra": umbra})
    assert report.curve.estimate == survival(every)
    answered = [one.span for one in every if one.answered]
    assert report.curve.naive_percentile(HALF) == naive_percentile(answered, HALF)


@settings(max_examples=60, deadline=None)
@given(waits, minutes)
def test_the_parts_are_the_whole(found: list[Asking], umbra: int) -> None:
    report = stock(*found, umbra=umbra).report(zone="Asia/Kolkata")
    sums = report.sums
    for groups in report.groups.values():
        assert sum(group.sums.opened for group in groups) == sums.opened
        assert sum(group.sums.answered for group in groups) == sums.answered
        assert sum(group.sums.open for group in groups) == sums.open
        assert sum(group.sums.nudges for group in groups) == sums.nudges
        assert sum(group.curve.n for group in groups) == report.curve.n
        assert sum(group.in_time.met for group in groups) == report.in_time.met
        assert sum(group.in_time.judged for group in groups) == report.in_time.judged
    assert sums.answered + sums.open + sums.excluded.total() == sums.opened
    assert report.classes.counts.total() == sums.opened
    assert sum(one.attained.judged for one in report.promises) == report.in_time.judged


@settings(max_examples=60, deadline=None)
@given(waits, minutes)
def test_the_hours_of_the_week_are_the_whole(found: list[Asking], umbra: int) -> None:
    report = stock(*found, umbra=umbra).report(zone="Asia/Kolkata")
    whole = report.heat.all
    assert whole.opened == report.sums.opened
    assert whole.due == report.in_time.judged
    assert whole.met == report.in_time.met
    assert sum(report.heat.day(day).due for day in range(7)) == whole.due
    assert sum(report.heat.hour(hour).met for hour in range(24)) == whole.met


@settings(max_examples=60, deadline=None)
@given(waits, minutes, st.sampled_from(["", "sv", "en"]))
def test_it_is_the_sum_of_what_the_accounts_say_alone(
    found: list[Asking], umbra: int, language: str
) -> None:
    here = stock(*found, umbra=umbra)
    asked = Asked(at(5), at(70), languages=(language,) if language else ())
    report = here.report(asked)
    with here.store.read() as tx:
        alone = [account_numbers(tx, one, asked, LATER) for one in here.subjects]
    assert report.sums.opened == sum(one.opened for one in alone)
    assert report.sums.excluded == sum((Counter(one.excluded) for one in alone), Counter())
    for promise in report.promises:
        theirs = [
            each for one in alone for each in one.targets if each.target == promise.attained.target
        ]
        for verdict in Verdict:
            assert promise.attained.of(verdict) == sum(each.of(verdict) for each in theirs)


@settings(max_examples=40, deadline=None)
@given(waits, minutes, minutes)
def test_two_windows_that_touch_are_the_one_that_they_form(
    found: list[Asking], middle: int, umbra: int
) -> None:
    here = stock(*found, umbra=umbra)
    whole = here.report(Asked(at(0), at(91)))
    one, other = here.report(Asked(at(0), at(middle))), here.report(Asked(at(middle), at(91)))
    assert whole.sums.opened == one.sums.opened + other.sums.opened
    assert whole.in_time.met == one.in_time.met + other.in_time.met
    joined = replace(one.sums)
    joined.add(other.sums)
    assert survival(joined.lengths[Kind.FIRST]) == whole.curve.estimate
