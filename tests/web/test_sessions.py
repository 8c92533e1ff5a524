"""Logged in by the page: how one comes in, what the cookie allows, and when it ends."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import structlog
from itsdangerous import URLSafeSerializer
from starlette.requests import ClientDisconnect

from monitor import web
from monitor.web.limits import FREE_TRIES, LONGEST_REST
from monitor.web.session import COOKIE, LASTS, known_to
from monitor.web.visitor import Visitor
from tests.acceptance.watching import Hands
from tests.web import api_room
from tests.web.api_room import ACT, HTTP, INGEST, PASSWORD, V1, Room
from tests.web.browser import Browser
from tests.web.handing import OURS, POSTS
from tests.web.problems import problem

ACK = f"{V1}/waits/1/ack"


@pytest.fixture
def room(tmp_path: Path, clock: Hands) -> Iterator[Room]:
    with api_room.one_waits(tmp_path, clock) as room:
        yield room


@pytest.fixture
def stranger(room: Room) -> Browser:
    return Browser(room.inbox)


@pytest.fixture
def browser(stranger: Browser) -> Browser:
    """`care` is logged in."""
    assert stranger.logs_in("care", PASSWORD).status_code == 303
    return stranger


# Coming in.


def test_a_browser_is_led_to_the_entrance_and_on_to_what_it_wanted(stranger: Browser) -> None:
    led = stranger.goes_to("/?state=overdue&brand=a%26b")
    assert (led.status_code, led.headers["location"]) == (
        303,
        "/login?next=%2F%3Fstate%3Doverdue%26brand%3Da%2526b",
    )

    page = stranger.goes_to(led.headers["location"])
    assert 'name="next" value="/?state=overdue&amp;brand=a%26b"' in page.text
    wanted = "/?state=overdue&brand=a%26b"
    on = stranger.sends("/login", user="care", password=PASSWORD, next=wanted)

    assert (on.status_code, on.headers["location"]) == (303, wanted)
    assert stranger.goes_to("/").status_code == 200


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/", {"accept": "*/*"}),
        ("/", {"accept": "text/event-stream"}),
        (f"{V1}/waits", {}),
        ("/-/ready", {"accept": "text/plain"}),
    ],
)
def test_programs_and_scripts_are_told_401(
    stranger: Browser, path: str, headers: dict[str, str]
) -> None:
    assert stranger.goes_to(path, **headers).status_code == 401


def test_the_browser_of_a_script_is_not_made_to_ask_for_a_password(stranger: Browser) -> None:
    refused = stranger.script("GET", f"{V1}/waits")

    assert refused.status_code == 401
    assert refused.headers.get_list("www-authenticate") == ['Bearer realm="replywatch"']


@pytest.mark.parametrize(
    "fields",
    [
        {"user": "care", "password": PASSWORD},
        {"user": "guest", "password": "guest"},
        {"token": ACT},
    ],
)
def test_one_logs_in_by_name_and_password_or_by_a_token(
    stranger: Browser, fields: dict[str, str]
) -> None:
    assert stranger.sends("/login", **fields).status_code == 303
    assert stranger.goes_to("/").status_code == 200


@pytest.mark.parametrize(
    "fields",
    [
        {"user": "care", "password": "guest"},
        {"user": "care"},
        {"user": "nobody", "password": PASSWORD},
        {"token": ACT[:-1]},
        {"token": PASSWORD},
        {},
    ],
)
def test_what_is_wrong_lets_nobody_in(stranger: Browser, fields: dict[str, str]) -> None:
    refused = stranger.sends("/login", **fields)

    assert refused.status_code == 403
    assert "not known here" in refused.text
    assert stranger.cookie is None


def test_what_is_no_form_of_the_page_is_refused_in_words(stranger: Browser) -> None:
    refused = stranger.sends("/login", **{f"field{number}": "x" for number in range(11)})

    assert refused.status_code == 400
    assert "Send no more than 10 fields" in refused.text


def test_what_may_not_read_does_not_log_in(stranger: Browser) -> None:
    refused = stranger.sends("/login", token=INGEST)

    assert (refused.status_code, stranger.cookie) == (403, None)
    assert "ask for one that has the scope read" in refused.text


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "evil", "/login", "/a\nb", ""],
)
def test_the_entrance_leads_to_no_other_site(stranger: Browser, wanted: str) -> None:
    on = stranger.sends("/login", user="care", password=PASSWORD, next=wanted)

    assert on.headers["location"] == "/"


def test_the_cookie_is_for_this_site_and_no_script(browser: Browser, stranger: Browser) -> None:
    set_cookie = stranger.logs_in("care", PASSWORD).headers["set-cookie"]

    parts = {part.strip().lower() for part in set_cookie.split(";")[1:]}
    lasts = f"max-age={LASTS.total_seconds():.0f}"
    assert parts == {"httponly", "path=/", "samesite=strict", lasts}


def test_over_https_the_cookie_goes_nowhere_else(tmp_path: Path, clock: Hands) -> None:
    with api_room.room(tmp_path, clock, f"{HTTP}  external_url: https://127.0.0.1\n") as room:
        assert "; Secure" in Browser(room.inbox).logs_in("care", PASSWORD).headers["set-cookie"]


def test_who_comes_by_a_link_from_elsewhere_is_asked_once_more(browser: Browser) -> None:
    """A browser keeps a strict cookie back then; from our own page on it shows it."""
    cookie, browser.cookie = browser.cookie, None
    page = browser.goes_to("/login?next=/waits/1", sec_fetch_site="cross-site")
    assert '<meta http-equiv="refresh" content="0; url=/waits/1">' in page.text
    assert "password" not in page.text

    browser.cookie = cookie
    assert browser.goes_to("/login?next=/waits/1").headers["location"] == "/waits/1"


def test_where_nobody_needs_to_log_in_there_is_no_entrance(tmp_path: Path, clock: Hands) -> None:
    with api_room.room(tmp_path, clock, "\n  hosts: []\n") as room:
        assert Browser(room.inbox).goes_to("/login").headers["location"] == "/"


# What the cookie allows.


def test_a_session_reads(browser: Browser) -> None:
    assert browser.script("GET", f"{V1}/waits").status_code == 200


def test_a_session_acts_with_the_token_of_its_page(browser: Browser) -> None:
    acted = browser.script("POST", ACK, browser.csrf)

    assert (acted.status_code, acted.json()["acked_by"]) == (200, "care")


def test_without_the_token_of_its_page_a_session_changes_nothing(
    browser: Browser, room: Room
) -> None:
    other = Browser(room.inbox)
    other.logs_in("care", PASSWORD)
    tries = [None, "", "x", browser.csrf[:-1], other.csrf, browser.cookie or ""]

    answers = [browser.script("POST", ACK, csrf) for csrf in tries]

    assert [problem(one)[0] for one in answers] == [403] * len(tries)
    assert "reload it" in problem(answers[0])[1]
    assert room.told("/waits/1")["acked_by"] is None


def test_a_token_or_a_password_needs_no_other_token(room: Room) -> None:
    assert room.ask("POST", ACK).status_code == 200


def test_a_session_may_do_no_more_than_its_login(stranger: Browser) -> None:
    stranger.logs_in("guest", "guest")

    assert problem(stranger.script("POST", ACK, stranger.csrf))[0] == 403


def test_posts_are_not_handed_in_by_a_session(tmp_path: Path, clock: Hands) -> None:
    http = "\n  tokens: [{name: all, token: t-everything, scopes: [read, act, ingest]}]\n"
    with api_room.room(tmp_path, clock, http) as room:
        browser = Browser(room.inbox)
        browser.sends("/login", token="t-everything")

        assert browser.script("POST", POSTS, browser.csrf).status_code == 403


def test_another_sites_page_changes_nothing(browser: Browser) -> None:
    csrf = browser.csrf

    refused = browser.script("POST", ACK, csrf, origin="https://evil.example")

    assert problem(refused)[0] == 403


def test_a_wrong_header_is_not_saved_by_the_cookie(browser: Browser) -> None:
    wrong = {"authorization": "Bearer nonsense"}

    assert browser.script("GET", f"{V1}/waits", **wrong).status_code == 401


# When it ends.


def test_a_session_ends_in_time(browser: Browser, clock: Hands) -> None:
    clock.now += LASTS - timedelta(seconds=1)
    assert browser.goes_to("/").status_code == 200

    clock.forward(1)

    assert browser.goes_to("/").status_code == 303


def test_logged_out_is_out_for_good(browser: Browser) -> None:
    cookie, csrf = browser.cookie, browser.csrf
    out = browser.sends("/logout", csrf=csrf)
    assert (out.headers["location"], browser.cookie) == ("/login", None)

    browser.cookie = cookie

    assert browser.goes_to("/").status_code == 303
    assert browser.script("POST", ACK, csrf).status_code == 401


def test_nobody_is_logged_out_by_another_page(browser: Browser) -> None:
    assert browser.sends("/logout", csrf="x").status_code == 403
    assert browser.goes_to("/").status_code == 200


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("{user: care,", "{user: cara,", id="removed"),
        pytest.param(PASSWORD, "another", id="another password"),
    ],
)
def test_a_reload_that_takes_a_login_away_ends_its_sessions(
    room: Room, browser: Browser, before: str, after: str
) -> None:
    other = Browser(room.inbox)
    other.logs_in("guest", "guest")
    room.inbox.write(HTTP.replace(before, after))
    assert room.ask("POST", "/-/reload").status_code == 200

    assert browser.goes_to("/").status_code == 303
    assert other.goes_to("/").status_code == 200


def test_a_reload_that_takes_a_scope_away_takes_it_from_its_sessions(
    room: Room, browser: Browser
) -> None:
    csrf = browser.csrf
    may_act = f'"{PASSWORD}", scopes: [read, act]'
    room.inbox.write(HTTP.replace(may_act, f'"{PASSWORD}", scopes: [read]'))
    room.ask("POST", "/-/reload")

    assert browser.goes_to("/").status_code == 200
    assert browser.script("POST", ACK, csrf).status_code == 403


def test_a_session_outlasts_a_restart(room: Room, browser: Browser) -> None:
    csrf = browser.csrf
    room.inbox.serve(web.build(room.inbox.program))

    assert browser.csrf == csrf


@pytest.mark.parametrize("place", range(0, 400, 23))
def test_a_cookie_that_was_touched_is_none(browser: Browser, place: int) -> None:
    cookie = browser.cookie or ""
    at = place % (len(cookie) - 1)  # the last letter holds bits that say nothing
    browser.cookie = cookie[:at] + ("A" if cookie[at] != "A" else "B") + cookie[at + 1 :]

    assert browser.goes_to("/").status_code == 303


def test_a_cookie_that_was_signed_elsewhere_is_none(browser: Browser) -> None:
    told = URLSafeSerializer("x").loads_unsafe(browser.cookie or "")[1]
    browser.cookie = str(URLSafeSerializer("guessed", salt="session").dumps(told))

    assert told["name"] == "care"
    assert browser.goes_to("/").status_code == 303


# Guessing.


def guess(browser: Browser, user: str = "care") -> httpx.Response:
    return browser.logs_in(user, "wrong")


def test_who_guesses_wrong_must_wait_longer_each_time(stranger: Browser, clock: Hands) -> None:
    for _ in range(FREE_TRIES):
        assert guess(stranger).status_code == 403

    rests = []
    for _ in range(12):
        refused = guess(stranger)
        assert refused.status_code == 429
        rests.append(int(refused.headers["retry-after"]))
        clock.forward(rests[-1])
        assert guess(stranger).status_code == 403

    assert rests == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]
    assert LONGEST_REST.total_seconds() == 300


def test_while_it_must_wait_the_right_password_is_not_looked_at(
    stranger: Browser, clock: Hands
) -> None:
    for _ in range(FREE_TRIES + 1):
        guess(stranger)

    assert stranger.logs_in("care", PASSWORD).status_code == 429
    clock.forward(1)
    assert stranger.logs_in("care", PASSWORD).status_code == 303


def test_whether_a_name_is_somebodys_is_not_learnt(stranger: Browser) -> None:
    of_nobody = [guess(stranger, "nobody") for _ in range(FREE_TRIES + 1)]
    of_somebody = [guess(stranger) for _ in range(FREE_TRIES + 1)]

    said = [(one.status_code, one.text) for one in of_nobody]
    assert said == [(one.status_code, one.text) for one in of_somebody]


def test_guessing_one_name_keeps_no_other_out(stranger: Browser) -> None:
    for _ in range(FREE_TRIES + 1):
        guess(stranger)

    assert stranger.logs_in("guest", "guest").status_code == 303


@pytest.mark.parametrize("path", ["/login", "/logout"])
def test_who_goes_away_while_sending_has_done_nothing(
    room: Room, browser: Browser, path: str
) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"user=care&password=wr"
        raise ClientDisconnect

    shown = {"cookie": f"{COOKIE}={browser.cookie}", "origin": OURS}
    with structlog.testing.capture_logs() as logs:
        for _ in range(FREE_TRIES + 1):
            room.inbox.act("POST", path, shown, broken())

    assert logs == []
    assert browser.goes_to("/").status_code == 200
    assert browser.logs_in("care", PASSWORD).status_code == 303


def test_a_right_password_forgives_the_wrong_ones(stranger: Browser) -> None:
    for _ in range(3):
        for _ in range(FREE_TRIES - 1):
            guess(stranger)
        assert stranger.logs_in("care", PASSWORD).status_code == 303


def test_passwords_are_not_guessed_by_header_either(room: Room) -> None:
    wrong = "Basic Y2FyZTp3cm9uZw=="  # care:wrong
    answers = [
        room.ask("GET", f"{V1}/waits", token="", authorization=wrong) for _ in range(FREE_TRIES + 1)
    ]

    assert [problem(one)[0] for one in answers] == [401] * FREE_TRIES + [429]
    assert answers[-1].headers["retry-after"] == "1"


def test_tokens_are_not_guessed_at_the_entrance(stranger: Browser) -> None:
    for _ in range(FREE_TRIES + 1):
        stranger.sends("/login", token="guess")

    assert stranger.sends("/login", token=ACT).status_code == 429


# Secrets.


def test_no_secret_is_told(browser: Browser, room: Room, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    with structlog.testing.capture_logs() as logs:
        answers = [
            browser.logs_in("care", PASSWORD),  # the same secrets that this request sends
            browser.logs_in("care", f"{PASSWORD}!"),
            browser.sends("/login", token=ACT),
            browser.sends("/login", token=INGEST),
            browser.goes_to("/"),
            browser.script("POST", "/-/reload", browser.csrf),
            browser.script("GET", f"{V1}/openapi.json"),
        ]
    assert answers[0].status_code == answers[2].status_code == 303
    told = f"{logs} {caplog.text} {[(one.text, one.headers) for one in answers]}"

    assert any("reload" in entry["event"] for entry in logs)
    assert COOKIE in told
    assert not [secret for secret in (PASSWORD, ACT, INGEST) if secret in told]


def test_who_is_known_is_written_without_the_secret(room: Room) -> None:
    known = list(known_to(room.inbox.program.config.http))

    assert {one.secret for one in known} >= {PASSWORD, ACT, INGEST}
    told = f"{known} {Visitor('', tuple(known))}"
    assert not [secret for secret in (PASSWORD, ACT, INGEST) if secret in told]
