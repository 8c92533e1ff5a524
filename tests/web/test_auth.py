"""Once tokens or logins are set, nobody else is let in, and everybody to what they may do only."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import structlog

from monitor.config import Scope
from monitor.web.auth import needed_for
from tests.acceptance.watching import Hands
from tests.web.handing import POSTS, Inbox

READ, ACT, INGEST, PASSWORD = "t-read-0001", "t-act-00002", "t-ingest-03", "pä:ss"
TOKENS = f"""
  tokens:
    - {{name: grafana, token: {READ}, scopes: [read]}}
    - {{name: deploy, token: {ACT}, scopes: [act]}}
    - {{name: phone, token: {INGEST}, scopes: [ingest]}}
"""
BASIC = f"""
  basic:
    - {{user: care, password: "{PASSWORD}", scopes: [read, act]}}
    - {{user: guest, password: guest, scopes: [read]}}
"""
OPEN = "\n  hosts: []\n"

Headers = Mapping[str, str]


def bearer(token: str) -> Headers:
    return {"authorization": f"Bearer {token}"}


def basic(user: str, password: str) -> Headers:
    shown = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"authorization": f"Basic {shown}"}


NOBODY: Headers = {}
CARE, GUEST = basic("care", PASSWORD), basic("guest", "guest")


@pytest.fixture
def inbox(tmp_path: Path, clock: Hands) -> Iterator[Inbox]:
    inbox = Inbox(tmp_path, clock, TOKENS + BASIC.lstrip("\n"))
    yield inbox
    inbox.close()


@pytest.mark.parametrize("path", ["/-/healthy", "/metrics", "/login", "/static/style.css"])
def test_health_and_metrics_stay_open_and_the_way_in(inbox: Inbox, path: str) -> None:
    assert inbox.ask("GET", path, NOBODY).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/", "/waiting", "/-/ready", "/logins", "/api/v1/x", "/metrics/", "//metrics"],
)
def test_everything_else_is_closed(inbox: Inbox, path: str) -> None:
    assert inbox.ask("GET", path, NOBODY).status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/", bearer(READ), 200),
        ("GET", "/", GUEST, 200),
        ("GET", "/", {"authorization": f"bearer  {READ}"}, 200),
        ("GET", "/", bearer(INGEST), 403),
        ("POST", "/-/reload", bearer(ACT), 200),
        ("POST", "/-/reload", CARE, 200),
        ("POST", "/-/reload", bearer(READ), 403),
        ("POST", "/-/reload", GUEST, 403),
        ("POST", POSTS, bearer(INGEST), 200),
        ("POST", POSTS, bearer(ACT), 403),
        ("POST", POSTS, CARE, 403),
        ("GET", POSTS, bearer(INGEST), 403),
        ("GET", POSTS, bearer(READ), 405),
        ("PUT", "/anything", bearer(READ), 403),
    ],
)
def test_everybody_may_do_what_their_scopes_allow(
    inbox: Inbox, method: str, path: str, headers: Headers, status: int
) -> None:
    assert inbox.ask(method, path, headers).status_code == status


@pytest.mark.parametrize(
    "headers",
    [
        bearer(READ[:-1]),
        bearer(f"{READ}x"),
        bearer(""),
        bearer("é"),
        basic("care", "guest"),
        basic("guest", PASSWORD),
        basic("nobody", ""),
        {"authorization": "Basic !"},
        {"authorization": f"Basic {READ}"},
        {"authorization": READ},
        {"authorization": f"Digest {READ}"},
    ],
)
def test_what_is_not_known_is_told_how_to_get_in(inbox: Inbox, headers: Headers) -> None:
    answered = inbox.ask("GET", "/", {b"authorization": headers["authorization"].encode()})

    assert answered.status_code == 401
    assert answered.headers.get_list("www-authenticate") == [
        'Bearer realm="replywatch"',
        'Basic realm="replywatch", charset="UTF-8"',
    ]


def test_a_scope_that_is_missing_is_named(inbox: Inbox) -> None:
    answered = inbox.ask("POST", POSTS, bearer(READ))

    assert answered.headers["www-authenticate"].endswith('scope="ingest"')
    assert answered.headers["content-type"] == "application/problem+json"
    assert answered.json()["detail"] == "this needs the scope ingest, which yours does not have"


@pytest.mark.parametrize("http", [OPEN, BASIC])
def test_posts_are_never_taken_without_a_token(tmp_path: Path, clock: Hands, http: str) -> None:
    inbox = Inbox(tmp_path, clock, http)
    answered = [inbox.ask("POST", POSTS, headers) for headers in (NOBODY, bearer(""))]
    inbox.close()

    assert [each.status_code for each in answered] == [401, 401]
    assert answered[0].headers["www-authenticate"] == 'Bearer realm="replywatch"'
    assert answered[0].json()["detail"].startswith("show a token of http.tokens")


def test_without_tokens_and_logins_the_page_is_open(tmp_path: Path, clock: Hands) -> None:
    inbox = Inbox(tmp_path, clock, OPEN)
    answered = [inbox.ask("GET", "/", NOBODY), inbox.ask("POST", "/-/reload", NOBODY)]
    inbox.close()

    assert [each.status_code for each in answered] == [200, 200]


def test_a_reload_takes_new_tokens_and_drops_old_ones(inbox: Inbox) -> None:
    inbox.write(TOKENS.replace(READ, "another"))
    assert inbox.ask("POST", "/-/reload", bearer(ACT)).status_code == 200

    assert inbox.ask("GET", "/", bearer(READ)).status_code == 401
    assert inbox.ask("GET", "/", CARE).status_code == 401
    assert inbox.ask("GET", "/", bearer("another")).status_code == 200


def test_another_sites_page_is_refused_though_it_is_logged_in(inbox: Inbox) -> None:
    headers = {**CARE, "origin": "https://evil.example"}

    assert inbox.ask("POST", "/-/reload", headers).status_code == 403


def test_no_secret_is_told(inbox: Inbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    with structlog.testing.capture_logs() as logs:
        answered = [
            inbox.ask(method, path, headers)
            for headers in (bearer(READ), bearer(INGEST), CARE)
            for method, path in (("GET", "/"), ("POST", "/-/reload"), ("POST", POSTS))
        ]
    told = f"{logs} {caplog.text} {[(each.text, each.headers) for each in answered]}"

    assert any("reload" in entry["event"] for entry in logs)
    assert not [secret for secret in (READ, INGEST, PASSWORD) if secret in told]


@pytest.mark.parametrize("path", [POSTS, f"{POSTS}\n", f"{POSTS}/", "/api/v1/accounts/\n/posts"])
def test_whatever_may_reach_the_way_in_for_posts_needs_its_scope(path: str) -> None:
    assert needed_for("POST", path) is Scope.INGEST
