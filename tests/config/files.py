"""Configuration files for tests, read with connectors and notifiers that exist here only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent, indent
from typing import Any, ClassVar

import pytest
from pydantic import BaseModel, ConfigDict, SecretStr

from monitor.config import Account, Config, ConfigError, Problem, load
from monitor.config.installed import Connectors, Notifiers
from monitor.ports.connector import Connector, Presence
from monitor.ports.notifier import Notifier

ACCOUNTS = """
accounts:
  - name: acme
    connector: kiosk
    handle: acme_care
    token: t
"""


def account_with(keys: str) -> str:
    """The section `accounts` with a small account that has these further lines."""
    return ACCOUNTS + indent(dedent(keys), "    ")


@dataclass(frozen=True)
class Built:
    """What the connectors of these tests build, instead of something that fetches."""

    presence: Presence
    web: Any


class KioskConfig(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    token: SecretStr
    server: str = "https://kiosk.example"

    def build(self, presence: Presence, web: Any) -> Connector:
        return Built(presence, web)  # type: ignore[return-value]


class DrawerConfig(BaseModel):
    polls: ClassVar[bool] = False
    model_config = ConfigDict(extra="forbid", frozen=True)

    def build(self, presence: Presence, web: Any) -> Connector:
        return Built(presence, web)  # type: ignore[return-value]


class BellConfig(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    bell: SecretStr
    loud: bool = False

    def build(self, web: Any, texts: Any) -> Notifier:
        raise NotImplementedError


class FlagConfig(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    flag: str

    def build(self, web: Any, texts: Any) -> Notifier:
        raise NotImplementedError


class NoNotifier(BaseModel):
    hollow: str


CONNECTORS: Connectors = {"kiosk": lambda: KioskConfig, "drawer": lambda: DrawerConfig}
NOTIFIERS: Notifiers = {
    "bell": lambda: BellConfig,
    "flag": lambda: FlagConfig,
    "hollow": lambda: NoNotifier,
}


class Files:
    """Writes one file and reads it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "acme.yml"

    def load(self, text: str, environ: Mapping[str, str] | None = None) -> Config:
        self.path.write_text(text, encoding="utf-8")
        return load(self.path, environ or {}, CONNECTORS, NOTIFIERS)

    def with_account(self, sections: str) -> Config:
        """The file of these sections and a small account."""
        return self.load(sections + ACCOUNTS)

    def account(self, keys: str = "", sections: str = "") -> Account:
        """The small account with these further lines."""
        return self.load(sections + account_with(keys)).accounts[0]

    def refusal(self, text: str, environ: Mapping[str, str] | None = None) -> ConfigError:
        with pytest.raises(ConfigError) as caught:
            self.load(text, environ)
        return caught.value

    def problem(self, text: str, environ: Mapping[str, str] | None = None) -> Problem:
        """The only problem of a file."""
        (problem,) = self.refusal(text, environ).problems
        return problem
