"""What an alert asks, without the thresholds that it holds the answers against."""

from __future__ import annotations

import re
from collections.abc import Iterator

_SET = re.compile(r"\b(?:and|or|unless)\b(?:\s*(?:on|ignoring)\s*\([^)]*\))?")
_COMPARISON = re.compile(r"==|!=|<=|>=|<|>")
_ABSENT = re.compile(r"\s*absent\((.*)\)\s*", re.DOTALL)


def operands(expression: str) -> list[str]:
    """The vectors that `and`, `or` and `unless` join, each up to its comparison. What is asked
    whether it is absent stands for itself."""
    parts = _split(expression, _SET)
    asked = [_split(part, _COMPARISON)[0].strip() for part in parts]
    return [found[1] if (found := _ABSENT.fullmatch(one)) else one for one in asked]


def _split(expression: str, at: re.Pattern[str]) -> list[str]:
    """At what stands outside all brackets and quotes."""
    parts, start = [], 0
    masked = _masked(expression)
    for match in at.finditer(masked):
        parts.append(expression[start : match.start()])
        start = match.end()
    return [*parts, expression[start:]]


def _masked(expression: str) -> str:
    """The same, with blanks for all that is bracketed or quoted; but `on (..)` stays."""
    return "".join(_characters(expression))


def _characters(expression: str) -> Iterator[str]:
    depth, quote = 0, ""
    for each in expression:
        if quote:
            quote = "" if each == quote else quote
            yield " "
        elif each in "\"'`":
            quote = each
            yield " "
        elif each in "([{":
            depth += 1
            yield each if depth == 1 else " "
        elif each in ")]}":
            depth -= 1
            yield each if depth == 0 else " "
        else:
            yield each if depth == 0 else " "
