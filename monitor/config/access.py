"""The sections `http.tokens` and `http.basic`: who may read, act and hand in posts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, PlainValidator, SecretStr

from monitor.config.fields import Label, Many, Section, matching, one_of, written_as
from monitor.config.problems import quoted
from monitor.config.settings import Login, Scope, Token

_TOKEN = re.compile(r"[!-~]+")  # what a header can carry as it is
_PASSWORD = re.compile(r"[^\x00-\x1f\x7f]+")
_USER = re.compile(r"[^\x00-\x20\x7f:]+")


def _secret(pattern: re.Pattern[str], wanted: str) -> AfterValidator:
    def check(secret: SecretStr) -> SecretStr:
        if not pattern.fullmatch(secret.get_secret_value()):
            raise ValueError(f"is not {wanted}")
        return secret

    return AfterValidator(check)


def _not_none(scopes: tuple[Scope, ...]) -> tuple[Scope, ...]:
    if not scopes:
        raise ValueError(f"allows nothing; write some of {', '.join(Scope)}")
    return scopes


def _for_a_person(scopes: tuple[Scope, ...]) -> tuple[Scope, ...]:
    if Scope.INGEST in scopes:
        raise ValueError("posts are handed in with a token only; write ingest under http.tokens")
    return scopes


ScopeName = Annotated[Scope, PlainValidator(one_of(Scope, "a scope")), written_as(enum=list(Scope))]
Scopes = Annotated[Many[ScopeName], AfterValidator(_not_none)]


class TokenSection(Section):
    name: Label
    """Who has it: a name for people."""
    token: Annotated[
        SecretStr, _secret(_TOKEN, "a token; write letters, digits and signs without spaces")
    ]
    """The secret itself."""
    scopes: Scopes
    """What it allows: read, act, ingest."""


class LoginSection(Section):
    user: Annotated[str, matching(_USER, "a user's name; write it without spaces and colons")]
    """The name to log in with."""
    password: Annotated[SecretStr, _secret(_PASSWORD, "a password; write a text of one line")]
    """The secret that goes with it."""
    scopes: Annotated[Scopes, AfterValidator(_for_a_person)]
    """What it allows: read, act."""


def _told_apart(names: Iterable[str]) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise ValueError(f"{count} entries are called {quoted(name)}; give each its own name")


def _tokens(entries: tuple[TokenSection, ...]) -> tuple[TokenSection, ...]:
    _told_apart(entry.name for entry in entries)
    return entries


def _logins(entries: tuple[LoginSection, ...]) -> tuple[LoginSection, ...]:
    _told_apart(entry.user for entry in entries)
    return entries


TokenSections = Annotated[Many[TokenSection], AfterValidator(_tokens)]
LoginSections = Annotated[Many[LoginSection], AfterValidator(_logins)]


def token(entry: TokenSection) -> Token:
    return Token(entry.name, entry.token, frozenset(entry.scopes))


def login(entry: LoginSection) -> Login:
    return Login(entry.user, entry.password, frozenset(entry.scopes))
