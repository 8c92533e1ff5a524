"""Customers' text is hostile until shown otherwise."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.report import plain
from monitor.report.cleaning import cell, shown


@given(st.text())
def test_a_terminal_gets_no_control_characters(text: str) -> None:
    assert not [char for char in shown(text) if unicodedata.category(char) == "Cc"]


@pytest.mark.parametrize("text", ["\x1b[2J", "a\nb", "\x9b31m", "\u202egnp.exe", "a\x00"])
def test_what_a_terminal_obeys_is_replaced(text: str) -> None:
    assert "\ufffd" in shown(text)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_json_says_the_same_in_harmless_characters(text: str) -> None:
    line = plain.line({"text": text})
    assert json.loads(line) == {"text": text}
    assert shown(line) == line


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum", " =1", "\t=1", "＝1"])
def test_a_cell_cannot_start_a_formula(text: str) -> None:
    assert cell(text)[0] in "'\ufffd"


def test_a_harmless_cell_stays_as_it_is() -> None:
    assert cell("kim, 7 = 7") == "kim, 7 = 7"
