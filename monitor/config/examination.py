"""Holds the values of a file against the models: its sections, and each connector's own keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from monitor.config.accounts import AccountSection
from monitor.config.calendars import ALWAYS_OPEN
from monitor.config.document import DocumentSection
from monitor.config.fields import Names
from monitor.config.installed import Connectors, ConnectorSettings
from monitor.config.problems import Complaint, Loc, did_you_mean, in_words, quoted
from monitor.config.targets import PRESETS

_COMMON_KEYS = tuple(AccountSection.model_fields)


@dataclass(frozen=True, slots=True)
class Checked:
    """The sections of a file, and for each of its accounts the connector's own keys."""

    sections: DocumentSection
    own: tuple[ConnectorSettings, ...]


def examine(tree: Any, connectors: Connectors) -> tuple[Checked | None, list[Complaint]]:
    """The sections if nothing is wrong with them, and whatever is."""
    entries = _entries(tree)
    sections, complaints = _sections(tree, connectors)
    complaints += _names_given_twice(entries)
    own = []
    for position, entry in enumerate(entries):
        settings, about_own = _own_keys(entry, connectors)
        complaints += [(("accounts", position, *loc), message) for loc, message in about_own]
        if settings:
            own.append(settings)
    if sections is None or complaints:
        return None, complaints
    return Checked(sections, tuple(own)), []


def _entries(tree: Any) -> list[Any]:
    accounts = tree.get("accounts") if isinstance(tree, dict) else None
    return accounts if isinstance(accounts, list) else []


def _sections(tree: Any, connectors: Connectors) -> tuple[DocumentSection | None, list[Complaint]]:
    names = _names(tree, connectors)
    if entries := _entries(tree):
        tree = {**tree, "accounts": [_common_part(entry) for entry in entries]}
    try:
        return DocumentSection.model_validate(tree, context=names), []
    except ValidationError as error:
        return None, _complaints(error, lambda loc: _closest(DocumentSection, loc))


def _common_part(entry: Any) -> Any:
    if not isinstance(entry, dict):
        return entry
    return {key: value for key, value in entry.items() if key in _COMMON_KEYS}


def _names(tree: Any, connectors: Connectors) -> Names:
    def keys(section: str) -> frozenset[str]:
        found = tree.get(section) if isinstance(tree, dict) else None
        return frozenset(found if isinstance(found, dict) else ())

    return {
        "calendar": keys("calendars") | {ALWAYS_OPEN},
        "target": keys("targets") | frozenset(PRESETS),
        "account": frozenset(name for _, name in _account_names(_entries(tree))),
        "connector": frozenset(connectors),
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


def _own_keys(
    entry: Any, connectors: Connectors
) -> tuple[ConnectorSettings | None, list[Complaint]]:
    """What an entry has beyond the common keys. Nothing can be said of an unknown connector's."""
    name = entry.get("connector") if isinstance(entry, dict) else None
    if not isinstance(name, str) or name not in connectors:
        return None, []
    try:
        model = connectors[name]()
    except (ImportError, AttributeError) as error:
        return None, [(("connector",), f"{quoted(name)} cannot be loaded: {error}")]
    own = {key: value for key, value in entry.items() if key not in _COMMON_KEYS}
    try:
        settings = model.model_validate(own)
    except ValidationError as error:
        return None, _complaints(error, lambda loc: _closest_own(name, model, loc))
    if not isinstance(settings, ConnectorSettings):
        return None, [(("connector",), f"{quoted(name)} cannot be used: its model has no build()")]
    return settings, []


def _complaints(error: ValidationError, hint: Callable[[Loc], str]) -> list[Complaint]:
    complaints = []
    for each in error.errors(include_url=False):
        loc = each["loc"]
        if loc[-1:] == ("[key]",):
            loc = loc[:-1]
        message = in_words(each)
        if each["type"] == "extra_forbidden":
            message = f"{message}; {hint(loc)}"
        complaints.append((loc, message))
    return complaints


def _closest(model: type[BaseModel], loc: Loc) -> str:
    return did_you_mean(str(loc[-1]), _keys_beside(model, loc))


def _closest_own(name: str, model: type[BaseModel], loc: Loc) -> str:
    if len(loc) > 1:
        return _closest(model, loc)
    own = tuple(model.model_fields)
    both = f"{name} has: {', '.join(own) or 'none'}; every account has: {', '.join(_COMMON_KEYS)}"
    close = did_you_mean(str(loc[0]), (*_COMMON_KEYS, *own), otherwise=both)
    return close if close == both else f"{close} {both}"


def _keys_beside(model: type[BaseModel], loc: Loc) -> tuple[str, ...]:
    """The keys that a model allows where `loc` ends."""
    fields = model.model_fields
    steps = iter(loc[:-1])
    for step in steps:
        annotation = fields[str(step)].annotation if step in fields else None
        if get_origin(annotation) in {dict, tuple}:
            next(steps, None)
        fields = _fields_within(annotation)
    return tuple(fields)


def _fields_within(annotation: Any) -> dict[str, Any]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return dict(annotation.model_fields)
    found = (_fields_within(part) for part in get_args(annotation))
    return next((fields for fields in found if fields), {})
