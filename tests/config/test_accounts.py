"""Accounts: defaults, sisters, rules about texts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain.calendar import ALWAYS
from monitor.domain.post import Post
from monitor.domain.words import SHIPPED, Wording
from tests.config.files import ACCOUNTS, Files, account_with

FAMILY = """
accounts:
  - {name: care, brand: acme, connector: kiosk, token: t, handle: "@Acme_Care", agents: [ACME_news]}
  - {name: news, brand: acme, connector: kiosk, token: t, handle: "@acme_news"}
  - {name: jobs, brand: acme, connector: kiosk, token: t, handle: acme_jobs}
  - {name: desk, brand: acme, connector: drawer, handle: acme_desk}
  - {name: acme, connector: kiosk, token: t, handle: acme_shop}
  - {name: other, connector: kiosk, token: t, handle: other}
"""


def post(text: str) -> Post:
    return Post(
        id="1",
        author_id="7",
        author_handle="kim",
        text=text,
        created_at=datetime(2026, 3, 2, tzinfo=UTC),
    )


def test_an_account_has_the_defaults_of_the_clock(files: Files) -> None:
    account = files.account()

    assert (account.brand, account.platform, account.calendar) == ("acme", "kiosk", ALWAYS)
    assert (account.poll, account.history) == (timedelta(seconds=60), timedelta(days=7))
    assert (account.reopen_after, account.burst) == (timedelta(hours=24), timedelta(minutes=2))
    assert account.wording == Wording(closers=SHIPPED, deflection=True)
    assert account.presence.history == account.history


def test_sisters_are_the_brand_s_other_accounts_on_the_platform(files: Files) -> None:
    accounts = {account.name: account for account in files.load(FAMILY).accounts}

    assert accounts["care"].presence.sisters == ("acme_jobs", "acme_shop")
    assert accounts["care"].sisters == ("jobs", "acme")
    assert accounts["news"].presence.sisters == ("@Acme_Care", "acme_jobs", "acme_shop")
    assert accounts["desk"].presence.sisters == accounts["other"].presence.sisters == ()


def test_an_account_s_name_stands_once(files: Files) -> None:
    problem = files.problem(ACCOUNTS + "  - {name: acme, connector: drawer, handle: x}")

    assert (problem.line, problem.key) == (7, "accounts[1].name")
    assert problem.message == 'accounts[0] is called "acme" too; choose another name'


@pytest.mark.parametrize("name", [".a", "-a", "a b", "é", "''", "a/b"])
def test_a_name_fits_into_labels_and_addresses(files: Files, name: str) -> None:
    text = ACCOUNTS.replace("name: acme", f"name: {name}")

    assert files.problem(text).message.endswith(
        "letters, digits, _ . and -, the first none of . and -"
    )


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("poll: 0.5s", "0.5s is too short; write 1s or more"),
        ("reopen_after: 0s", "0s is too short; write 1s or more"),
        ("history: 40000d", '"40000d" is longer than 36500d'),
    ],
)
def test_spans_that_mean_nothing_are_refused(files: Files, keys: str, message: str) -> None:
    assert files.problem(account_with(keys)).message == message


def test_closers_are_switched_off(files: Files) -> None:
    assert files.account("closers: false").wording.closers is None


def test_closers_of_the_account_are_added_to_the_shipped_ones(files: Files) -> None:
    wording = files.account("closers: {sv: [tackelitack]}").wording

    assert wording.read(post("Tackelitack!")).closer
    assert wording.read(post("thanks")).closer


def test_rules_are_named_or_go_by_their_position(files: Files) -> None:
    wording = files.account(
        """
        ignore: [{name: bots, author_is_bot: true}, {text: "(?i)giveaway"}]
        automated: [{author: acme_robot}]
        """
    ).wording

    assert [rule.name for rule in wording.ignore] == ["bots", "1"]
    assert wording.read(post("GIVEAWAY today")).ignored_by == "1"
    assert wording.automated[0].author == "acme_robot"


@pytest.mark.parametrize(
    ("rules", "key", "message"),
    [
        ("[{name: x}]", "ignore[0]", "would fit every post; give one of author, author_is_bot, "),
        ("[{language: []}]", "ignore[0]", "would fit every post; "),
        ("[{name: overheard, text: x}]", "ignore", 'the name "overheard" is taken by a rule of '),
        ("[{name: closer, text: x}]", "ignore", 'the name "closer" is taken by a rule of the '),
        ("[{name: x, text: x}, {name: x, text: y}]", "ignore", '2 rules are called "x"; give '),
        ("[{text: x}, {name: '0', text: y}]", "ignore", '2 rules are called "0"; give each '),
        ("[{text: '(x'}]", "ignore[0].text", '"(x" is not a regular expression: missing ), '),
        ("[{language: [english]}]", "ignore[0].language[0]", '"english" is not a language; '),
    ],
)
def test_a_rule_that_cannot_be_told_apart_or_kept_is_refused(
    files: Files, rules: str, key: str, message: str
) -> None:
    problem = files.problem(account_with(f"ignore: {rules}"))

    assert problem.key == f"accounts[0].{key}"
    assert problem.message.startswith(message)
