"""A secret goes where it was meant to go, however a server leads on."""

from __future__ import annotations

import pytest

from monitor.http import Web, web_address
from monitor.ports.connector import FetchError, Reason
from tests.http.conftest import NOW, Serve
from tests.http.heads import head
from tests.http.loopback import answer


def moved(target: str, status: str = "302 Found") -> bytes:
    return answer(b"", status=status, headers=f"Location: {target}\n")


@pytest.mark.parametrize("status", ["301 Moved Permanently", "302 Found", "308 Permanent Redirect"])
def test_a_redirect_on_the_same_host_is_followed(web: Web, serve: Serve, status: str) -> None:
    server = serve(lambda visit: [moved("/new", status) if visit.target == "/old" else answer()])

    got = web.site(server.address, {"Authorization": "Bearer t"}).get("/old")

    assert got.url.path == "/new"
    assert server.visits[1].header("authorization") == "bearer t"


def test_no_cookie_is_carried_on(web: Web, serve: Serve) -> None:
    server = serve(lambda _: [answer(headers="Set-Cookie: session=1; Path=/\n")])
    site = web.site(server.address)

    site.get("/x")
    site.get("/x")

    assert [visit.header("cookie") for visit in server.visits] == [None, None]


def test_a_redirect_to_another_host_is_not_followed(web: Web, serve: Serve) -> None:
    thief = serve(lambda _: [answer()])
    server = serve(lambda _: [moved(f"{thief.address}/x")])

    with pytest.raises(FetchError, match="another host") as caught:
        web.site(server.address).get("/x")

    assert caught.value.reason is Reason.REJECTED
    assert thief.visits == []


@pytest.mark.parametrize("target", ["/x", "", "/x?again"])
def test_redirects_in_a_circle_end(web: Web, serve: Serve, target: str) -> None:
    server = serve(lambda _: [moved(target)])

    with pytest.raises(FetchError, match="redirects for ever"):
        web.site(server.address).get("/x")

    assert len(server.visits) == 6


@pytest.mark.parametrize(
    ("link", "query"),
    [
        pytest.param(
            '<https://api.test/api/v1/list?limit=2&max_id=7>; rel="next", <https://x>; rel="prev"',
            "limit=2&max_id=7",
            id="Mastodon",
        ),
        pytest.param(
            '<http://localhost:38080/api/v1/list?limit=2&max_id=7>; rel="next"',
            "limit=2&max_id=7",
            id="GoToSocial: another origin",
        ),
        pytest.param("</api/v1/list?max_id=7>; rel=next", "max_id=7", id="a path"),
        pytest.param("<?types%5B%5D=a&max_id=7>; rel=next", "types%5B%5D=a&max_id=7", id="a query"),
        pytest.param('<https://api.test/api/v1/list?min_id=8>; rel="prev"', None, id="no next"),
        pytest.param("", None, id="empty"),
    ],
)
def test_of_a_link_to_the_next_page_the_query_is_taken(link: str, query: str | None) -> None:
    assert head(200, [("Link", link)]).next_query == query


@pytest.mark.parametrize("target", ["https://thief.test/steal?max_id=7", "https://x:y/"])
def test_a_link_that_leads_elsewhere_is_refused(target: str) -> None:
    with pytest.raises(FetchError) as caught:
        _ = head(200, [("Link", f'<{target}>; rel="next"')]).next_query

    assert caught.value.reason in (Reason.REJECTED, Reason.BAD_PAYLOAD)


def test_a_query_may_be_asked_as_a_link_has_it(web: Web, serve: Serve) -> None:
    server = serve(lambda _: [answer()])

    web.site(f"{server.address}/prefix/").get("/list", "types%5B%5D=a&max_id=7")

    assert server.visits[0].target == "/prefix/list?types%5B%5D=a&max_id=7"


@pytest.mark.parametrize(
    "url", ["https://mastodon.example", "http://127.0.0.1:80", "http://[::1]", "http://localhost"]
)
def test_an_address_may_be_encrypted_or_on_this_machine(url: str) -> None:
    assert web_address(f"{url}/") == url


@pytest.mark.parametrize(
    "url",
    [
        "http://mastodon.example",
        "http://127.0.0.1.example",
        "http://localhost.example",
        "ftp://127.0.0.1",
        "mastodon.example",
        "https://",
        "https://user:password@mastodon.example",
        "https://mastodon.example?token=s",
        "https://mastodon.example:port",
        "",
    ],
)
def test_any_other_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="https://"):
        Web(lambda: NOW).site(url)


@pytest.mark.parametrize("secret", ["", "sesam\n", "sesam\r\nX: y", "ключ", " sesam"])
def test_a_secret_that_no_header_can_carry_is_refused_untold(secret: str) -> None:
    with pytest.raises(ValueError, match="cannot be sent") as caught:
        Web(lambda: NOW).site("https://api.test", {"Authorization": secret})

    assert not secret or secret not in str(caught.value)
