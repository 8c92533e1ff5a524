"""The report's page: what is asked for stands in its address, and nothing else can be asked."""

from __future__ import annotations

import csv
import io
import json

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.acceptance.platform import Platform
from tests.acceptance.watching import Hands
from tests.web.conftest import House


@pytest.fixture
def busy(house: House, platform: Platform, clock: Hands) -> House:
    """Ada was answered within a minute; Bo was not, and asked again."""
    house.poll()
    ada = platform.says("ada", "where is it?", language="sv")
    bo = platform.says("bo", "and mine?", language="en")
    clock.forward(60)
    platform.replies(ada)
    clock.forward(600)
    platform.says("bo", "hello?", language="en", to=bo)
    house.poll()
    return house


def page(house: House, query: str = "") -> LexborHTMLParser:
    answer = house.client.get(f"/report{query}")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    return LexborHTMLParser(answer.text)


def chosen(shown: LexborHTMLParser) -> dict[str, str]:
    """What the form says is asked for."""
    found = {
        str(node.attributes["name"]): str(node.attributes.get("value") or "")
        for node in shown.css("input[name]")
    }
    for select in shown.css("select[name]"):
        picked = [each for each in select.css("option") if "selected" in each.attributes]
        found[str(select.attributes["name"])] = str(picked[0].attributes["value"]) if picked else ""
    return {name: value for name, value in found.items() if value}


def test_it_shows_the_last_thirty_days_unless_asked_otherwise(busy: House) -> None:
    shown = page(busy)
    assert chosen(shown) == {"window": "30d"}
    assert "Replies, 3 May to 1 June 2026" in shown.text()
    assert "Compared with 3 April to 2 May 2026, up to the same time of day." in shown.text()
    assert shown.css_first("nav a[aria-current]").text() == "Report"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "asked",
    [
        {"window": "today", "brand": "Acme", "account": "acme", "platform": "mastodon"},
        {"window": "all", "language": "sv", "target": "six"},
        {"window": "dates", "since": "2026-06-01", "until": "2026-06-02"},
        {
            "window": "all",
            "promise": "six",
            "within": "8m",
            "objective": "75%",
            "calendar": "always",
        },
    ],
)
def test_what_is_asked_for_stands_in_the_form_again(busy: House, asked: dict[str, str]) -> None:
    query = "&".join(f"{name}={value.replace('%', '%25')}" for name, value in asked.items())
    assert chosen(page(busy, f"?{query}")) == asked


def test_a_filter_narrows_every_figure(busy: House) -> None:
    facts = page(busy, "?window=today&language=sv").css("dl.facts dd b")
    assert [each.text() for each in facts][:2] == ["1", "100.0\u00a0%"]


def test_another_promise_stands_beside_the_one_in_force(busy: House) -> None:
    shown = page(busy, "?window=today&within=20m&objective=50%25&calendar=always")
    (panel,) = shown.css("section:has(#whatif)")
    rows = {
        row.css_first("th").text(): [cell.text() for cell in row.css("td")]  # type: ignore[union-attr]
        for row in panel.css("tbody tr")
    }
    assert rows["6 min (now)"] == ["50.0\u00a0%", "1", "✓ would keep 50\u00a0%"] * 2
    assert rows["20 min"][:2] == ["100.0\u00a0%", "–"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("window=fortnight", 'There is no window "fortnight"; there are: today, 7d'),
        ("since=yesterday", '"yesterday" is no time; write 2026-03-02'),
        ("since=2026-06-02&until=2026-06-01", "The window ends before it begins."),
        ("account=acmee", 'There is no account "acmee"; there are: acme'),
        ("brand=Umbra", "There is no such account; there are: Acme on mastodon"),
        ("within=soon", '"soon" is not a duration; write 20s, 5m or 2h'),
        ("within=0s", "A promise of no time cannot be kept; write 8m"),
        ("objective=1/0", '"1/0" is no share of all waits; write 90%'),
        ("objective=1e9999999", '"1e9999999" is no share of all waits; write 90%'),
        ("within=9000000d", "Nobody waits for 9000000d; write a promise of at most 366d"),
        ("since=0001-01-01", '"0001-01-01" is too far off; write a year from 1900 to 2999'),
        ("until=9999-12-31", '"9999-12-31" is too far off; write a year from 1900 to 2999'),
        ("objective=101%25", '"101%" is no share of all waits; write 90%'),
        ("window=all&promise=seven", 'There is no promise "seven" here; there are: six'),
        ("window=all&calendar=moon", 'There is no calendar "moon"; there are: always'),
    ],
)
def test_what_cannot_be_reported_is_said_in_words(busy: House, query: str, words: str) -> None:
    answer = busy.client.get(f"/report?{query}")
    assert answer.status_code == 400
    assert words in LexborHTMLParser(answer.text).text()
    assert busy.client.get(f"/report.csv?{query}").status_code == 400


def test_hostile_words_in_the_address_are_words(busy: House) -> None:
    text = '"><script>alert(1)</script>'
    shown = LexborHTMLParser(busy.client.get(f"/report?since={text}&account={text}").text)
    assert len(shown.css("script")) == 2
    assert not [each for each in shown.css("script") if "src" not in each.attributes]


def test_a_promise_that_was_never_heard_of_judges_nothing(busy: House) -> None:
    assert "Nobody asked." in page(busy, "?window=today&target=seven").text()


def test_it_is_saved_in_every_form_with_the_same_question(busy: House) -> None:
    shown = page(busy, "?window=today&language=en")
    saved = {link.text(): str(link.attributes["href"]) for link in shown.css(".saves a")}
    answers = {name: busy.client.get(address) for name, address in saved.items()}
    for answer in answers.values():
        assert answer.status_code == 200
        assert answer.headers["content-disposition"].startswith('attachment; filename="replywatch-')
    (account,) = json.loads(answers["JSON"].text)["accounts"]
    assert (account["opened"], account["nudges"]) == (1, 1)
    waits = [*csv.DictReader(io.StringIO(answers["CSV of all waits"].text))]
    assert [(wait["customer_handle"][:3], wait["nudges"]) for wait in waits] == [("bo@", "1")]
    assert "total,,opened,1,0" in answers["CSV"].text
    assert "| Waits opened | 1 | – |" in answers["Markdown"].text
    file = LexborHTMLParser(answers["HTML"].text)
    assert not file.css("script, link")
    assert str(file.css_first("table.worst a").attributes["href"]).startswith(  # type: ignore[union-attr]
        "https://care.example.com/waits/"
    )


def test_all_waits_come_in_pieces_that_make_one_table(busy: House) -> None:
    text = busy.client.get("/waits.csv?window=all").text
    rows = [*csv.DictReader(io.StringIO(text))]
    assert len(rows) == 2
    nothing = busy.client.get("/waits.csv?window=all&target=seven").text
    assert nothing.splitlines() == text.splitlines()[:1]
    assert text.count("customer_handle") == 1
