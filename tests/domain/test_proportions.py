"""Intervals, held against the tables of the papers that they are from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.proportions import Interval, difference, wilson

counts = st.integers(1, 400).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))


def rounded(found: Interval | None) -> tuple[float, float]:
    assert found
    return round(found.low, 4), round(found.high, 4)


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        pytest.param(81, 263, 0.2553, 0.3662, id="many"),
        pytest.param(15, 148, 0.0624, 0.1605, id="few"),
        pytest.param(0, 20, 0.0, 0.1611, id="none"),
        pytest.param(1, 29, 0.0061, 0.1718, id="one"),
        pytest.param(20, 20, 0.8389, 1.0, id="all"),
    ],
)
def test_the_interval_of_a_share_is_wilsons(part: int, whole: int, low: float, high: float) -> None:
    """Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I."""
    assert rounded(wilson(part, whole)) == (low, high)


@pytest.mark.parametrize(
    ("counted", "low", "high"),
    [
        pytest.param((56, 70, 48, 80), 0.0524, 0.3339, id="a"),
        pytest.param((9, 10, 3, 10), 0.1705, 0.8090, id="b"),
        pytest.param((6, 7, 2, 7), 0.0582, 0.8062, id="c"),
        pytest.param((5, 56, 0, 29), -0.0381, 0.1926, id="d"),
        pytest.param((0, 10, 0, 20), -0.1611, 0.2775, id="e"),
        pytest.param((10, 10, 0, 10), 0.6075, 1.0, id="g"),
    ],
)
def test_the_interval_of_a_difference_is_newcombes(
    counted: tuple[int, int, int, int], low: float, high: float
) -> None:
    """Newcombe 1998, table II, method 10."""
    assert rounded(difference(*counted)) == (low, high)


def test_of_nothing_nothing_is_said() -> None:
    assert wilson(0, 0) is None
    assert difference(1, 2, 0, 0) is None


@given(counts)
def test_the_share_itself_lies_in_its_interval(counted: tuple[int, int]) -> None:
    part, whole = counted
    found = wilson(part, whole)
    assert found
    assert found.low <= part / whole <= found.high


@given(counts)
def test_the_same_share_twice_never_differs(counted: tuple[int, int]) -> None:
    found = difference(*counted, *counted)
    assert found
    assert found.holds(0)


@given(counts, counts)
def test_turned_around_a_difference_is_its_negative(
    now: tuple[int, int], then: tuple[int, int]
) -> None:
    one, other = difference(*now, *then), difference(*then, *now)
    assert one
    assert other
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low))
