"""Only our own names are served, and no other site's page changes anything."""

from __future__ import annotations

import pytest

from tests.web.conftest import House
from tests.web.problems import problem

PATHS = [
    "/",
    "/waiting",
    "/metrics",
    "/-/healthy",
    "/-/ready",
    "/static/live.js",
    "/api/v1/waits",
    "/nowhere",
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "evil.example:9877", ""]
)
def test_a_foreign_host_name_is_served_nothing(house: House, path: str, host: str) -> None:
    refused = house.client.get(path, headers={"host": host})

    assert refused.status_code == 403
    assert "add it to http.hosts" in refused.text


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1:9877", "localhost", "[::1]:9877", "care.example.com", "rooms.example.com:443"],
)
def test_loopback_and_the_configured_names_are_served(house: House, host: str) -> None:
    assert house.client.get("/-/healthy", headers={"host": host}).status_code == 200


def test_a_name_is_served_as_soon_as_a_reload_allows_it(house: House) -> None:
    headers = {"host": "late.example.com"}
    house.write(head="http: {hosts: [late.example.com]}\n")
    assert house.client.get("/-/healthy", headers=headers).status_code == 403

    assert house.client.post("/-/reload").status_code == 200

    assert house.client.get("/-/healthy", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://127.0.0.1.evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1:9877"},
    ],
)
def test_another_sites_page_cannot_reload(house: House, headers: dict[str, str]) -> None:
    house.write(poll="20 sec")  # had it been read, it would have been refused

    assert house.client.post("/-/reload", headers=headers).status_code == 403
    assert house.program.reloads.successful


@pytest.mark.parametrize(
    "headers",
    [{}, {"sec-fetch-site": "same-origin", "origin": "http://127.0.0.1:9877"}],
    ids=["no browser", "our page"],
)
def test_our_own_page_and_programs_can_reload(house: House, headers: dict[str, str]) -> None:
    assert house.client.post("/-/reload", headers=headers).status_code == 200


def test_a_link_does_not_reload(house: House) -> None:
    assert house.client.get("/-/reload").status_code == 405


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("host", ["127.0.0.1", "evil.example"])
def test_every_answer_forbids_foreign_scripts_and_frames(
    house: House, path: str, host: str
) -> None:
    headers = house.client.get(path, headers={"host": host}).headers

    assert "default-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["referrer-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]


@pytest.mark.parametrize(
    "headers", [{"host": "evil.example"}, {"origin": "https://evil.example"}], ids=["host", "page"]
)
def test_the_api_tells_a_refusal_as_a_problem(house: House, headers: dict[str, str]) -> None:
    assert problem(house.client.post("/api/v1/waits/1/ack", headers=headers))[0] == 403
