"""The page shows who waits, the most urgent first, and nothing that they write does anything."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitor.web.wallboard.row import FIRST_WORDS, LONGEST_NAME
from tests.acceptance.platform import Platform, whole
from tests.acceptance.watching import Hands
from tests.web.conftest import House


def page(house: House) -> LexborHTMLParser:
    answer = house.client.get("/")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return LexborHTMLParser(answer.text)


def rows(house: House) -> list[LexborNode]:
    return page(house).css("tr.wait")


def state(row: LexborNode) -> tuple[str, str]:
    """Its words, and its state."""
    words = row.css_first(".w-text")
    assert words
    return words.text(), str(row.attributes["data-state"])


def test_nobody_waits(house: House) -> None:
    house.poll()

    assert "Nobody is waiting." in page(house).text()
    assert not rows(house)


def test_who_waits_stands_in_order_of_urgency(
    house: House, platform: Platform, clock: Hands
) -> None:
    house.poll()
    for name in ("ada", "bo", "cy"):
        clock.forward(150)
        platform.says(name, f"I am {name}")
        house.poll()
    clock.forward(62)
    house.poll()

    assert [state(row) for row in rows(house)] == [
        ("I am ada", "overdue"),
        ("I am bo", "pending"),
        ("I am cy", "pending"),
    ]


def test_while_blind_nothing_is_called_overdue(
    house: House, platform: Platform, clock: Hands
) -> None:
    house.poll()
    platform.says("ada")
    clock.forward(300)
    house.poll()
    platform.fails(whole(status="500 Oh"))
    clock.forward(400)
    house.poll()

    shown = page(house)
    assert [state(row)[1] for row in rows(house)] == ["unconfirmed"]
    (notice,) = shown.css(".notice.blind")
    assert "acme has not been read since 12:04." in notice.text()
    assert "The server is not available; next try" in notice.text()
    assert "One wait is past due, but may have been answered." in notice.text()


def test_a_clock_that_is_wrong_is_told(house: House, platform: Platform) -> None:
    platform.clock = Hands(house.clock.forward(-120))
    house.clock.forward(240)
    house.poll()

    (notice,) = page(house).css(".notice.blind")
    assert "The clock of this machine is 4:00 ahead of that of acme’s server." in notice.text()


def test_who_was_answered_waits_no_more(house: House, platform: Platform, clock: Hands) -> None:
    house.poll()
    asked = platform.says("ada")
    house.poll()
    assert len(rows(house)) == 1
    clock.forward(10)
    platform.replies(asked)
    house.poll()

    assert not rows(house)


SCRIPTS = {"/static/theme.js", "/static/wallboard.js"}
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "{{ 7 * 7 }}",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_write_is_text_and_nothing_else(
    text: str, house: House, platform: Platform, clock: Hands
) -> None:
    escaped = text.replace("<", "&lt;").replace(">", "&gt;")
    platform.says("ada", escaped, language='en" onclick="x', url="javascript:alert(1)")
    platform.mastodon.accounts["ada"]["display_name"] = text
    house.poll()

    shown = page(house)
    (row,) = shown.css("tr.wait")
    assert text in row.text()
    assert {node.attributes["src"] for node in shown.css("script")} == SCRIPTS
    assert not [node for node in row.css("*") if "on" in {k[:2] for k in node.attributes}]
    assert not row.css("img, script")
    assert [str(link.attributes["href"]).split("/")[0] for link in row.css("a")] == ["", "https:"]


def test_a_text_without_end_leaves_the_page_small(house: House, platform: Platform) -> None:
    platform.says("ada", "x" * 100_000)
    platform.mastodon.accounts["ada"]["display_name"] = "y" * 100_000
    house.poll()

    (row,) = rows(house)
    assert len(state(row)[0]) == FIRST_WORDS
    assert row.css_first(".w-who bdi").text() == "y" * LONGEST_NAME  # type: ignore[union-attr]


def test_signs_that_turn_or_control_text_reach_no_further_than_their_line(
    house: House, platform: Platform
) -> None:
    platform.says("ada", "\u202egnirts\u2066 \x1b[31m \x07 \x00 end")
    platform.mastodon.accounts["ada"]["display_name"] = "\u202eada"
    house.poll()

    (row,) = rows(house)
    words, name = row.css_first(".w-text"), row.css_first(".w-who bdi")
    assert words
    assert words.attributes["dir"] == "auto"  # which isolates, as bdi does
    assert name
    assert name.text() == "\u202eada"
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", house.client.get("/").text)


def test_the_sandbox_says_that_it_is_one(
    house: House, tmp_path: Path, platform: Platform, clock: Hands
) -> None:
    assert "sandbox" not in page(house).text()
    other = tmp_path / "other"
    other.mkdir()
    with closing(House(other, platform, clock, "sandbox: {listen: '127.0.0.1:1'}\n")) as sandbox:
        told = page(sandbox).text()

    assert "This is the sandbox:" in told
    assert "replywatch run -c replywatch.yml" in told
