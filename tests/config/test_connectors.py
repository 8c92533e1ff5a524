"""Connectors are found by entry point, whoever wrote them, and bring their own keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config import ConfigError, load, schema
from tests.config.files import ACCOUNTS, CONNECTORS, Built, Files, account_with

THIRD_PARTY = """\
from pydantic import BaseModel, ConfigDict


class PigeonConfig(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    loft: int

    def build(self, presence, web):
        return (self.loft, presence, web)


class NoConnector(BaseModel):
    pass
"""
ENTRY_POINTS = """\
[replywatch.connectors]
pigeon = pigeon_post:PigeonConfig
hollow = pigeon_post:NoConnector
broken = pigeon_post:Missing
"""


@pytest.fixture
def third_party(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another package, installed: it brings `pigeon`, and two that do not work."""
    package = tmp_path / "site"
    metadata = package / "pigeon_post-1.0.dist-info"
    metadata.mkdir(parents=True)
    (package / "pigeon_post.py").write_text(THIRD_PARTY)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: pigeon-post\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(ENTRY_POINTS)
    monkeypatch.syspath_prepend(package)


def test_an_account_is_read_by_the_connector_that_it_names(files: Files) -> None:
    account = files.account()

    built: object = account.build("the web")

    assert built == Built(account.presence, "the web")
    assert account.polls


def test_a_connector_may_have_nothing_to_poll(files: Files) -> None:
    (account,) = files.load("accounts: [{name: a, connector: drawer, handle: x}]").accounts

    assert not account.polls


def test_an_unknown_key_is_told_with_the_connector_s_and_the_common_ones(files: Files) -> None:
    problem = files.problem(account_with("colour: red"))

    assert (problem.line, problem.key) == (7, "accounts[0].colour")
    assert "kiosk has: token, server; every account has: name, brand, " in problem.message


def test_what_a_connector_needs_is_missed_at_the_account(files: Files) -> None:
    problem = files.problem(ACCOUNTS.replace("token: t", "server: https://x"))

    assert (problem.line, problem.key, problem.message) == (3, "accounts[0].token", "is missing")


@pytest.mark.usefixtures("third_party")
def test_a_third_party_s_connector_is_a_connector_like_ours(tmp_path: Path) -> None:
    path = tmp_path / "acme.yml"
    path.write_text("accounts: [{name: a, connector: pigeon, handle: x, loft: 7}]")

    (account,) = load(path, {}).accounts

    assert account.platform == "pigeon"
    built: object = account.build("the web")
    assert built == (7, account.presence, "the web")


@pytest.mark.usefixtures("third_party")
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("hollow", '"hollow" cannot be used: its model has no build()'),
        ("broken", '"broken" cannot be loaded: '),
        ("pidgeon", '"pidgeon" is not installed; did you mean "pigeon"?'),
    ],
)
def test_a_connector_that_does_not_work_is_a_problem(
    tmp_path: Path, name: str, message: str
) -> None:
    path = tmp_path / "acme.yml"
    path.write_text(f"accounts: [{{name: a, connector: {name}, handle: x}}]")

    with pytest.raises(ConfigError) as caught:
        load(path, {})

    assert caught.value.problems[0].message.startswith(message)


def test_the_schema_knows_each_connector_s_own_keys() -> None:
    drawer, kiosk = schema(CONNECTORS)["properties"]["accounts"]["items"]["anyOf"]

    assert kiosk["properties"]["connector"]["const"] == "kiosk"
    assert kiosk["required"] == ["name", "connector", "handle", "token"]
    assert "token" not in drawer["properties"]
    assert kiosk["additionalProperties"] is drawer["additionalProperties"] is False


def test_the_schema_lets_a_secret_stand_in_a_file() -> None:
    _, kiosk = schema(CONNECTORS)["properties"]["accounts"]["items"]["anyOf"]

    text, mapping = kiosk["properties"]["token"]["anyOf"]

    assert text["type"] == "string"
    assert mapping["required"] == ["file"]


def test_the_schema_tells_defaults_as_they_are_written() -> None:
    _, kiosk = schema(CONNECTORS)["properties"]["accounts"]["items"]["anyOf"]

    assert kiosk["properties"]["poll"]["default"] == "60s"
    assert kiosk["properties"]["closers"]["default"] is True
