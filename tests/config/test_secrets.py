"""Secrets come from the environment or from files, and are told to nobody but the connector."""

from __future__ import annotations

from typing import Any

import pytest

from tests.config.files import ACCOUNTS, Files, KioskConfig, account_with

SECRET = "s3cr3t-token-for-tests"
FROM_ENVIRONMENT = ACCOUNTS.replace("token: t", "token: ${TOKEN}")
FROM_FILE = ACCOUNTS.replace("token: t", "token: {file: kiosk.token}")


def own_keys(config: Any) -> KioskConfig:
    settings = config.accounts[0].settings
    assert isinstance(settings, KioskConfig)
    return settings


def test_a_secret_comes_from_the_environment_and_is_not_shown(files: Files) -> None:
    config = files.load(FROM_ENVIRONMENT, {"TOKEN": SECRET})

    assert own_keys(config).token.get_secret_value() == SECRET
    assert SECRET not in repr(config)


def test_a_secret_comes_from_a_file_beside_the_configuration(files: Files) -> None:
    files.path.with_name("kiosk.token").write_text(f"{SECRET}\n")

    config = files.load(FROM_FILE)

    assert own_keys(config).token.get_secret_value() == SECRET
    assert SECRET not in repr(config)


def test_variables_stand_anywhere_in_a_text(files: Files) -> None:
    text = account_with("server: https://${HOST}:${PORT}/$${PATH}")

    config = files.load(text, {"HOST": "a.example", "PORT": "81"})

    assert own_keys(config).server == "https://a.example:81/${PATH}"


def test_the_password_of_the_store_is_not_shown(files: Files) -> None:
    text = "store: postgresql+psycopg://rw:${PASSWORD}@db/rw" + ACCOUNTS

    config = files.load(text, {"PASSWORD": SECRET})

    assert config.store_url == f"postgresql+psycopg://rw:{SECRET}@db/rw"
    assert SECRET not in repr(config)


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({}, "the environment variable TOKEN is not set"),
        ({"TOKEN": ""}, "the environment variable TOKEN is empty"),
        ({"TOKEN": "  "}, "the environment variable TOKEN is empty"),
    ],
)
def test_an_unset_secret_is_a_problem(files: Files, environ: dict[str, str], message: str) -> None:
    problem = files.problem(FROM_ENVIRONMENT, environ)

    assert (problem.line, problem.key, problem.message) == (6, "accounts[0].token", message)


def test_an_unset_variable_is_not_taken_for_a_value_too(files: Files) -> None:
    problem = files.problem(account_with("poll: ${POLL}"))

    assert problem.message == "the environment variable POLL is not set"


def test_a_text_that_names_no_variable_is_a_problem(files: Files) -> None:
    problem = files.problem(ACCOUNTS.replace("token: t", "token: ${TOKEN:-t}"))

    assert problem.message == '"${TOKEN:-t}" names no variable; write ${NAME}'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, 'the file "kiosk.token" cannot be read: No such file or directory'),
        (b" \n", 'the file "kiosk.token" is empty'),
        (b"\xff", 'the file "kiosk.token" is not a text in UTF-8'),
    ],
)
def test_a_secret_that_no_file_holds_is_a_problem(
    files: Files, content: bytes | None, message: str
) -> None:
    if content is not None:
        files.path.with_name("kiosk.token").write_bytes(content)

    problem = files.problem(FROM_FILE)

    assert (problem.line, problem.key, problem.message) == (6, "accounts[0].token", message)


def test_a_file_in_an_unset_folder_is_one_problem(files: Files) -> None:
    text = ACCOUNTS.replace("token: t", 'token: {file: "${FOLDER}/kiosk.token"}')

    assert files.problem(text).message == "the environment variable FOLDER is not set"


@pytest.mark.parametrize(
    "line",
    [
        *("poll: X", "handle: '@ X'", "brand: ' X'", "connector: X", "tokn: X"),
        *("calendar: X", "targets: ['X']", "closers: X", "closers: {en: ['X?']}", "deflection: X"),
        *("ignore: [{text: '(X'}]", "ignore: [{name: 'X !', text: x}]"),
        *("automated: [{author: 'X X'}]", "agents: [a, 'X X']"),
    ],
)
def test_a_value_that_was_put_in_is_never_told(files: Files, line: str) -> None:
    key = line.split(":")[0]
    rest = [kept for kept in ACCOUNTS.splitlines() if not kept.strip().startswith(f"{key}:")]
    text = "\n".join([*rest, f"    {line}".replace("X", "${TOKEN}")])

    refusal = files.refusal(text, {"TOKEN": SECRET})

    assert SECRET not in f"{refusal} {refusal!r}"
    assert f"accounts[0].{key}" in str(refusal)


def test_a_problem_that_only_the_value_has_names_the_variable(files: Files) -> None:
    problem = files.problem(account_with("brand: ${BRAND}"), {"BRAND": f"{SECRET}\n"})

    assert problem.message == "what ${BRAND} holds cannot be used here"


def test_no_secret_hangs_on_the_error(files: Files) -> None:
    refusal = files.refusal(
        account_with("poll: ${TOKEN}").replace("token: t", f"token: [{SECRET}]"),
        {"TOKEN": SECRET},
    )

    assert refusal.__context__ is None
    assert SECRET not in f"{refusal!r} {vars(refusal)}"
