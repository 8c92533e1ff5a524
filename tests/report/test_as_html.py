"""The report as HTML says what the figures say and loads nothing; what people write is text."""

from __future__ import annotations

import base64
import hashlib
import re
from importlib.resources import files

import pytest
from selectolax.lexbor import LexborHTMLParser

from monitor.report.as_html import Links, body, document
from monitor.report.figures import Report
from monitor.report.numbers import Asked
from monitor.report.windows import Bounds
from tests.cli.running import at
from tests.report.brands import SMALL, stock
from tests.report.stocked import Asking

STYLE = (files("monitor.web") / "static" / "style.css").read_text(encoding="utf-8")
LINKS = Links(wait=lambda number: f"https://care.example.com/waits/{number}")


def page(report: Report, links: Links = LINKS) -> LexborHTMLParser:
    return LexborHTMLParser(document(report, STYLE, links))


def table(shown: LexborHTMLParser, caption: str) -> dict[str, list[str]]:
    """The cells of each row, by the row's heading."""
    (found,) = [
        each
        for each in shown.css("table")
        if caption in (each.css_first("caption, thead") or each).text()
    ]
    rows = [[cell.text(strip=True) for cell in row.css("th, td")] for row in found.css("tbody tr")]
    return {row[0]: row[1:] for row in rows}


def test_the_figures_stand_where_they_belong() -> None:
    shown = page(stock(*SMALL).report())
    facts = [
        " ".join(re.split(r"[ \n]+", each.text(separator=" ").strip(" \n")))
        for each in shown.css("dl.facts > div")
    ]
    assert facts[0] == "Waits opened 6 9 mentions, 3 nudges"
    assert facts[1] == "Reply rate 80.0\u00a0% 4 of 5"
    assert facts[2] == "Half answered within 5 min first reply"
    assert facts[3] == "9 in 10 within not reached first reply"
    assert facts[4] == "Still waiting 1 oldest: 3 Mar 10:30"
    assert facts[5] == "Coverage 100.0\u00a0%"
    waiting = table(shown, "Still waiting after")
    assert waiting["6 min"] == ["50.0\u00a0%", "5.8–84.5", "33.4\u00a0%"]
    assert waiting["60 min"] == ["–", "–", "0.0\u00a0%"]
    groups = table(shown, "Nudges a wait")
    assert groups["Umbra"] == ["4", "66.6\u00a0%", "3 min", "not reached", "▼ 66.6\u00a0%", "0.25"]
    assert table(shown, "Ended without")["Deleted by the customer"] == ["1"]
    kinds = {name[:10]: cells for name, cells in table(shown, "Median*").items()}
    assert kinds["Deflection"] == ["1", "16.7\u00a0%", "3 min"]


def test_a_promise_is_told_with_counts_beside_rates() -> None:
    shown = page(stock(*SMALL).report(Asked(at(0), at(60)), Bounds(at(-60), at(0))))
    promises = table(shown, "95 % interval")
    cells = promises["sixfirst reply in 6 min"]
    assert cells[0] == "all brands"
    assert cells[1] == "50.0\u00a0%15.0–85.0"
    assert cells[4] == "▼ missed"
    assert cells[-1] == "2 of 4– allowed"
    assert "1 of 2 promises kept. Missed: six, 50.0\u00a0% of 90\u00a0%." in shown.text()


def test_the_hours_of_the_week_stand_in_tables() -> None:
    """START is a Monday at ten."""
    shown = page(stock(*(Asking("acme", place, answered=place + 1) for place in range(9))).report())
    opened, met = (each.css("tbody tr")[0] for each in shown.css("table.heat"))
    assert [cell.text() for cell in opened.css("td")][9:12] == ["–", "9", "–"]
    assert [cell.text() for cell in met.css("td")][9:12] == ["too few·", "100", "too few·"]


