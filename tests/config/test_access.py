"""Who may read, act and hand in posts."""

from __future__ import annotations

import pytest

from monitor.config import Scope
from tests.config.files import ACCOUNTS, Files

SECRET = "s3cr3t-token-for-tests"
TOKEN = "tokens: [{name: phone, token: '${TOKEN}', scopes: [ingest]}]"
LOGIN = "basic: [{user: care, password: '${TOKEN}', scopes: [read, act]}]"


def test_a_token_and_a_login_have_their_scopes(files: Files) -> None:
    config = files.load(f"http:\n  {TOKEN}\n  {LOGIN}\n{ACCOUNTS}", {"TOKEN": SECRET})

    (token,), (login,) = config.http.tokens, config.http.basic
    assert (token.token.get_secret_value(), token.scopes) == (SECRET, frozenset([Scope.INGEST]))
    assert login.password.get_secret_value() == SECRET
    assert login.scopes == {Scope.READ, Scope.ACT}
    assert SECRET not in repr(config)


@pytest.mark.parametrize("access", [TOKEN, LOGIN])
def test_with_auth_it_listens_where_it_is_told_to(files: Files, access: str) -> None:
    text = f"http:\n  listen: 0.0.0.0:80\n  {access}\n{ACCOUNTS}"

    assert files.load(text, {"TOKEN": SECRET}).http.host == "0.0.0.0"


def test_an_empty_list_is_no_auth(files: Files) -> None:
    problem = files.problem(f"http: {{listen: '0.0.0.0:80', tokens: [], basic: []}}{ACCOUNTS}")

    assert problem.key == "http.listen"


def test_auth_with_a_mistake_is_one_problem(files: Files) -> None:
    entry = "{name: phone, token: t, scopes: [red]}"
    problem = files.problem(f"http: {{listen: '0.0.0.0:80', tokens: [{entry}]}}{ACCOUNTS}")

    assert (problem.key, problem.message) == (
        "http.tokens[0].scopes[0]",
        '"red" is not a scope; did you mean "read"?',
    )


@pytest.mark.parametrize(
    ("access", "message"),
    [
        ("tokens: [{name: a, token: 'a b', scopes: [read]}]", "is not a token; write letters"),
        ("tokens: [{name: a, token: '', scopes: [read]}]", "is not a token; write letters"),
        ("tokens: [{name: a, token: b}]", "is missing"),
        (
            "tokens: [{name: a, token: b, scopes: []}]",
            "allows nothing; write some of read, act, ingest",
        ),
        ("basic: [{user: 'a:b', password: c, scopes: [read]}]", '"a:b" is not a user\'s name'),
        ('basic: [{user: a, password: "b\\nc", scopes: [read]}]', "is not a password; write"),
        (
            "basic: [{user: a, password: b, scopes: [ingest]}]",
            "posts are handed in with a token only; write ingest under http.tokens",
        ),
        (
            "tokens: [{name: a, token: b, scopes: [read]}, {name: a, token: c, scopes: [act]}]",
            '2 entries are called "a"; give each its own name',
        ),
        (
            "basic: [&a {user: a, password: b, scopes: [read]}, *a]",
            '2 entries are called "a"; give each its own name',
        ),
    ],
)
def test_what_could_let_nobody_in_is_refused(files: Files, access: str, message: str) -> None:
    assert files.problem(f"http:\n  {access}\n{ACCOUNTS}").message.startswith(message)


def test_a_token_that_cannot_be_used_is_not_told(files: Files) -> None:
    refusal = files.refusal(f"http:\n  {TOKEN}\n{ACCOUNTS}", {"TOKEN": f"{SECRET} x"})

    assert refusal.problems[0].key == "http.tokens[0].token"
    assert SECRET not in f"{refusal} {refusal!r}"
