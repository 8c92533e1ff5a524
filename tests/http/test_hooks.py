"""An address that is a secret itself is asked, and not told."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from monitor.http import Hook, Web, hidden_address
from monitor.ports.connector import FetchError, Reason
from tests.http.conftest import NOW, Serve
from tests.http.loopback import HangUpError, Loopback, Visit, answer

HIDDEN = "/s3cr3t/T1?token=s3cr3t"


def hook(web: Web, server: Loopback) -> Hook:
    return web.hook(SecretStr(server.address + HIDDEN))


def test_it_is_asked_for_with_path_and_query(web: Web, serve: Serve) -> None:
    server = serve(lambda _: [answer(b"")])
    hook(web, server).get()
    hook(web, server).post(b"", {"X-One": "two"})

    assert [visit.target for visit in server.visits] == [HIDDEN, HIDDEN]
    assert server.visits[1].header("x-one") == "two"


@pytest.mark.parametrize("status", ["404 Not Found", "503 No", "429 Slow", "307 There"])
def test_a_refusal_tells_the_host_and_the_status_alone(web: Web, serve: Serve, status: str) -> None:
    server = serve(lambda _: [answer(b"", status=status, headers="Location: /s3cr3t/T2\n")])

    with pytest.raises(FetchError, match=rf"127\.0\.0\.1 answers {status[:3]}") as caught:
        hook(web, server).post(b"{}", {})

    assert "s3cr3t" not in str(caught.value)


def test_nor_does_a_page_to_which_it_leads(web: Web, serve: Serve) -> None:
    def away(visit: Visit) -> list[bytes]:
        if visit.target == HIDDEN:
            return [answer(b"", status="302 There", headers="Location: /s3cr3t/T2\n")]
        return [answer(b"", status="401 No")]

    with pytest.raises(FetchError) as caught:
        hook(web, serve(away)).get()

    assert caught.value.reason is Reason.AUTH
    assert "s3cr3t" not in str(caught.value)


def test_nor_does_a_line_that_breaks(web: Web, serve: Serve) -> None:
    def hang_up(_: Visit) -> list[bytes]:
        raise HangUpError

    with pytest.raises(FetchError) as caught:
        hook(web, serve(hang_up)).post(b"", {})

    assert caught.value.reason is Reason.UNAVAILABLE
    assert "s3cr3t" not in str(caught.value)


def test_when_to_come_back_is_kept(web: Web, serve: Serve) -> None:
    server = serve(lambda _: [answer(b"", status="429 Slow", headers="Retry-After: 30\n")])

    with pytest.raises(FetchError) as caught:
        hook(web, server).post(b"", {})

    assert caught.value.retry_at is not None
    assert (caught.value.retry_at - NOW).total_seconds() == 30


def test_a_header_with_a_line_break_is_a_mistake(web: Web, serve: Serve) -> None:
    server = serve(lambda _: [answer(b"")])

    with pytest.raises(ValueError, match="line breaks"):
        hook(web, server).post(b"", {"X-One": "two\r\nX-Three: four"})


@pytest.mark.parametrize(
    "url",
    [
        "https://",
        "ftp://example.com/s3cr3t",
        "http://example.com/s3cr3t",
        "https://s3cr3t:x@example.com/",
        "https://example.com/#s3cr3t",
    ],
)
def test_what_cannot_be_kept_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="write https") as caught:
        hidden_address(SecretStr(url))

    assert "s3cr3t" not in str(caught.value)
