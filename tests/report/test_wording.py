"""Figures in words are rounded down."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest

from monitor.report.wording import (
    in_words,
    listed,
    objective,
    percentile,
    points,
    share,
    short,
    spell,
    waiting,
)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0:00"),
        (252.9, "4:12"),
        (599, "9:59"),
        (600, "10 min"),
        (3_599, "59 min"),
        (3_960, "1 h 06"),
        (86_399, "23 h 59"),
        (277_300, "3 d 5 h"),
    ],
)
def test_a_span_is_spelt_by_its_length(seconds: float, words: str) -> None:
    assert spell(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (Fraction(8_999, 10_000), "89.9\u00a0%"),
        (Fraction(9, 10), "90.0\u00a0%"),
        (Fraction(9_999, 10_000), "99.9\u00a0%"),
        (Fraction(1), "100.0\u00a0%"),
        (None, "–"),
    ],
)
def test_a_missed_objective_never_reads_as_met(part: Fraction | None, words: str) -> None:
    assert share(part) == words


def test_a_percentile_that_is_not_reached_says_so() -> None:
    assert percentile(None) == "not reached"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (23.9, "23 s"),
        (212, "3 min 32 s"),
        (360, "6 min"),
        (1_979, "32 min"),
        (3_600, "1 h"),
        (3_960, "1 h 06 min"),
        (277_300, "3 d 5 h"),
    ],
)
def test_a_span_in_a_sentence_has_its_units(seconds: float, words: str) -> None:
    assert in_words(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (Fraction(0), "0.0\u00a0%"),
        (Fraction(1, 10_000), "0.1\u00a0%"),
        (Fraction(34, 100), "34.0\u00a0%"),
        (Fraction(1, 3), "33.4\u00a0%"),
        (None, "–"),
    ],
)
def test_who_still_waits_is_rounded_up(part: Fraction | None, words: str) -> None:
    assert waiting(part) == words


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Fraction(-58, 1000), "▼ 5.8"),
        (Fraction(6, 1000), "▲ 0.6"),
        (Fraction(1, 10_000), "± 0.0"),
        (Fraction(0), "± 0.0"),
    ],
)
def test_a_change_is_told_in_points(change: Fraction, words: str) -> None:
    assert points(change) == words


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (None, "–"),
        (0, "0"),
        (999, "999"),
        (1_000, "1.0\u00a0k"),
        (48_299, "48.2\u00a0k"),
        (613_000, "613\u00a0k"),
        (1_250_000, "1.2\u00a0M"),
    ],
)
def test_a_reach_is_short(count: int | None, words: str) -> None:
    assert short(count) == words


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (Fraction(9, 10), "90\u00a0%"),
        (Fraction(9_995, 10_000), "99.95\u00a0%"),
        (Fraction(1), "100\u00a0%"),
    ],
)
def test_an_objective_is_told_as_it_was_written(part: Fraction, words: str) -> None:
    assert objective(part) == words


def test_many_names_are_not_all_told() -> None:
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"
    assert listed([]) == ""
