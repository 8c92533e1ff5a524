"""Holds the values of a file against the models: its sections, and each entry's own keys."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from monitor.config.calendars import ALWAYS_OPEN
from monitor.config.complaining import closest, complaints_of
from monitor.config.document import DocumentSection
from monitor.config.fields import Names
from monitor.config.installed import ConnectorSettings, Installed, NotifierSettings
from monitor.config.own_keys import (
    ACCOUNT_KEYS,
    NOTIFIER_KEYS,
    connector_keys,
    notifier_keys,
)
from monitor.config.problems import Complaint, quoted
from monitor.config.targets import PRESETS
from monitor.config.unreachable import unreachable


@dataclass(frozen=True, slots=True)
class Checked:
    """The sections of a file; for each of its accounts the connector's own keys, and for each of
    its notifiers, by name, the kind and its own keys."""

    sections: DocumentSection
    own: tuple[ConnectorSettings, ...]
    notifiers: dict[str, tuple[str, NotifierSettings]]


def examine(tree: Any, installed: Installed) -> tuple[Checked | None, list[Complaint]]:
    """The sections if nothing is wrong with them, and whatever is."""
    entries = _entries(tree)
    sections, complaints = _sections(tree, installed)
    complaints += _names_given_twice(entries)
    own = []
    for position, entry in enumerate(entries):
        settings, about_own = connector_keys(entry, installed.connectors)
        complaints += [(("accounts", position, *loc), message) for loc, message in about_own]
        if settings:
            own.append(settings)
    notifiers = {}
    for name, entry in _mapping(tree, "notifiers").items():
        found, about_own = notifier_keys(entry, installed.notifiers)
        complaints += [(("notifiers", name, *loc), message) for loc, message in about_own]
        if found:
            notifiers[name] = found
    if sections is None or complaints:
        return None, complaints
    return Checked(sections, tuple(own), notifiers), []


def _entries(tree: Any) -> list[Any]:
    accounts = tree.get("accounts") if isinstance(tree, dict) else None
    return accounts if isinstance(accounts, list) else []


def _mapping(tree: Any, section: str) -> dict[str, Any]:
    found = tree.get(section) if isinstance(tree, dict) else None
    return found if isinstance(found, dict) else {}


def _sections(tree: Any, installed: Installed) -> tuple[DocumentSection | None, list[Complaint]]:
    names = _names(tree, installed)
    if entries := _entries(tree):
        tree = {**tree, "accounts": [_part(entry, ACCOUNT_KEYS) for entry in entries]}
    if notifiers := _mapping(tree, "notifiers"):
        common = {name: _part(entry, NOTIFIER_KEYS) for name, entry in notifiers.items()}
        tree = {**tree, "notifiers": common}
    try:
        sections = DocumentSection.model_validate(tree, context=names)
    except ValidationError as error:
        return None, complaints_of(error, lambda loc: closest(DocumentSection, loc))
    return sections, list(unreachable(sections))


def _part(entry: Any, keys: Collection[str]) -> Any:
    """Of an entry, what it has of these keys."""
    if not isinstance(entry, dict):
        return entry
    return {key: value for key, value in entry.items() if key in keys}


def _names(tree: Any, installed: Installed) -> Names:
    entries = [entry for entry in _entries(tree) if isinstance(entry, dict)]
    brands = (entry.get("brand") or entry.get("name") for entry in entries)
    platforms = (entry.get("connector") for entry in entries)
    return {
        "calendar": frozenset(_mapping(tree, "calendars")) | {ALWAYS_OPEN},
        "target": frozenset(_mapping(tree, "targets")) | frozenset(PRESETS),
        "account": frozenset(name for _, name in _account_names(entries)),
        "connector": frozenset(installed.connectors),
        "notifier": frozenset(_mapping(tree, "notifiers")),
        "brand": frozenset(brand for brand in brands if isinstance(brand, str)),
        "platform": frozenset(name for name in platforms if isinstance(name, str)),
    }


def _account_names(entries: list[Any]) -> Iterator[tuple[int, str]]:
    for position, entry in enumerate(entries):
        if isinstance(entry, dict) and isinstance(entry.get("name"), str):
            yield position, entry["name"]


def _names_given_twice(entries: list[Any]) -> list[Complaint]:
    first: dict[str, int] = {}
    complaints: list[Complaint] = []
    for position, name in _account_names(entries):
        if name in first:
            message = f"accounts[{first[name]}] is called {quoted(name)} too; choose another name"
            complaints.append((("accounts", position, "name"), message))
        first.setdefault(name, position)
    return complaints
