"""The wallboard in a real browser: it runs, it is live, and what is done on it is done."""

from __future__ import annotations

import re
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing

import pytest
from playwright.sync_api import expect

from tests.acceptance.platform import Platform
from tests.acceptance.running import Daemon, until
from tests.browser.conftest import started
from tests.browser.visiting import Visitor

pytestmark = pytest.mark.service


@pytest.fixture(autouse=True)
def quiet(visitor: Visitor) -> object:
    """Nobody else is asked, and nothing is complained of."""
    yield
    assert visitor.trouble == []
    assert visitor.hosts <= {visitor.address.removeprefix("http://")}


def told_since(daemon: Daemon, words: str) -> float:
    """Seconds since a post with these words was stored."""
    with closing(sqlite3.connect(daemon.folder / "rw.db")) as database:
        query = "SELECT seen_at FROM post WHERE text LIKE ?"
        (seen_at,) = database.execute(query, (f"%{words}%",)).fetchone()
    return time.time() - float(seen_at) / 1e6


def test_the_countdown_runs(visitor: Visitor, daemon: Daemon, platform: Platform) -> None:
    platform.says("ada", "where is my bag")
    started(daemon)
    page = visitor.open()
    visitor.find("where is my bag")
    clock = page.locator("tr.wait .t")
    before = clock.text_content() or ""

    assert re.fullmatch(r"5:\d\d left", before)
    expect(clock).not_to_have_text(before)
    assert re.fullmatch(r"5:\d\d left", clock.text_content() or "")


def test_a_new_mention_appears_within_two_seconds_of_being_stored(
    visitor: Visitor, daemon: Daemon, platform: Platform
) -> None:
    started(daemon)
    page = visitor.open()
    expect(page.get_by_role("heading", name="Nobody is waiting.")).to_be_visible()
    expect(page).to_have_title("0 overdue, 0 waiting · replywatch")
    page.evaluate("window.same = true")
    visitor.is_live()

    platform.says("ada", "where is my bag")
    visitor.find("where is my bag")

    assert told_since(daemon, "where is my bag") < 2
    assert page.evaluate("window.same")  # without loading it again
    expect(page).to_have_title("0 overdue, 1 waiting · replywatch")


def test_who_is_answered_leaves(visitor: Visitor, daemon: Daemon, platform: Platform) -> None:
    asked = platform.says("ada", "where is my bag")
    platform.says("bo", "and where is mine")
    started(daemon)
    visitor.open()
    visitor.find("where is my bag")
    visitor.is_live()

    platform.replies(asked)

    until(lambda: visitor.rows() == ["@brand and where is mine"] or _moved(visitor))


def _moved(visitor: Visitor) -> bool:
    visitor.page.wait_for_timeout(50)
    return len(visitor.rows()) == 1


def test_a_wait_is_taken_and_given_back(
    visitor: Visitor, daemon: Daemon, platform: Platform
) -> None:
    platform.says("ada", "where is my bag")
    started(daemon)
    page = visitor.open()

    page.get_by_role("button", name="Take Ada").click()
    expect(page.locator("#said")).to_have_text(re.compile("You have Ada"))
    expect(page.locator("tr.wait")).to_have_attribute("data-acked", "")
    expect(page.get_by_role("button", name="Dismiss… Ada")).to_be_focused()
    page.get_by_role("button", name="Release Ada").click()

    expect(page.get_by_role("button", name="Take Ada")).to_be_visible()
    assert "acked" not in (page.locator("tr.wait").get_attribute("class") or "")


def test_a_wait_is_dismissed_with_a_reason(
    visitor: Visitor, daemon: Daemon, platform: Platform
) -> None:
    platform.says("ada", "thanks for nothing")
    platform.says("bo", "where is my bag")
    started(daemon)
    page = visitor.open()

    page.get_by_role("button", name="Dismiss… Ada").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("No reply needed for Ada?")
    expect(dialog).to_contain_text("It is not due yet")
    dialog.get_by_label("Nothing to answer").check()
    dialog.get_by_role("button", name="Dismiss").click()

    expect(page.locator("tr.wait")).to_have_count(1)
    expect(page.get_by_role("button", name="Take Bo")).to_be_focused()
    with closing(sqlite3.connect(daemon.folder / "rw.db")) as database:
        assert database.execute("SELECT dismissal FROM wait WHERE status='dismissed'").fetchall()


