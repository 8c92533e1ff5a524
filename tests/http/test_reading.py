"""No server can hold or flood whoever reads it, and half an answer is none."""

from __future__ import annotations

import gzip
import threading
import time
import tracemalloc
from collections.abc import Iterator

import pytest
from pydantic import TypeAdapter

from monitor.http import Web
from monitor.ports.connector import FetchError, Reason
from tests.http.conftest import DEADLINE, NOW, Serve
from tests.http.loopback import HangUpError, Loopback, Script, Visit, answer, packed

NUMBERS = TypeAdapter(list[int])
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
BOMB = packed(b"0" * 20_000_000)


def silence(visit: Visit) -> Iterator[bytes]:
    visit.wait(10)
    yield b""


def dripping_headers(visit: Visit) -> Iterator[bytes]:
    yield HEAD
    for n in range(1000):
        visit.wait(0.05)
        yield f"X-Drip-{n}: 1\r\n".encode()


def dripping_body(visit: Visit) -> Iterator[bytes]:
    yield HEAD + b"Content-Length: 1000\r\n\r\n"
    for _ in range(1000):
        visit.wait(0.05)
        yield b" "


def endless_continues(visit: Visit) -> Iterator[bytes]:
    for _ in range(1000):
        visit.wait(0.05)
        yield b"HTTP/1.1 100 Continue\r\n\r\n"


@pytest.mark.parametrize("script", [silence, dripping_headers, dripping_body, endless_continues])
def test_the_deadline_ends_whatever_drags_on(web: Web, serve: Serve, script: Script) -> None:
    site = web.site(serve(script).address)
    began = time.monotonic()

    with pytest.raises(FetchError, match="did not answer in time") as caught:
        site.get("/x")

    assert caught.value.reason is Reason.UNAVAILABLE
    assert time.monotonic() - began < 2 * DEADLINE.total_seconds()


@pytest.mark.parametrize("script", [silence, dripping_headers, dripping_body])
def test_closing_ends_a_request_that_hangs(serve: Serve, script: Script) -> None:
    web = Web(lambda: NOW)
    site = web.site(serve(script).address)
    began = time.monotonic()
    threading.Timer(0.1, web.close).start()

    with pytest.raises(FetchError, match="shutting down"):
        site.get("/x")

    assert time.monotonic() - began < 1


def test_nothing_is_asked_once_it_is_closed(web: Web, serve: Serve) -> None:
    server = serve(lambda _: [answer()])
    site = web.site(server.address)
    site.get("/x")
    web.close()

    with pytest.raises(FetchError, match="shutting down"):
        site.get("/x")

    assert len(server.visits) == 1


def half_a_body(_: Visit) -> Iterator[bytes]:
    yield HEAD + b"Content-Length: 1000\r\n\r\n[1, 2"
    raise HangUpError


def half_a_packed_body(_: Visit) -> Iterator[bytes]:
    yield HEAD + b"Content-Encoding: gzip\r\nConnection: close\r\n\r\n"
    yield gzip.compress(b"[1, 2, 3]")[:-9]
    raise HangUpError


def no_http(_: Visit) -> Iterator[bytes]:
    yield b"SSH-2.0-OpenSSH_9.2\r\n\r\n"


def nothing(_: Visit) -> Iterator[bytes]:
    yield b""
    raise HangUpError


@pytest.mark.parametrize("script", [half_a_body, half_a_packed_body, no_http, nothing])
def test_half_an_answer_is_none(web: Web, serve: Serve, script: Script) -> None:
    with pytest.raises(FetchError) as caught:
        web.site(serve(script).address).get("/x")

    assert caught.value.reason is Reason.UNAVAILABLE


def test_where_nobody_listens_nothing_is_available(web: Web, serve: Serve) -> None:
    with Loopback(lambda _: [answer()]) as server:
        address = server.address

    with pytest.raises(FetchError, match="ConnectionRefusedError") as caught:
        web.site(address).get("/x")

    assert caught.value.reason is Reason.UNAVAILABLE


def fifty_megabytes(_: Visit) -> Iterator[bytes]:
    yield HEAD + b"Content-Length: 50000000\r\n\r\n"
    yield from [b" " * 10_000] * 5_000


def endless_body(_: Visit) -> Iterator[bytes]:
    yield HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    while True:
        yield b"2710\r\n" + b" " * 10_000 + b"\r\n"


def rubbish_after_a_packed_body(_: Visit) -> Iterator[bytes]:
    yield HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"[1]")
    while True:
        yield b"\0" * 10_000


@pytest.mark.parametrize(
    "script",
    [
        fifty_megabytes,
        endless_body,
        rubbish_after_a_packed_body,
        pytest.param(lambda _: [BOMB], id="packed a thousand times"),
    ],
)
def test_no_more_is_taken_in_than_the_cap(web: Web, serve: Serve, script: Script) -> None:
    site = web.site(serve(script).address)
    tracemalloc.start()

    with pytest.raises(FetchError, match="over 100000 bytes") as caught:
        site.get("/x")

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert caught.value.reason is Reason.BAD_PAYLOAD
    assert peak < 2_000_000


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(
            lambda _: [answer(b"no gzip at all", headers="Content-Encoding: gzip\n")], id="no gzip"
        ),
        pytest.param(
            lambda _: [answer(b"no gzip at all", headers="Content-Encoding: br\n")], id="unasked"
        ),
        pytest.param(
            lambda _: [answer(b"no gzip at all", headers="Content-Encoding: gzip, gzip\n")],
            id="packed twice",
        ),
    ],
)
def test_what_cannot_be_unpacked_is_a_bad_payload(web: Web, serve: Serve, script: Script) -> None:
    with pytest.raises(FetchError) as caught:
        web.site(serve(script).address).get("/x")

    assert caught.value.reason is Reason.BAD_PAYLOAD


@pytest.mark.parametrize("content", [b"[1, 2", b"", b'{"a": 1}', b'["s3cr3t"]', b"<html>"])
def test_another_shape_is_a_bad_payload_and_is_not_quoted(
    web: Web, serve: Serve, content: bytes
) -> None:
    got = web.site(serve(lambda _: [answer(content)]).address).get("/x")

    with pytest.raises(FetchError) as caught:
        got.read(NUMBERS)

    assert caught.value.reason is Reason.BAD_PAYLOAD
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize("whole", [answer(b"[1, 2]"), packed(b"[1, 2]")])
def test_an_answer_is_read_from_its_bytes(web: Web, serve: Serve, whole: bytes) -> None:
    server = serve(lambda _: [whole])
    site = web.site(server.address, {"Authorization": "Bearer t"})

    got = site.get("/x", {"types[]": ["a", "b"], "limit": "2"})
    site.get("/x")

    assert got.read(NUMBERS) == [1, 2]
    assert (got.asked_at, got.answered_at, got.status) == (NOW, NOW, 200)
    assert server.visits[0].target == "/x?types%5B%5D=a&types%5B%5D=b&limit=2"
    assert server.visits[0].header("authorization") == "bearer t"
    assert server.connections == 1
