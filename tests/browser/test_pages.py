"""Every page in a real browser: for all eyes, in all sizes, and whatever people write."""

from __future__ import annotations

import signal
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.acceptance.platform import Platform, whole
from tests.acceptance.running import Daemon, until
from tests.browser.conftest import PATIENCE, started
from tests.browser.visiting import Visitor

pytestmark = pytest.mark.service

DESK: Any = {"width": 1440, "height": 900}
PHONE: Any = {"width": 390, "height": 844}
WALL: Any = {"width": 1920, "height": 1080}

QUICK = """quick: {metric: first_reply, within: 4s, objective: 90%, warn_at: [50%]}
  six: {metric: next_reply, within: 6m, objective: 80%}"""


@pytest.fixture
def busy(daemon: Daemon, platform: Platform) -> Daemon:
    """Somebody waits in every state, and somebody was answered."""
    daemon.write(platform.address, poll="2s", targets=QUICK)
    started(daemon)
    asked = platform.says("ada", "where is my bag", language="en")
    until(lambda: daemon.metric("waits_open"), PATIENCE)
    platform.says("bo", "どうすればいいですか", language="ja")
    platform.replies(asked)
    until(lambda: daemon.metric("waits_answered_total") or daemon.metric("waits_overdue"), PATIENCE)
    return daemon


def test_the_page_of_an_account_says_when_it_is_not_live(visitor: Visitor, daemon: Daemon) -> None:
    started(daemon)
    page = visitor.open("/accounts/acme")
    daemon.send(signal.SIGTERM)
    daemon.ended(10)

    expect(page.get_by_role("alert")).to_contain_text("Not live since")
    started(daemon)

    expect(page.locator("#offline")).to_be_hidden()


PATHS = ("/", "/?language=sv", "/waits/1", "/accounts", "/accounts/acme", "/report")
SIGHTS = [
    *((path, size) for path in PATHS for size in (DESK, PHONE)),
    ("/?view=wall", WALL),
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_kept_out(scheme: Any, visitor: Visitor, busy: Daemon) -> None:
    page = visitor.page
    page.emulate_media(color_scheme=scheme)
    found: dict[str, list[str]] = {}
    for path, size in SIGHTS:
        page.set_viewport_size(size)
        visitor.open(path)
        name = f"{path} at {size['width']}"
        found[name] = visitor.complaints()
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found[name].append("it scrolls sideways")

    assert {name: said for name, said in found.items() if said} == {}
    assert visitor.trouble == []


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


BAD_LINK = "javascript:window.pwned=1"
HOSTILE = {
    "script": "<script>window.pwned = 1</script>",
    "event": '<img src=x onerror="window.pwned=1">',
    "svg": '"><svg onload="window.pwned=1">',
    "style": '"><style>body { display: none }</style><div style="position: fixed; inset: 0">',
    "close": "</span></th></tr></tbody></table><h1>pwned</h1>",
    "template": "{{ 7 * 7 }} ${7*7} {% raise %}",
    "turned": "\u202egnirts \u2066desrever\u2069 \u200f\u061c",
    "long": "w" * 100_000,
    "wide": "\U0001242b\ufdfd" * 200,
    "marks": "Z" + "\u0300" * 3_000,
}


def test_what_somebody_writes_changes_their_own_row_alone(
    visitor: Visitor, daemon: Daemon, platform: Platform
) -> None:
    platform.says("ada", "where is my bag")
    started(daemon)
    page = visitor.open()
    visitor.find("where is my bag")
    visitor.is_live()
    rows = page.locator("tr.wait")
    before = box(rows.first)
    for place, (name, words) in enumerate(HOSTILE.items(), 1):
        platform.mastodon.join(name)
        platform.mastodon.accounts[name]["display_name"] = words
        escaped = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        platform.says(name, escaped, language='en" onclick="x', url=BAD_LINK)
        expect(rows).to_have_count(place + 1)

        assert box(rows.first) == before, name
        assert box(rows.nth(place))[3] < 1.5 * before[3], name
        assert rows.nth(place).locator("img, script, style, div, h1").count() == 0, name
    expect(page).to_have_title(f"0 overdue, {len(HOSTILE) + 1} waiting · replywatch")
    for path in ("/", *(f"/waits/{number}" for number in range(2, len(HOSTILE) + 2))):
        visitor.open(path)
        assert page.locator("a[href^='javascript' i], main script, main img").count() == 0
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), path
        assert page.evaluate("window.pwned === undefined")
    assert visitor.trouble == []


def box(row: Locator) -> tuple[float, float, float, float]:
    found = row.bounding_box()
    assert found
    return found["x"], found["y"], found["width"], found["height"]


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
