"""Figures in words are rounded down."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest

from monitor.report.wording import percentile, share, spell


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
