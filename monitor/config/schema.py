"""The JSON Schema of a configuration file, for editors."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from monitor.config.accounts import AccountSection
from monitor.config.document import DocumentSection
from monitor.config.installed import (
    Connectors,
    Notifiers,
    installed_connectors,
    installed_notifiers,
)
from monitor.config.routes import NotifierSection

_FILE = {
    "type": "object",
    "description": "A secret that is kept in a file of its own.",
    "properties": {"file": {"type": "string"}},
    "required": ["file"],
    "additionalProperties": False,
}


def schema(
    connectors: Connectors | None = None, notifiers: Notifiers | None = None
) -> dict[str, Any]:
    """What a file may hold, with the own keys of each connector and notifier: those installed
    unless given."""
    whole = DocumentSection.model_json_schema()
    definitions = whole["$defs"]
    account = definitions.pop(AccountSection.__name__)
    notifier = definitions.pop(NotifierSection.__name__)
    known = installed_connectors() if connectors is None else connectors
    places = installed_notifiers() if notifiers is None else notifiers
    whole["properties"]["accounts"]["items"] = {
        "anyOf": [
            _account_by(name, account, _own_keys(name, model(), definitions))
            for name, model in sorted(known.items())
        ]
    }
    whole["properties"]["notifiers"]["additionalProperties"] = {
        "anyOf": [
            _joined(f"notifier by {name}", notifier, _own_keys(name, model(), definitions))
            for name, model in sorted(places.items())
        ]
    }
    with_files: dict[str, Any] = _with_files(whole)
    return with_files


def _own_keys(name: str, model: type[BaseModel], definitions: dict[str, Any]) -> dict[str, Any]:
    """The schema of a model's own keys; what it refers to is put among the definitions."""
    own = model.model_json_schema(ref_template=f"#/$defs/{name}.{{model}}")
    for inner, definition in own.pop("$defs", {}).items():
        definitions[f"{name}.{inner}"] = definition
    return own


def _account_by(name: str, account: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """An entry under `accounts` that names one connector."""
    entry = _joined(f"account by {name}", account, own)
    entry["properties"]["connector"] = {**account["properties"]["connector"], "const": name}
    return entry


def _joined(title: str, common: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    return {
        **common,
        "title": title,
        "properties": {**common["properties"], **own.get("properties", {})},
        "required": [*common.get("required", []), *own.get("required", [])],
    }


def _with_files(part: Any) -> Any:
    """The schema with `{file: PATH}` allowed for every secret."""
    if isinstance(part, list):
        return [_with_files(each) for each in part]
    if not isinstance(part, dict):
        return part
    if part.get("writeOnly"):
        return {"anyOf": [part, _FILE]}
    return {key: _with_files(value) for key, value in part.items()}
