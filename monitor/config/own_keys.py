"""What an account or a notifier has beyond the keys that all have: read by a model of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from monitor.config.accounts import AccountSection
from monitor.config.complaining import closest, complaints_of
from monitor.config.installed import (
    Connectors,
    ConnectorSettings,
    Notifiers,
    NotifierSettings,
)
from monitor.config.problems import Complaint, Loc, did_you_mean, quoted
from monitor.config.routes import NotifierSection

ACCOUNT_KEYS = tuple(AccountSection.model_fields)
NOTIFIER_KEYS = tuple(NotifierSection.model_fields)


def connector_keys(
    entry: Any, connectors: Connectors
) -> tuple[ConnectorSettings | None, list[Complaint]]:
    """What an entry of `accounts` has. Nothing can be said of an unknown connector's."""
    name = entry.get("connector") if isinstance(entry, dict) else None
    if not isinstance(name, str) or name not in connectors:
        return None, []
    own = _without(entry, ACCOUNT_KEYS)
    settings, complaints = _read(own, name, connectors[name], ACCOUNT_KEYS, ("connector",))
    if settings is None:
        return None, complaints
    if not isinstance(settings, ConnectorSettings):
        return None, [(("connector",), f"{quoted(name)} cannot be used: its model has no build()")]
    return settings, []


def notifier_keys(
    entry: Any, notifiers: Notifiers
) -> tuple[tuple[str, NotifierSettings] | None, list[Complaint]]:
    """The kind of an entry of `notifiers`, and what it has."""
    if not isinstance(entry, dict):
        return None, []
    kinds = [key for key in entry if key in notifiers]
    if len(kinds) != 1:
        return None, [((), _no_kind(entry, kinds, notifiers))]
    (kind,) = kinds
    own = _without(entry, NOTIFIER_KEYS)
    settings, complaints = _read(own, kind, notifiers[kind], NOTIFIER_KEYS, (kind,))
    if settings is None:
        return None, complaints
    if not isinstance(settings, NotifierSettings):
        return None, [((kind,), f"{quoted(kind)} cannot be used: its model has no build()")]
    return (kind, settings), []


def _without(entry: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key not in keys}


def _no_kind(entry: Mapping[str, Any], kinds: list[str], notifiers: Notifiers) -> str:
    if kinds:
        return f"names {len(kinds)} kinds: {', '.join(kinds)}; give each its own name"
    there = f"installed are: {', '.join(sorted(notifiers)) or 'none'}"
    for key in _without(entry, NOTIFIER_KEYS):
        hint = did_you_mean(key, notifiers, otherwise=there)
        return f"{quoted(key)} is no notifier that is installed; {hint}"
    return f"names no kind; {there}"


def _read(
    own: Mapping[str, Any],
    name: str,
    loads: Callable[[], type[BaseModel]],
    common: tuple[str, ...],
    place: Loc,
) -> tuple[BaseModel | None, list[Complaint]]:
    try:
        model = loads()
    except (ImportError, AttributeError) as error:
        return None, [(place, f"{quoted(name)} cannot be loaded: {error}")]
    try:
        return model.model_validate(own), []
    except ValidationError as error:
        return None, complaints_of(error, lambda loc: _closest_own(name, model, common, loc))


def _closest_own(name: str, model: type[BaseModel], common: tuple[str, ...], loc: Loc) -> str:
    if len(loc) > 1:
        return closest(model, loc)
    own = tuple(field.alias or key for key, field in model.model_fields.items())
    every = "every account has" if common is ACCOUNT_KEYS else "every notifier has"
    both = f"{name} has: {', '.join(own) or 'none'}; {every}: {', '.join(common)}"
    close = did_you_mean(str(loc[0]), (*common, *own), otherwise=both)
    return close if close == both else f"{close} {both}"
