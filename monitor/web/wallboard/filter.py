"""Which waits are looked at: what stands in the page's address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Self
from urllib.parse import urlencode

from monitor.cycle.desk import Watch

LONGEST = 100
"""Characters of a value: no name that is configured is longer."""


@dataclass(frozen=True, slots=True)
class Filter:
    """An empty text means all. `language` is a primary tag, as `en`; `state` a state's name, or
    `loose` for those that nobody has."""

    brand: str = ""
    platform: str = ""
    account: str = ""
    target: str = ""
    language: str = ""
    state: str = ""

    @classmethod
    def asked(cls, query: Mapping[str, str]) -> Self:
        """What else stands in the address is nobody's filter."""
        return cls(**{name: query.get(name, "")[:LONGEST] for name in cls.__slots__})

    @property
    def of_any_state(self) -> Filter:
        return replace(self, state="")

    @property
    def of_any_language(self) -> Filter:
        return replace(self, language="", state="")

    @property
    def values(self) -> dict[str, str]:
        """Those that are set, by name."""
        return {name: value for name, value in asdict(self).items() if value}

    @property
    def scope(self) -> str:
        """What it narrows to, in a line; the state apart."""
        return ", ".join(self.of_any_state.values.values())

    def query(self, **other: str) -> str:
        """As it stands in an address; with other values, an empty one left out."""
        values = {**self.values, **other}
        return urlencode({name: value for name, value in values.items() if value})

    def holds(self, watch: Watch) -> bool:
        """Whether it lets an account through."""
        settings = watch.settings
        return (
            self.brand in ("", settings.brand)
            and self.platform in ("", settings.platform)
            and self.account in ("", settings.name)
        )


def language_of(tag: str | None) -> str:
    """The primary tag of a language: `en` of `en-GB`; empty where it is not known."""
    return (tag or "").partition("-")[0].partition("_")[0].casefold()
