"""What a status means, when to come back, what is tried again, and what stays untold."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.http import Web
from monitor.http.answer import http_date, rate_limit, refusal
from monitor.ports.connector import FetchError, Reason
from tests.http.conftest import NOW, Serve
from tests.http.heads import head
from tests.http.loopback import Visit, answer

SECRET = "s3cr3t"
HTML = "Content-Type: text/html; charset=utf-8\n"


@pytest.mark.parametrize(
    ("status", "headers", "reason"),
    [
        ("401 Unauthorized", "", Reason.AUTH),
        ("403 Forbidden", "", Reason.AUTH),
        ("403 Forbidden", HTML, Reason.REJECTED),
        ("404 Not Found", HTML, Reason.REJECTED),
        ("400 Bad Request", "", Reason.REJECTED),
        ("304 Not Modified", "", Reason.REJECTED),
        ("408 Request Timeout", "", Reason.UNAVAILABLE),
        ("429 Too Many Requests", "Connection: close\n", Reason.RATE_LIMITED),
        ("500 Internal Server Error", HTML, Reason.UNAVAILABLE),
        ("503 Service Unavailable", HTML, Reason.UNAVAILABLE),
    ],
)
def test_a_status_has_its_reason(
    web: Web, serve: Serve, status: str, headers: str, reason: Reason
) -> None:
    server = serve(lambda _: [answer(b"", status=status, headers=headers)])

    with pytest.raises(FetchError, match=status[:3]) as caught:
        web.site(server.address).get("/x")

    assert caught.value.reason is reason


def test_a_status_that_the_caller_expects_is_an_answer(web: Web, serve: Serve) -> None:
    server = serve(lambda _: [answer(b"{}", status="404 Not Found", headers=HTML)])

    got = web.site(server.address).get("/x", also={404})

    assert (got.status, got.is_page) == (404, True)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        pytest.param([("Retry-After", "120")], 120, id="seconds"),
        pytest.param([("Retry-After", "Mon, 01 Jun 2026 12:02:00 GMT")], 120, id="a date"),
        pytest.param(
            [("Retry-After", "120"), ("Retry-After", "Mon, 01 Jun 2026 12:03:00 GMT")],
            180,
            id="two",
        ),
        pytest.param([("X-RateLimit-Reset", "2026-06-01T12:05:00.123456Z")], 300.123456, id="ISO"),
        pytest.param([("X-Ratelimit-Reset", "2026-06-01T12:05:00.000Z")], 300, id="GoToSocial"),
        pytest.param([("RateLimit-Reset", "1780315500")], 300, id="Unix seconds"),
        pytest.param([("X-Ratelimit-Reset", "59.5")], 59.5, id="a span"),
        pytest.param(
            [("Retry-After", "60"), ("X-RateLimit-Reset", "2026-06-01T12:05:00Z")], 60, id="both"
        ),
        pytest.param(
            [
                ("Date", "Mon, 01 Jun 2026 15:00:00 GMT"),
                ("Retry-After", "Mon, 01 Jun 2026 15:01:00 GMT"),
            ],
            60,
            id="its clock is three hours ahead",
        ),
        pytest.param([("Retry-After", "999999999")], None, id="thirty years"),
        pytest.param([("Retry-After", "Mon, 01 Jun 2026 11:00:00 GMT")], None, id="gone by"),
        pytest.param([("Retry-After", "soon")], None, id="no time"),
    ],
)
def test_a_limit_says_when_to_come_back(
    headers: list[tuple[str, str]], seconds: float | None
) -> None:
    expected = None if seconds is None else NOW + timedelta(seconds=seconds)

    assert refusal(head(429, headers)).retry_at == expected


def test_a_server_that_is_starting_says_when_to_come_back() -> None:
    limits = ("X-RateLimit-Reset", "2026-06-01T12:05:00Z")

    assert refusal(head(503, [("Retry-After", "120"), limits])).retry_at == NOW + timedelta(
        minutes=2
    )
    assert refusal(head(503, [limits])).retry_at is None


@given(st.text(max_size=40), st.sampled_from(["retry-after", "x-ratelimit-reset", "date"]))
def test_no_header_breaks_it(text: str, name: str) -> None:
    value = text.encode("ascii", "ignore").decode()

    error = refusal(head(429, [(name, value), ("x-ratelimit-remaining", value)]))

    assert error.reason is Reason.RATE_LIMITED


@pytest.mark.parametrize("text", ["", "Mon, 01 Jun 99999999999 12:00:00 GMT", "Mon, 01 Jun 2026"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert http_date(text) is None


def test_the_limit_is_told_as_the_headers_have_it() -> None:
    headers = [("X-RateLimit-Limit", "300"), ("X-RateLimit-Remaining", "299")]
    limit = rate_limit(head(200, [*headers, ("X-RateLimit-Reset", "2026-06-01T12:05:00.5Z")]))

    assert limit is not None
    assert (limit.remaining, limit.limit) == (299, 300)
    assert limit.resets_at == NOW + timedelta(minutes=5, seconds=0.5)
    assert rate_limit(head(200, [])) is None


class Recovering:
    """Fails `times` in the way given, then answers."""

    def __init__(self, failure: bytes, times: int) -> None:
        self.failure = failure
        self.times = times

    def __call__(self, _: Visit) -> Iterator[bytes]:
        self.times -= 1
        if self.times >= 0:
            yield self.failure
            raise ConnectionAbortedError
        yield answer()


@pytest.mark.parametrize(
    "failure", [b"", answer(b"", status="502 Bad Gateway"), answer(b"", status="503 Unavailable")]
)
def test_what_passes_in_a_moment_is_tried_again(serve: Serve, failure: bytes) -> None:
    web = Web(lambda: NOW, tries=2)
    server = serve(Recovering(failure, times=1))

    assert web.site(server.address).get("/x").status == 200

    assert len(server.visits) == 2
    assert web.taken().requests.total() == 2
    web.close()


@pytest.mark.parametrize(
    "failure",
    [
        answer(b"", status="429 Too Many Requests"),
        answer(b"", status="401 Unauthorized"),
        answer(b"", status="500 Internal Server Error"),
        answer(b"", status="503 Unavailable", headers="Retry-After: 1\n"),
    ],
)
def test_what_does_not_pass_is_not_tried_again(serve: Serve, failure: bytes) -> None:
    web = Web(lambda: NOW, tries=2)
    server = serve(Recovering(failure, times=1))

    with pytest.raises(FetchError):
        web.site(server.address).get("/x")

    assert len(server.visits) == 1
    web.close()


@pytest.mark.parametrize("status", ["200 OK", "401 Unauthorized", "503 Unavailable"])
def test_no_address_and_no_secret_is_logged(
    serve: Serve, caplog: pytest.LogCaptureFixture, status: str
) -> None:
    caplog.set_level(logging.DEBUG)
    web = Web(lambda: NOW, tries=2)
    server = serve(lambda _: [answer(SECRET.encode(), status=status)])
    site = web.site(server.address, {"Authorization": f"Bearer {SECRET}"})

    told = ""
    try:
        site.get("/x", {"q": SECRET})
    except FetchError as error:
        told = f"{error!r}"

    assert server.visits[0].header("authorization") == f"bearer {SECRET}"
    assert SECRET not in told + caplog.text
    assert "http" not in caplog.text
    web.close()


def test_what_was_seen_is_taken_once(web: Web, serve: Serve) -> None:
    limits = "X-RateLimit-Remaining: 7\nDate: Mon, 01 Jun 2026 11:59:00 GMT\n"
    server = serve(lambda visit: [answer(headers=limits if visit.target == "/x" else "")])
    site = web.site(server.address)
    site.get("/x")
    site.get("/y")

    usage, rest = web.taken(), web.taken()

    assert usage.requests == {"200": 2}
    assert usage.rate_limit is not None
    assert usage.rate_limit.remaining == 7
    assert usage.clock_offset == timedelta(seconds=59.5)
    assert (rest.requests, rest.rate_limit, rest.clock_offset) == ({}, None, None)


def test_a_request_without_an_answer_is_counted(web: Web, serve: Serve) -> None:
    server = serve(Recovering(b"", times=1))

    with pytest.raises(FetchError):
        web.site(server.address).get("/x")

    assert web.taken().requests == {"error": 1}