def test_every_picture_has_words_and_a_table() -> None:
    shown = page(stock(*SMALL).report())
    charts = [svg for svg in shown.css("svg") if svg.attributes.get("aria-hidden") != "true"]
    assert len(charts) == 2
    for svg in charts:
        assert svg.attributes["role"] == "img"
        assert svg.attributes.get("aria-label") or svg.css_first("title")
    (told,) = [node.text() for node in shown.css("desc")]
    assert told.startswith("Of 5: after 6 minutes 50.0\u00a0% still wait")


def test_the_file_needs_nothing_else() -> None:
    text = document(stock(*SMALL).report(), STYLE, LINKS)
    shown = LexborHTMLParser(text)
    assert not shown.css("script, link, img, iframe, object, form, [src], [style]")
    assert not re.search(r"url\(|@import", text)
    outward = [str(link.attributes["href"]) for link in shown.css("a")]
    assert all(href.startswith(("https://care.example.com/waits/", "https://social.example/"))
               for href in outward)  # fmt: skip
    assert len(outward) == 2 * len(shown.css("table.worst tbody tr"))


def test_it_allows_its_own_style_sheet_and_nothing_more() -> None:
    shown = page(stock(*SMALL).report())
    (policy,) = shown.css("meta[http-equiv=Content-Security-Policy]")
    (style,) = shown.css("style")
    digest = base64.b64encode(hashlib.sha256(style.text().encode()).digest()).decode()
    assert policy.attributes["content"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def test_every_class_of_the_report_is_in_the_style_sheet() -> None:
    many = [
        Asking("acme", place, answered=place + place % 15, nudges=place % 3, lang="ja")
        for place in range(59)
    ]
    report = stock(*many, Asking("umbra", 59)).report(
        Asked(at(-30), at(60)), Bounds(at(-90), at(-30))
    )
    shown = LexborHTMLParser(body(report, LINKS))
    used = {name for node in shown.css("[class]") for name in str(node.attributes["class"]).split()}
    known = set(re.findall(r"\.([a-z][\w-]*)", STYLE))
    assert used - known == {"with-table", "worst"}  # these only say what a thing is


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "</style><style>*{display:none}",
    "{{ 7 * 7 }}",
    "\u202egnirts\u2066 \x1b[31m \x00",
    "x" * 100_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_people_write_is_text_and_nothing_else(text: str) -> None:
    fields = (
        ("author_name", text), ("author_handle", text), ("text", text),
        ("lang", 'en" onclick="x'), ("url", "javascript:alert(1)"),
    )  # fmt: skip
    report = stock(Asking("acme", 0, nudges=1, post=fields)).report()
    html = document(report, STYLE, LINKS)
    shown = LexborHTMLParser(html)
    (row,) = shown.css("table.worst tbody tr")
    assert not shown.css("script, img, iframe")
    assert len(shown.css("style")) == 1
    assert not [node for node in shown.css("*") if "on" in {key[:2] for key in node.attributes}]
    (link,) = row.css("a")
    assert link.attributes["href"] == "https://care.example.com/waits/1"
    assert "lang" not in row.css(".words")[0].attributes
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", row.text())
    assert len(row.text()) < 500


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "//evil.example", "https://a b", 'https://x"y', ""],
)
def test_only_a_web_address_is_a_link(url: str) -> None:
    report = stock(Asking("acme", 0, post=(("url", url),))).report()
    links = page(report, Links(wait=lambda _: None)).css("table.worst a")
    assert not links


def test_of_a_person_who_is_forgotten_the_wait_stays() -> None:
    fields = ("text", None), ("url", None), ("lang", None)
    shown = page(stock(Asking("acme", 0, post=fields)).report())
    (row,) = shown.css("table.worst tbody tr")
    assert "who-p1" in row.text()


def test_where_nobody_asked_it_says_so() -> None:
    shown = page(stock().report())
    assert "Nobody asked." in shown.text()
    assert not shown.css("table.heat")


def test_what_was_not_observed_is_listed() -> None:
    shown = page(stock(Asking("acme", 0), acme=30).report(Asked(at(0), at(60))))
    assert table(shown, "Not observed")["acme"] == ["3 Mar 10:30", "3 Mar 11:00", "30 min"]
    assert "75.0\u00a0% of the window was observed" in shown.text()
