"""How an alert's expression is taken apart."""

from __future__ import annotations

import pytest

from tests.rules.promql import operands


@pytest.mark.parametrize(
    ("expression", "asked"),
    [
        ("up == 0", ["up"]),
        ('absent(up{job="a"})', ['up{job="a"}']),
        ("a > 360 <= 900", ["a"]),
        ("sum by (x) (a > 1) / b < 0.9 and on (x, y) max by (x) (c) == 0", [
            "sum by (x) (a > 1) / b",
            "max by (x) (c)",
        ]),
        ('rate(a{x!="and > or"}[1m]) > 1 or b unless ignoring (z) c', [
            'rate(a{x!="and > or"}[1m])',
            "b",
            "c",
        ]),
    ],
)  # fmt: skip
def test_what_is_asked_stands_left_of_comparisons(expression: str, asked: list[str]) -> None:
    assert operands(expression) == asked
