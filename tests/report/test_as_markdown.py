"""The report as Markdown: its tables are whole, and what people write marks up nothing."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.report.as_html import Links
from monitor.report.as_markdown import markdown, plainly
from monitor.report.figures import Report
from monitor.report.numbers import Asked
from monitor.report.windows import Bounds
from tests.cli.running import at
from tests.report.brands import SMALL, stock
from tests.report.stocked import Asking

LINKS = Links(wait=lambda number: f"https://care.example.com/waits/{number}")


def written(report: Report) -> str:
    return markdown(report, LINKS)


def tables(text: str) -> list[list[list[str]]]:
    """Rows of cells, by table."""
    found: list[list[list[str]]] = [[]]
    for line in text.splitlines():
        if line.startswith("|"):
            found[-1].append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
        elif found[-1]:
            found.append([])
    return [table for table in found if table]


def test_it_says_what_the_page_says() -> None:
    text = written(stock(*SMALL).report(Asked(at(0), at(60)), Bounds(at(-60), at(0))))
    assert "# Replies, 3 March 2025, 10:00 to 11:00" in text
    assert "**1 of 2 promises kept.**" in text
    assert "| Waits opened | 6 | – |" in text
    assert "| 6 min | 50.0\u00a0% | 5.8–84.5 | – | 33.4\u00a0% |" in text
    assert "| first reply: Half (p50) | 5 min | – | 5 min | 3 of 5 |" in text
    assert "| brand: Umbra | 4 | 66.6\u00a0% | 3 min | not reached | ▼ 66.6\u00a0% | 0.25 |" in text
    assert "[w2](<https://care.example.com/waits/2>)" in text


def test_every_row_has_as_many_cells_as_its_head() -> None:
    hostile = (("author_name", "a | b\n| c |"), ("text", "`|` \\| |---|"))
    for table in tables(written(stock(*SMALL, Asking("acme", 3, nudges=9, post=hostile)).report())):
        assert len({len(row) for row in table}) == 1
        assert len(table) > 2


HOSTILE = [
    "<script>alert(1)</script>",
    "![x](https://evil.example/p.png)",
    "[click](javascript:alert(1))",
    "https://evil.example www.evil.example",
    "# heading **bold** `code` ~~gone~~ | cell",
    "@everyone <!channel>",
    "\u202egnirts \x1b[31m",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_write_marks_up_nothing(text: str) -> None:
    fields = ("author_name", text), ("text", text), ("url", "javascript:alert(1)")
    report = written(stock(Asking("acme", 0, nudges=1, post=fields)).report())
    (row,) = [line for line in report.splitlines() if "w1" in line]
    ours = row.replace("[w1](<https://care.example.com/waits/1>)", "").strip("| ")
    said = ours.split(" | ")[0]
    assert not re.search(r"(?<!\\)(?:[<>\[\]()`*_#@~!&|]|://)|www\.", said)
    assert "@e" not in said
    assert not re.search(r"[\x00-\x1f\u202a-\u202e]", row)


@given(st.text(string.printable))
def test_every_sign_stands_for_itself(text: str) -> None:
    """CommonMark 2.4: any punctuation may be escaped, and then is nothing else."""
    plain = plainly(text).replace("\u2060", "")
    assert re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", plain) == re.sub(r"[\x00-\x1f]", "\ufffd", text)
