"""An account's page says in words how it stands, what it means and what to do."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.acceptance.platform import Platform, whole
from tests.acceptance.watching import Hands
from tests.http.loopback import Script
from tests.web.conftest import House


def text(house: House, part: str = "main") -> str:
    answer = house.client.get("/accounts/acme")
    assert answer.status_code == 200
    found = LexborHTMLParser(answer.text).css_first(part)
    assert found
    return " ".join(found.text(separator=" ").split())


def test_all_is_well(house: House) -> None:
    house.poll()

    said = text(house, ".status")
    assert said.startswith("Reading,")
    assert "What to do: Nothing." in said
    assert "No poll has failed." in text(house)


@pytest.mark.parametrize(
    ("trouble", "words", "advice"),
    [
        (whole(status="401 No"), "The server refuses our access", "Make a new token"),
        (whole(status="404 No"), "The server refuses what we ask for", "server and handle"),
        (whole(status="500 Oh"), "The server is not available", "Nothing to do here"),
        (whole(status="429 Slow"), "The server asks us to slow down", "a longer poll"),
        (whole(b"{}"), "The server answers what we cannot read", "the right address"),
    ],
    ids=["auth", "rejected", "unavailable", "rate_limited", "bad_payload"],
)
def test_a_failure_is_told_in_words_with_what_to_do(
    trouble: Script, words: str, advice: str, house: House, platform: Platform
) -> None:
    house.poll()
    platform.fails(trouble)
    house.poll()

    said = text(house, ".status")
    assert words in said
    assert advice in said
    assert "It is tried again at" in said
    assert words in text(house, "section[aria-labelledby=errors]")


def test_blindness_says_what_it_means(house: House, platform: Platform, clock: Hands) -> None:
    house.poll()
    platform.says("ada")
    clock.forward(10)
    house.poll()
    clock.forward(400)

    said = text(house, ".status")
    assert said.startswith("Blind for 6 min")
    assert "One wait is past due and unconfirmed" in said
    assert "not yet" in text(house, "section[aria-labelledby=week]")


def test_its_numbers_are_the_reports(house: House, platform: Platform, clock: Hands) -> None:
    house.poll()
    clock.forward(1)
    asked = platform.says("ada")
    clock.forward(60)
    platform.replies(asked)
    clock.forward(400)
    house.poll()

    said = text(house, "section[aria-labelledby=numbers]")
    assert "Mentions 1" in said
    assert "✓ kept 100.0 % of 90 %" in said
    assert "Median first reply Kaplan–Meier 1 min 00 s" in said


def test_all_accounts_are_listed(house: House) -> None:
    house.poll()

    assert "acme" in house.client.get("/accounts").text