def test_who_cancels_has_dismissed_nobody(
    visitor: Visitor, daemon: Daemon, platform: Platform
) -> None:
    platform.says("ada", "where is my bag")
    started(daemon)
    page = visitor.open()
    button = page.get_by_role("button", name="Dismiss… Ada")

    button.click()
    page.keyboard.press("Escape")

    expect(button).to_be_focused()
    expect(page.locator("tr.wait")).to_have_count(1)


def test_filters_survive_a_reload(visitor: Visitor, daemon: Daemon, platform: Platform) -> None:
    platform.says("ada", "var är min väska", language="sv")
    platform.says("bo", "where is my bag", language="en")
    started(daemon)
    page = visitor.open()
    visitor.find("where is my bag")

    page.get_by_label("Language").select_option("Swedish")
    expect(page.locator("tr.wait")).to_have_count(1)
    page.locator(".chip", has_text="With nobody").click()
    expect(page).to_have_url(re.compile("language=sv&state=loose|state=loose&language=sv"))
    page.reload()

    assert len(visitor.rows()) == 1
    expect(page.get_by_label("Language")).to_have_value("sv")
    expect(page.locator('.chip[aria-current="true"]')).to_have_text(re.compile("With nobody"))
    expect(page).to_have_title("0 overdue, 1 waiting: sv · replywatch")


def test_a_filter_holds_for_what_comes(
    visitor: Visitor, daemon: Daemon, platform: Platform
) -> None:
    started(daemon)
    page = visitor.open("/?language=sv")
    expect(page.get_by_role("heading", name="Nobody here matches the filter.")).to_be_visible()
    visitor.is_live()

    platform.says("bo", "where is my bag", language="en")
    expect(page.locator("#empty")).to_contain_text("One person waits outside it.")
    platform.says("ada", "var är min väska", language="sv")

    visitor.find("var är min väska")
    assert len(visitor.rows()) == 1


def test_arrivals_do_not_move_what_is_pointed_at(
    visitor: Visitor, daemon: Daemon, platform: Platform
) -> None:
    first = platform.says("ada", "where is my bag")
    started(daemon)
    page = visitor.open()
    page.locator("tr.wait .w-text").hover()
    visitor.is_live()

    platform.says("bo", "and mine")
    held = page.get_by_role("button", name="1 new mention. Show it")
    expect(held).to_be_visible()
    assert len(visitor.rows()) == 1
    platform.replies(first)
    expect(page.locator("tr.wait")).to_have_attribute("data-gone", "yes")
    held.click()

    visitor.find("and mine")
    expect(page.locator("tr.wait")).to_have_count(1)


def test_past_due_it_is_being_checked_until_the_server_says_that_it_is_overdue(
    visitor: Visitor, daemon: Daemon, platform: Platform
) -> None:
    quick = "quick: {metric: first_reply, within: 8s, objective: 90%, warn_at: [50%]}"
    daemon.write(platform.address, poll="2s", targets=quick)
    started(daemon)
    page = visitor.open()
    visitor.is_live()
    platform.says("ada", "where is my bag")
    visitor.find("where is my bag")
    states: list[str] = []

    def seen() -> bool:
        state = page.locator("tr.wait").get_attribute("data-state") or ""
        if states[-1:] != [state]:
            states.append(state)
        page.wait_for_timeout(50)
        return state == "overdue"

    until(seen, 25)

    assert states in (
        ["pending", "warned", "unconfirmed", "overdue"],
        ["warned", "unconfirmed", "overdue"],
    )
    expect(page.locator("tr.wait .t")).to_have_text(re.compile(r"0:\d\d late"))
    expect(page).to_have_title("1 overdue, 1 waiting · replywatch")


