"""Every page in a real browser: for all eyes, in all sizes, and whatever people write."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.acceptance.platform import Platform, whole
from tests.acceptance.running import Daemon, until
from tests.browser.conftest import started
from tests.browser.visiting import Visitor

pytestmark = pytest.mark.service

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
WALL = {"width": 1920, "height": 1080}

QUICK = """quick: {metric: first_reply, within: 4s, objective: 90%, warn_at: [50%]}
  six: {metric: next_reply, within: 6m, objective: 80%}"""


@pytest.fixture
def busy(daemon: Daemon, platform: Platform) -> Daemon:
    """Somebody waits in every state, and somebody was answered."""
    daemon.write(platform.address, poll="2s", targets=QUICK)
    started(daemon)
    asked = platform.says("ada", "where is my bag", language="en")
    until(lambda: daemon.metric("waits_open"))
    platform.says("bo", "どうすればいいですか", language="ja")
    platform.replies(asked)
    until(lambda: daemon.metric("waits_answered_total") or daemon.metric("waits_overdue"))
    return daemon


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("path", ["/", "/?language=sv", "/waits/1", "/accounts", "/accounts/acme"])
def test_nobody_is_kept_out(
    path: str, size: Any, scheme: Any, visitor: Visitor, busy: Daemon
) -> None:
    page = visitor.page
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    visitor.open(path)

    assert visitor.complaints() == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert visitor.trouble == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_kept_from_the_big_screen(scheme: Any, visitor: Visitor, busy: Daemon) -> None:
    visitor.page.set_viewport_size(WALL)  # type: ignore[arg-type]
    visitor.page.emulate_media(color_scheme=scheme)
    visitor.open("/?view=wall")

    assert visitor.complaints() == []


def test_nobody_is_kept_out_when_nobody_waits(visitor: Visitor, daemon: Daemon) -> None:
    started(daemon)
    page = visitor.open()

    expect(page.get_by_role("heading", name="Nobody is waiting.")).to_be_visible()
    assert visitor.complaints() == []


def test_nobody_is_kept_out_while_it_is_blind(
    visitor: Visitor, daemon: Daemon, platform: Platform
) -> None:
    daemon.write(platform.address, poll="2s", targets=QUICK)
    started(daemon)
    platform.fails(whole(status="500 Oh"))
    page = visitor.open()

    expect(page.locator(".notice.blind")).to_contain_text("has not been read since", timeout=30_000)
    assert visitor.complaints() == []
    visitor.open("/accounts/acme")
    expect(page.get_by_role("heading", name="Blind for")).to_be_visible()
    assert visitor.complaints() == []


def test_the_dialog_keeps_nobody_out(visitor: Visitor, daemon: Daemon, platform: Platform) -> None:
    platform.says("ada", "where is my bag")
    started(daemon)
    page = visitor.open()
    page.get_by_role("button", name="Dismiss… Ada").click()

    assert visitor.complaints() == []


HOSTILE = {
    "script": "<script>document.title = 'pwned'</script>",
    "event": "<img src=x onerror=\"document.title='pwned'\">",
    "svg": '"><svg onload="document.title=\'pwned\'">',
    "style": '"><style>body { display: none }</style><div style="position: fixed; inset: 0">',
    "close": "</span></th></tr></tbody></table><h1>pwned</h1>",
    "template": "{{ 7 * 7 }} ${7*7} {% raise %}",
    "turned": "\u202egnirts \u2066desrever\u2069 \u200f\u061c",
    "long": "w" * 100_000,
    "wide": "\U0001242b\ufdfd" * 200,
    "marks": "Z" + "\u0300" * 3_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_somebody_writes_changes_their_own_row_alone(
    name: str, visitor: Visitor, daemon: Daemon, platform: Platform
) -> None:
    words = HOSTILE[name].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    platform.says("ada", "where is my bag")
    started(daemon)
    page = visitor.open()
    visitor.find("where is my bag")
    visitor.is_live()
    neighbour = page.locator("tr.wait", has_text="where is my bag")
    before = neighbour.bounding_box()

    platform.mastodon.join("eve")
    platform.mastodon.accounts["eve"]["display_name"] = HOSTILE[name]
    platform.says("eve", words, language='en" onclick="x', url="javascript:document.title='pwned'")
    expect(page.locator("tr.wait")).to_have_count(2)

    after = neighbour.bounding_box()
    assert before
    assert after
    assert (before["x"], before["width"], before["height"]) == (
        after["x"],
        after["width"],
        after["height"],
    )
    row = page.locator("tr.wait").nth(1).bounding_box()
    assert row
    assert row["height"] < 2 * before["height"]
    expect(page).to_have_title("0 overdue, 2 waiting · replywatch")
    assert page.locator("tr.wait").nth(1).locator("img, script, style, div, h1").count() == 0
    assert page.locator("a[href^='javascript' i]").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert visitor.trouble == []
    for path in ("/", "/waits/2"):
        visitor.open(path)
        assert "pwned" not in page.title() or name in ("script", "event", "svg", "close")
        assert page.locator("a[href^='javascript' i], main script, main img").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert visitor.trouble == []


def test_without_script_it_can_be_read_and_filtered(
    chromium: Browser, daemon: Daemon, platform: Platform
) -> None:
    platform.says("ada", "where is my bag", language="en")
    started(daemon)
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{daemon.port}/")

    expect(page.locator("tr.wait")).to_contain_text("where is my bag")
    expect(page.get_by_role("button", name="Take Ada")).to_be_hidden()
    page.get_by_label("Language").select_option("English")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("tr.wait")).to_have_count(1)
    assert "language=en" in page.url
    context.close()
