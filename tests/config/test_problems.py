"""All that is wrong with a file is told at once: where, what was found, what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config import ConfigError, load
from tests.config.files import ACCOUNTS, CONNECTORS, Files, account_with

FIVE_MISTAKES = """\
timezone: Europe/Stokholm
calendars:
  never: {timezone: UTC}
targets:
  fast: {metric: first_reply, within: 20 sec, objective: 90%}
accounts:
  - name: acme
    connector: kiosc
    handle: acme_care
  - name: other
    connector: kiosk
    handle: other_care
    token: ${NOT_SET}
"""


def test_five_mistakes_in_one_file_are_all_named_with_their_lines(files: Files) -> None:
    told = str(files.refusal(FIVE_MISTAKES)).replace(str(files.path), "acme.yml")

    assert told == (
        "acme.yml: 5 problems\n"
        '  line  1  timezone: "Europe/Stokholm" is not a time zone;'
        ' did you mean "Europe/Stockholm"?\n'
        "  line  3  calendars.never: never opens: give it hours on at least one day of the week\n"
        '  line  5  targets.fast.within: "20 sec" is not a duration; write 20s, 5m or 2h\n'
        '  line  8  accounts[0].connector: "kiosc" is not installed; did you mean "kiosk"?\n'
        "  line 13  accounts[1].token: the environment variable NOT_SET is not set"
    )


@pytest.mark.parametrize(
    ("text", "key", "hint"),
    [
        ("timezon: UTC" + ACCOUNTS, "timezon", 'did you mean "timezone"?'),
        ("http: {listn: x}" + ACCOUNTS, "http.listn", 'did you mean "listen"?'),
        ("sandbox: {x: 1}" + ACCOUNTS, "sandbox.x", "there are: customers, languages, listen, "),
        (account_with("agent: [anna]"), "accounts[0].agent", 'did you mean "agents"?'),
        (
            account_with("ignore: [{nam: x, text: y}]"),
            "accounts[0].ignore[0].nam",
            'did you mean "name"?',
        ),
    ],
)
def test_an_unknown_key_is_told_with_those_that_exist(
    files: Files, text: str, key: str, hint: str
) -> None:
    problem = files.problem(text)

    assert problem.key == key
    assert problem.message.startswith(f"unknown key; {hint}")


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("calendar: car-desk", 'no calendar named "car-desk"; there are: always'),
        ("calendar: alway", 'no calendar named "alway"; did you mean "always"?'),
        ("targets: [airline6m]", 'no target named "airline6m"; did you mean "airline-6m"?'),
    ],
)
def test_an_unknown_name_is_told_with_those_that_exist(
    files: Files, keys: str, message: str
) -> None:
    assert files.problem(account_with(keys)).message == message


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("brand: 7", "a number where there should be a text; put it in quotes"),
        ("agents: anna", "a text where there should be a list such as [a, b]"),
        ("deflection: no", "a text where there should be true or false"),
        ("poll: 20", "a number where there should be a duration; write 20s, 5m or 2h"),
        ("ignore: [bots]", "a text where there should be a mapping of keys to values"),
    ],
)
def test_a_value_of_another_type_is_told_by_its_kind(files: Files, keys: str, message: str) -> None:
    assert files.problem(account_with(keys)).message == message


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        ("", "accounts", "is missing"),
        ("accounts:", "accounts", "names no account to watch"),
        ("[]", "", "a list where there should be a mapping of keys to values"),
        ("accounts: [{connector: drawer, handle: x}]", "accounts[0].name", "is missing"),
    ],
)
def test_what_has_to_be_there_is_missed(files: Files, text: str, key: str, message: str) -> None:
    problem = files.problem(text)

    assert (problem.line, problem.key, problem.message) == (1, key, message)


def test_a_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: No such file or directory"):
        load(tmp_path / "acme.yml", {}, CONNECTORS)


def test_a_file_in_another_encoding_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "acme.yml").write_bytes(b"timezone: \xe4")

    with pytest.raises(ConfigError, match="1 problem\n  line 1  is not a text in UTF-8"):
        load(tmp_path / "acme.yml", {}, CONNECTORS)