def test_it_says_when_it_is_not_live_and_comes_back_after_a_restart(
    visitor: Visitor, daemon: Daemon, platform: Platform
) -> None:
    started(daemon)
    page = visitor.open()
    visitor.is_live()
    daemon.send(signal.SIGTERM)
    daemon.ended(10)

    alert = page.get_by_role("alert").filter(has_text="Not live since")
    expect(alert).to_contain_text("Trying again in")
    expect(page.locator(".top .live-word")).to_have_text("Not live")
    platform.says("ada", "where is my bag")
    started(daemon)

    expect(page.locator(".top .live-word")).to_have_text("Live", timeout=30_000)
    visitor.find("where is my bag")
    expect(page.locator("#offline")).to_be_hidden()
    visitor.trouble = [one for one in visitor.trouble if "ERR_CONNECTION" not in one]
    visitor.trouble = [one for one in visitor.trouble if "ERR_INCOMPLETE" not in one]


def test_the_big_screen_never_scrolls_and_escape_leaves_it(
    visitor: Visitor, daemon: Daemon, platform: Platform
) -> None:
    for number in range(20):
        platform.says(f"c{number}", f"question {number}")
    started(daemon)
    page = visitor.open("/?view=wall")
    visitor.page.set_viewport_size({"width": 1920, "height": 1080})

    expect(page.locator("#tail")).to_have_text(re.compile(r"and \d+ more, the next due in 5:\d\d"))
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    page.keyboard.press("Escape")

    expect(page.locator(".filters")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/$"))


QUICK = """quick-as-a-glance: {metric: first_reply, within: 1s, objective: 90%}
  blink: {metric: first_reply, within: 2s, objective: 99.9%}"""

CUT = """() => [...document.querySelectorAll(".facts, .facts :not(a)")].filter((box) =>
  box.clientWidth > 1 && (box.scrollWidth > box.clientWidth
    || (getComputedStyle(box).overflow !== "visible" && box.scrollHeight > box.clientHeight))
).map((box) => box.outerHTML)"""
"""What reaches beyond its box; of a name the end may be left off."""


def test_the_big_screen_cuts_nothing_off_where_letters_are_wide(
    visitor: Visitor, daemon: Daemon, platform: Platform
) -> None:
    daemon.write(platform.address, poll="2s", targets=QUICK)
    for number in range(20):
        platform.says(f"c{number}", f"question {number}")
    started(daemon)
    page = visitor.open("/?view=wall")
    page.evaluate("document.documentElement.style.setProperty('--font', 'DejaVu Sans')")

    for width, height in ((1920, 1080), (1366, 768), (640, 960)):
        page.set_viewport_size({"width": width, "height": height})
        expect(page.locator(".facts li:visible")).to_have_text(re.compile("quick-as-a-glance"))
        assert page.evaluate(CUT) == []


def test_the_big_screen_counts_nobody_where_all_fit(
    visitor: Visitor, daemon: Daemon, platform: Platform
) -> None:
    platform.says("ada", "where is my bag")
    started(daemon)
    page = visitor.open("/?view=wall")

    expect(page.locator("tr.wait")).to_be_visible()
    expect(page.locator("#tail")).to_be_hidden()


def test_what_cannot_be_done_is_told_in_words(
    visitor: Visitor, daemon: Daemon, platform: Platform
) -> None:
    asked = platform.says("ada", "where is my bag")
    started(daemon)
    page = visitor.open()
    visitor.find("where is my bag")
    page.locator("tr.wait .w-text").hover()
    platform.replies(asked)
    until(_answered(daemon))

    page.evaluate("document.querySelector('[data-do=take]').disabled = false")
    page.evaluate("document.querySelector('[data-do=take]').click()")

    expect(page.locator("#refused")).to_contain_text("is not open any more")
    visitor.trouble = [one for one in visitor.trouble if "409" not in one]


def _answered(daemon: Daemon) -> Callable[[], bool]:
    def is_so() -> bool:
        with closing(sqlite3.connect(daemon.folder / "rw.db")) as database:
            return bool(database.execute("SELECT 1 FROM wait WHERE status='answered'").fetchone())

    return is_so
