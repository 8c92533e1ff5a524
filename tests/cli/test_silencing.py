"""Silences from the command line."""

from __future__ import annotations

import pytest

from tests.cli.running import Desk

REASON = ("--reason", "a drill")


def test_a_silence_is_added_listed_and_ended(desk: Desk) -> None:
    made = desk.run("silence", "add", "account=acme", "target=six", "--for", "2h", *REASON)
    assert made.out.startswith("silence 1: account=acme target=six until 2")
    listed = desk.run("silence", "list").out
    assert "account=acme target=six" in listed
    assert "a drill" in listed
    ended = desk.run("silence", "expire", "1", "--by", "Kim")

    assert ended.out == "silence 1: account=acme target=six is told of again\n"
    assert desk.run("silence", "list").out == "nothing is silenced\n"


def test_it_may_be_about_everything_and_says_who_made_it(desk: Desk) -> None:
    made = desk.run("silence", "add", "--for", "1d", *REASON, "--by", "Kim")

    assert made.out.startswith("silence 1: everything until ")
    assert " Kim " in desk.run("silence", "list").out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["account=acne"], 'there is no account "acne"; did you mean "acme"?'),
        (["acme"], '"acme" matches nothing; write one of brand, platform, account, target=..'),
        (["kind=breach"], '"kind=breach" matches nothing; write one of'),
        (["--for", "soon"], '"soon" is not a duration; write 20s, 5m or 2h'),
        (["--for", "0s"], "it would be over already; let it end later"),
        (["--reason", " "], "say why: those who ask later will want to know"),
    ],
)
def test_a_silence_that_means_nothing_is_refused(desk: Desk, words: list[str], told: str) -> None:
    asked = ["silence", "add", *words]
    for option in ("--for", "--reason"):
        if option not in words:
            asked += [option, "2h"]

    assert told in desk.run(*asked, code=2).err


def test_one_that_is_not_in_force_cannot_be_ended(desk: Desk) -> None:
    desk.run("silence", "add", "--for", "2h", *REASON)
    desk.run("silence", "expire", "1")

    for number in ("1", "2", "9" * 24):
        outcome = desk.run("silence", "expire", number, code=1)
        assert outcome.err == f"there is no silence {number} in force\n"
