"""Kaplan-Meier, attainment, coverage and buckets, by worked tables and by properties."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.statistics import (
    Length,
    Span,
    Survival,
    attainment,
    bucket_bounds,
    coverage,
    naive_percentile,
    observed,
    poisson_tail,
    survival,
    united,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

spans = st.integers(0, 30).map(lambda seconds: timedelta(seconds=seconds))
lengths = st.lists(st.builds(Length, spans, st.booleans()), max_size=40)
percents = st.integers(1, 100).map(lambda percent: Fraction(percent, 100))


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def seen(text: str) -> list[Length]:
    """Lengths in seconds; a plus marks one that was still waiting: "3 5+"."""
    return [
        Length(timedelta(seconds=int(each.rstrip("+"))), not each.endswith("+"))
        for each in text.split()
    ]


def seconds(span: timedelta | None) -> float | None:
    return None if span is None else span.total_seconds()


def by_definition(waits: Sequence[Length], span: timedelta) -> Fraction:
    """S(span) as the textbook has it: one factor for each length of an answer."""
    share = Fraction(1)
    for each in sorted({wait.span for wait in waits if wait.answered and wait.span <= span}):
        at_risk = sum(wait.span >= each for wait in waits)
        share *= 1 - Fraction(sum(wait.answered and wait.span == each for wait in waits), at_risk)
    return share


@pytest.mark.parametrize(
    ("text", "percent", "reached"),
    [
        pytest.param("1 2 3 4 5 6 7 8 9 10+", 90, 9, id="exactly nine of ten"),
        pytest.param("1 2 3 4 5 6 7 8 9 10+", 91, None, id="more than were answered"),
        pytest.param("1 2 3 4", 50, 2, id="exactly half"),
        pytest.param("1 2 3 4", 51, 3, id="a little more than half"),
        pytest.param("1 2 3 4", 100, 4, id="all"),
        pytest.param("5", 1, 5, id="one wait has every percentile"),
        pytest.param("2 2+", 50, 2, id="an answer comes before a censoring of its length"),
        pytest.param("1+ 2", 50, 2, id="who left early weighs on nothing later"),
        pytest.param("1 2+ 3", 50, 3, id="who left in between counts for those who stay"),
        pytest.param("6+ 8+", 50, None, id="nobody was answered"),
        pytest.param("", 50, None, id="nobody asked"),
    ],
)
def test_a_percentile_is_the_least_length_that_reaches_it(
    text: str, percent: int, reached: float | None
) -> None:
    assert seconds(survival(seen(text)).percentile(Fraction(percent, 100))) == reached


def test_the_steps_are_those_of_the_textbook() -> None:
    """Freireich and others, 1963: weeks in remission under 6-MP, the usual worked example."""
    weeks = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"

    steps = survival(seen(weeks)).steps

    assert [(seconds(step.at), step.at_risk, step.answered) for step in steps] == [
        *((6, 21, 3), (7, 17, 1), (10, 15, 1), (13, 12, 1), (16, 11, 1), (22, 7, 1), (23, 6, 1))
    ]
    shares = [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]
    assert [step.share for step in steps] == pytest.approx(shares, abs=5e-5)
    assert steps[0].band == pytest.approx((0.6197, 0.9516), abs=5e-5)


def test_the_band_of_a_share_of_nothing_is_nothing() -> None:
    assert survival(seen("1 2")).steps[-1].band == (0, 0)


@given(lengths, spans)
def test_the_share_is_the_product_of_its_definition(
    waits: Sequence[Length], span: timedelta
) -> None:
    assert survival(waits).share(span) == by_definition(waits, span)


@given(lengths, percents)
def test_a_percentile_is_where_the_exact_share_first_falls_low_enough(
    waits: Sequence[Length], p: Fraction
) -> None:
    answers = sorted({wait.span for wait in waits if wait.answered})
    low_enough = (span for span in answers if by_definition(waits, span) <= 1 - p)

    assert survival(waits).percentile(p) == next(low_enough, None)


@given(lengths.flatmap(lambda waits: st.tuples(st.just(waits), st.permutations(waits))))
def test_the_order_of_the_waits_does_not_matter(orders: tuple[list[Length], list[Length]]) -> None:
    one, other = orders

    assert survival(one) == survival(other)


@given(lengths)
def test_every_band_holds_its_share(waits: Sequence[Length]) -> None:
    for step in survival(waits).steps:
        low, high = step.band
        assert 0 <= low <= step.share <= high <= 1


@given(st.lists(spans, min_size=1, max_size=40), percents)
def test_where_all_are_answered_both_percentiles_agree(
    answered: Sequence[timedelta], p: Fraction
) -> None:
    waits = [Length(span, answered=True) for span in answered]

    assert survival(waits).percentile(p) == naive_percentile(answered, p)


@given(lengths, percents)
def test_the_never_answered_cannot_flatter(waits: Sequence[Length], p: Fraction) -> None:
    naive = naive_percentile([wait.span for wait in waits if wait.answered], p)
    honest = survival(waits).percentile(p)

    assert honest is None or (naive is not None and honest >= naive)


def test_a_hundred_thousand_waits_are_judged_exactly_and_soon() -> None:
    """Every third left early, so that few factors cancel; the share is asked where it falls."""
    waits = [Length(timedelta(seconds=each), each % 3 > 0) for each in range(100_000)]
    started = time.process_time()

    estimate = survival(waits)
    step, after_it = estimate.steps[30_000:30_002]
    p = 1 - estimate.share(step.at)

    assert estimate.percentile(p) == step.at
    assert estimate.percentile(p + Fraction(1, 10**30)) == after_it.at
    assert time.process_time() - started < 10


@pytest.mark.parametrize("p", [Fraction(0), Fraction(-1, 2), Fraction(3, 2), Fraction(90)])
def test_a_percentile_outside_its_range_is_refused(p: Fraction) -> None:
    for ask in (Survival(()).percentile, lambda p: naive_percentile([], p)):
        with pytest.raises(ValueError, match="write a share above 0"):
            ask(p)


@pytest.mark.parametrize(
    ("percent", "expected"), [(1, 1), (25, 1), (26, 2), (50, 2), (75, 3), (76, 4), (100, 4)]
)
def test_the_naive_percentile_is_the_least_that_holds_enough(percent: int, expected: int) -> None:
    answered = [timedelta(seconds=each) for each in (3, 1, 4, 2)]

    assert seconds(naive_percentile(answered, Fraction(percent, 100))) == expected


def test_nobody_answered_has_no_naive_percentile() -> None:
    assert naive_percentile([], Fraction(1, 2)) is None


@pytest.mark.parametrize(
    ("answered", "ended", "minutes", "event"),
    [
        pytest.param(5, None, 5, True, id="answered"),
        pytest.param(60, None, 60, True, id="answered at the watermark"),
        pytest.param(61, None, 60, False, id="answered after the watermark"),
        pytest.param(None, None, 60, False, id="open"),
        pytest.param(None, 7, 7, False, id="deleted or dismissed"),
        pytest.param(None, 90, 60, False, id="dismissed after the watermark"),
        pytest.param(5, 9, 5, True, id="deleted after the answer"),
        pytest.param(0, None, 0, True, id="answered at once"),
    ],
)
def test_a_wait_is_known_up_to_the_watermark(
    answered: float | None, ended: float | None, minutes: float, event: bool
) -> None:
    answered_at = None if answered is None else after(answered)
    ended_at = None if ended is None else after(ended)

    length = observed(NOON, answered_at, ended_at, watermark=after(60))

    assert length == Length(timedelta(minutes=minutes), event)


def test_a_wait_opened_after_the_watermark_is_refused() -> None:
    with pytest.raises(ValueError, match="leave it out"):
        observed(after(1), None, None, watermark=NOON)


@pytest.mark.parametrize(
    ("met", "breached", "share"),
    [(9, 1, Fraction(9, 10)), (0, 3, Fraction(0)), (3, 0, Fraction(1)), (0, 0, None)],
)
def test_attainment_is_the_met_among_the_judged(
    met: int, breached: int, share: Fraction | None
) -> None:
    assert attainment(met, breached) == share


def between(start: float, end: float) -> Span:
    return Span(after(start), after(end))


marks = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(sorted)
patches = st.lists(marks.map(lambda pair: between(*pair)), max_size=12)


def minutes_in(some: Sequence[Span]) -> set[int]:
    """The minutes of the hour that lie within any of the spans."""
    return {
        minute
        for minute in range(60)
        if any(span.start <= after(minute) < span.end for span in some)
    }


def test_spans_that_overlap_or_touch_become_one() -> None:
    apart = [between(20, 30), between(0, 5), between(5, 8), between(22, 25), between(29, 33)]

    assert united(apart) == (between(0, 8), between(20, 33))


@given(patches)
def test_united_spans_hold_the_same_time_in_order_and_apart(some: Sequence[Span]) -> None:
    one = united(some)

    assert minutes_in(one) == minutes_in(some)
    assert all(left.end < right.start for left, right in pairwise(one))
    assert united(one) == one


@given(patches, marks.filter(lambda pair: pair[0] < pair[1]))
def test_coverage_is_the_share_of_the_window(some: Sequence[Span], window: list[int]) -> None:
    since, until = window
    covered = minutes_in(some) & set(range(since, until))

    share = coverage(some, after(since), after(until))

    assert share == Fraction(len(covered), until - since)


def test_coverage_is_exact_to_the_microsecond() -> None:
    covered = [Span(NOON, after(1) - timedelta(microseconds=1))]

    assert coverage(covered, NOON, after(1)) == Fraction(59_999_999, 60_000_000)


def test_an_empty_window_is_not_covered() -> None:
    assert coverage([between(0, 60)], after(5), after(5)) == 0


def test_a_span_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="swap them"):
        between(5, 4)
    with pytest.raises(ValueError, match="swap them"):
        coverage([], after(5), after(4))


def slow_tail(count: int, rate: float) -> Decimal:
    """One minus the chances of 0 to count - 1, added up with three hundred digits."""
    with localcontext(Context(prec=300)):
        exact = Decimal(rate)
        ratios = (exact / n for n in range(1, count))
        chances = accumulate(ratios, lambda chance, ratio: chance * ratio, initial=(-exact).exp())
        return 1 - sum(chances, Decimal(0)) if count > 0 else Decimal(1)


@given(st.integers(0, 150), st.floats(0.01, 100))
def test_the_chance_of_so_many_is_the_slow_sum(count: int, rate: float) -> None:
    assert poisson_tail(count, rate) == pytest.approx(float(slow_tail(count, rate)), rel=1e-9)


@given(st.integers(0, 150), st.floats(0, 100))
def test_more_are_less_likely_and_likelier_where_more_are_usual(count: int, rate: float) -> None:
    chance = poisson_tail(count, rate)

    assert 0 <= poisson_tail(count + 1, rate) <= chance <= 1
    assert chance <= poisson_tail(count, rate + 1) + 1e-12


@pytest.mark.parametrize(
    ("count", "rate", "chance"),
    [(0, 0, 1), (1, 0, 0), (0, 5, 1), (1, 0.5, 0.393469340287367), (39, 20, 1.08753438699e-4)],
)
def test_some_chances_as_tables_have_them(count: int, rate: float, chance: float) -> None:
    assert poisson_tail(count, rate) == pytest.approx(chance, rel=1e-9)


def test_a_great_many_are_no_slower_and_no_less_exact() -> None:
    assert poisson_tail(1_000_000, 1_000_000) == pytest.approx(0.5, abs=1e-3)
    assert poisson_tail(1_010_000, 1_000_000) < 1e-20


def test_every_threshold_is_a_bound_once() -> None:
    bounds = bucket_bounds([timedelta(minutes=6), timedelta(minutes=5), timedelta(seconds=0.25)])

    assert set(bounds) - set(bucket_bounds([])) == {360.0, 0.25}
    assert list(bounds) == sorted(set(bounds))


def test_the_grid_runs_from_seconds_to_a_week_without_great_leaps() -> None:
    grid = bucket_bounds([])

    assert (grid[0], grid[-1]) == (5, timedelta(days=7).total_seconds())
    assert 15 <= len(grid) <= 20
    assert all(right / left <= 3 for left, right in pairwise(grid))
