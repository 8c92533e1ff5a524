"""The report as CSV: exact figures, one a line, that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io

from monitor.report.as_csv import COLUMNS, figures, write_figures
from monitor.report.figures import Report
from monitor.report.numbers import Asked
from monitor.report.trying import WhatIf
from monitor.report.windows import Bounds
from tests.cli.running import at
from tests.report.brands import SMALL, stock
from tests.report.stocked import Asking

Rows = dict[tuple[str, str, str], tuple[str, str]]


def written(report: Report) -> Rows:
    out = io.StringIO()
    write_figures(report, out)
    header, *rows = csv.reader(io.StringIO(out.getvalue()))
    assert header == COLUMNS
    return {(part, of, figure): (value, before) for part, of, figure, value, before in rows}


def test_it_has_the_figures_exactly() -> None:
    found = written(stock(*SMALL).report(Asked(at(0), at(60)), Bounds(at(-60), at(0))))
    assert found["window", "", "since"] == ("2025-03-03T10:00:00Z", "2025-03-03T09:00:00Z")
    assert found["total", "", "opened"] == ("6", "0")
    assert found["total", "", "reply_rate"] == ("0.8", "")
    assert found["promise", "six", "breached"] == ("2", "0")
    assert found["promise", "six", "attainment"] == ("0.5", "")
    assert found["reply_time", "first_reply", "km_p50_seconds"] == ("300", "")
    assert found["reply_time", "first_reply", "km_p90_seconds"] == ("", "")
    assert found["still_waiting", "360 s", "share"] == ("0.5", "")
    assert found["hour", "Mon 10", "opened"] == ("6", "")
    assert found["language", "Swedish", "opened"] == ("2", "")
    assert found["reply_class", "deflection", "median_seconds"] == ("180", "")
    assert found["excluded", "deleted", "waits"] == ("1", "")


def test_every_figure_stands_there_once() -> None:
    names = [one[:3] for one in figures(stock(*SMALL).report(what_if=WhatIf(calendar="always")))]
    assert len(names) == len(set(names))


def test_what_people_write_is_no_formula() -> None:
    fields = ("author_name", "=cmd|' /C calc'!A1"), ("url", "javascript:alert(1)")
    found = written(stock(Asking("acme", 0, nudges=1, post=fields)).report())
    assert found["worst", "1", "customer"][0] == "'=cmd|' /C calc'!A1"
    assert found["worst", "1", "url"][0] == ""
