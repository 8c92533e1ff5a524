"""A wait's page tells its conversation, by both clocks, and sends nobody astray."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from selectolax.lexbor import LexborHTMLParser

from monitor.cycle.act import act
from monitor.cycle.desk import desk
from monitor.domain.wait import Deed, Dismissal
from monitor.store import accounts
from monitor.store.schema import wait
from tests.acceptance.platform import Platform
from tests.acceptance.watching import Hands
from tests.web.conftest import House

DESK = """calendars: {desk: {timezone: UTC, open: {mon-fri: ["08:00-12:02", "12:04-18:00"]}}}
"""
ALWAYS = "six: {metric: first_reply, within: 6m, objective: 90%, warn_at: [], calendar: always}"


@pytest.fixture
def told(house: House, platform: Platform, clock: Hands) -> LexborHTMLParser:
    """Ada asks at noon, nudges after two minutes, is answered after seven, asks again."""
    house.write(head=DESK, targets=ALWAYS, more="    calendar: desk\n")
    house.program.reload()
    house.poll()
    asked = platform.says("ada", "where is my bag")
    clock.forward(120)
    platform.says("ada", "anybody there", to=asked)
    house.poll()
    clock.forward(300)
    house.poll()
    platform.replies(asked, "on its way")
    clock.forward(5)
    house.poll()
    clock.forward(180)
    platform.says("ada", "and the other bag", to=asked)
    house.poll()
    return page(house)


def page(house: House, number: int = 1) -> LexborHTMLParser:
    answer = house.client.get(f"/waits/{number}")
    assert answer.status_code == 200
    return LexborHTMLParser(answer.text)


def titles(shown: LexborHTMLParser) -> list[str]:
    return [node.text().strip() for node in shown.css("li.ev h3")]


def test_it_tells_what_happened_in_order(told: LexborHTMLParser) -> None:
    assert titles(told) == [
        "Ada asked",
        "Desk closed",
        "Ada nudged",
        "Desk opened",
        "Due under six. No answer: breached",
        "Brand answered",
        "Ada asked again",
        "Now",
    ]


def test_both_clocks_run_beside_each_other(told: LexborHTMLParser) -> None:
    clocks = [
        tuple(node.text().replace("calendar ", "").replace("business ", "").strip() for node in two)
        for two in zip(told.css("li .cal"), told.css("li .bus"), strict=True)
    ]

    assert clocks[:3] == [("0:00", "0:00"), ("1:59", "1:59 (stands)"), ("2:00", "1:59 (stands)")]
    assert clocks[4:6] == [("6:00", "4:00"), ("7:00", "5:00")]


@pytest.mark.parametrize("days", [30, 365, 1_100, 7_300, 14_600])
def test_what_is_not_to_be_seen_in_a_long_wait_is_not_drawn(
    house: House, platform: Platform, clock: Hands, days: int
) -> None:
    house.write(head=DESK, more="    calendar: desk\n")
    house.program.reload()
    house.poll()
    platform.says("ada", "where is my bag")
    house.poll()
    clock.forward(days * 86_400)

    answer = house.client.get("/waits/1")

    assert len(answer.content) < 60_000
    shown = LexborHTMLParser(answer.text)
    assert len(shown.css("svg.strip .grid")) < 10
    assert shown.css("svg.strip .c-late")


def test_each_wait_has_its_card_with_each_promise(told: LexborHTMLParser) -> None:
    first, second = (" ".join(card.text(separator=" ").split()) for card in told.css(".wait-card"))

    assert "1:00 late Answered at 12:07:00" in first
    assert "six 6 min, calendar 7:00 12:06:00 Breached" in first
    assert "follow-up" in second
    assert "Nobody has it" in second


def test_it_says_why_and_what_was_told(told: LexborHTMLParser) -> None:
    why = " ".join(told.css_first(".explain").text().split())  # type: ignore[union-attr]

    assert "[3, nudge] ada@127.0.0.1 does not restart the clock" in why
    assert "[7] due under six at 12:06" in why
    assert "Breach, six" in told.css("section")[-1].text()


def test_it_tells_who_dismissed_it_why_and_what_they_noted(
    house: House, platform: Platform
) -> None:
    platform.says("ada")
    house.poll()
    with house.program.store.write() as tx:
        watch = house.program.watches["acme"]
        place = desk(watch, accounts.held(tx, watch.name))
        reason, note = Dismissal.NONE_NEEDED, "asked by phone <b>twice</b>"
        act(tx, place, 1, Deed.DISMISS, by="anna", now=house.clock(), reason=reason, note=note)

    told = next(event for event in page(house).css("li.ev") if "anna" in event.text())

    assert "anna dismissed it" in told.text()
    assert "No reply needed: nothing to answer." in told.text()
    assert told.css_first("blockquote").text() == "asked by phone <b>twice</b>"  # type: ignore[union-attr]


def test_a_wait_that_was_merged_leads_on(house: House, platform: Platform) -> None:
    platform.says("ada")
    platform.says("bo")
    house.poll()
    with house.program.store.write() as tx:
        merged = sa.update(wait).where(wait.c.number == 2)
        tx.execute(merged.values(status="merged", merged_into=1))

    answer = house.client.get("/waits/2")

    assert (answer.status_code, answer.headers["location"]) == (302, "/waits/1")


@pytest.mark.parametrize(
    "path", ["/waits/7", f"/waits/{'9' * 30}", "/waits/none", "/accounts/nobody"]
)
def test_what_is_not_here_is_not_found(house: House, path: str) -> None:
    answer = house.client.get(path)

    assert answer.status_code == 404
    assert "Who is waiting now" in answer.text


def test_a_wait_of_an_account_that_is_no_more_says_so(house: House, platform: Platform) -> None:
    platform.says("ada")
    house.poll()
    text = house.path.read_text(encoding="utf-8")
    house.path.write_text(text.replace("name: acme", "name: other"), encoding="utf-8")
    house.program.reload()

    answer = house.client.get("/waits/1")

    assert answer.status_code == 404
    assert "not configured any more" in answer.text


def test_what_people_write_is_text_and_nothing_else(house: House, platform: Platform) -> None:
    platform.says("ada", "&lt;script&gt;alert(1)&lt;/script&gt;", url="javascript:alert(1)")
    platform.mastodon.accounts["ada"]["display_name"] = "\u202e<b>bold</b>"
    house.poll()

    shown = page(house)
    assert "<script>alert(1)</script>" in shown.css_first("blockquote").text()  # type: ignore[union-attr]
    assert {node.attributes.get("src") for node in shown.css("script")} == SCRIPTS
    assert "\u202e<b>bold</b> asked" in titles(shown)
    assert not shown.css("main img, main h1 b")
    assert "\u202e" not in shown.css_first("title").text()  # type: ignore[union-attr]
    assert not [link for link in shown.css("a") if "javascript" in str(link.attributes["href"])]


SCRIPTS = {"/static/theme.js", "/static/wait.js"}


def test_every_file_of_a_page_is_there(house: House) -> None:
    static = Path("monitor/web/static")
    named = {
        str(node.attributes.get("src") or node.attributes.get("href"))
        for path in ("/", "/accounts")
        for node in LexborHTMLParser(house.client.get(path).text).css("script, link")
    }

    assert {Path(name).name for name in named} <= {one.name for one in static.iterdir()}
