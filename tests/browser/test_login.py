"""Logging in, in a real browser: it keeps and sends cookies by rules of its own."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.acceptance.platform import Platform
from tests.acceptance.running import Daemon, until
from tests.browser.visiting import Visitor

pytestmark = pytest.mark.service

ELSEWHERE = "http://chat.example/room"
"""Where somebody has left a link."""


@pytest.fixture
def closed(daemon: Daemon, platform: Platform) -> Daemon:
    """Somebody waits, and only who is known may see it."""
    listen = f'listen: "127.0.0.1:{daemon.port}"'
    login = "basic: [{user: care, password: correct horse, scopes: [read, act]}]"
    text = daemon.config.read_text(encoding="utf-8")
    daemon.config.write_text(text.replace(listen, f"{listen}, {login}"), encoding="utf-8")
    daemon.start()
    until(daemon.is_up, 60)
    until(lambda: daemon.metric("poll_last_success_timestamp_seconds"), 60)
    platform.says("ada", "where is my bag")
    until(lambda: daemon.metric("waits_open"), 60)
    return daemon


def log_in(page: Page, password: str = "correct horse") -> None:
    page.get_by_label("Name").fill("care")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def test_one_logs_in_acts_and_logs_out(visitor: Visitor, closed: Daemon) -> None:
    page = visitor.open("/?brand=Acme")
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    log_in(page)

    expect(page).to_have_url(f"{visitor.address}/?brand=Acme")
    visitor.is_live()
    visitor.find("where is my bag")
    page.get_by_role("button", name="Take").first.click()
    expect(page.get_by_text("You have it")).to_be_visible()
    assert visitor.trouble == []

    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    visitor.open("/")
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()


def test_a_wrong_password_is_told_so(visitor: Visitor, closed: Daemon) -> None:
    page = visitor.open("/")
    log_in(page, "wrong")

    expect(page.get_by_role("alert")).to_contain_text("not known here")
    assert visitor.complaints() == []


def test_a_link_from_a_chat_room_leads_to_the_page_for_who_is_logged_in(
    visitor: Visitor, closed: Daemon
) -> None:
    page = visitor.open("/")
    log_in(page)
    visitor.is_live()
    link = f'<a href="{visitor.address}/accounts/acme">who waits</a>'

    def answer(route: Route) -> None:
        route.fulfill(body=link, content_type="text/html")

    page.route(f"{ELSEWHERE}**", answer)
    page.goto(ELSEWHERE)
    page.get_by_text("who waits").click()

    expect(page).to_have_url(f"{visitor.address}/accounts/acme")
    expect(page.get_by_role("button", name="Log out")).to_be_visible()


def test_the_entrance_keeps_nobody_out(visitor: Visitor, closed: Daemon) -> None:
    assert visitor.open("/login").title().startswith("Log in")
    assert visitor.complaints() == []
    visitor.page.emulate_media(color_scheme="dark")
    visitor.open("/login")
    assert visitor.complaints() == []
    assert visitor.trouble == []
