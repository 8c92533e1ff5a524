"""The JSON Schema of a configuration file, for editors."""

from __future__ import annotations

from typing import Any

from monitor.config.accounts import AccountSection
from monitor.config.document import DocumentSection
from monitor.config.installed import Connectors, installed_connectors

_FILE = {
    "type": "object",
    "description": "A secret that is kept in a file of its own.",
    "properties": {"file": {"type": "string"}},
    "required": ["file"],
    "additionalProperties": False,
}


def schema(connectors: Connectors | None = None) -> dict[str, Any]:
    """What a file may hold, the own keys of each connector (those installed unless given) too."""
    known = installed_connectors() if connectors is None else connectors
    whole = DocumentSection.model_json_schema()
    definitions = whole["$defs"]
    account = definitions.pop(AccountSection.__name__)
    choices = []
    for name in sorted(known):
        own = known[name]().model_json_schema(ref_template=f"#/$defs/{name}.{{model}}")
        for model, definition in own.pop("$defs", {}).items():
            definitions[f"{name}.{model}"] = definition
        choices.append(_account_by(name, account, own))
    whole["properties"]["accounts"]["items"] = {"anyOf": choices}
    with_files: dict[str, Any] = _with_files(whole)
    return with_files


def _account_by(name: str, account: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """An entry under `accounts` that names one connector."""
    common = account["properties"]
    connector = {**common["connector"], "const": name}
    return {
        **account,
        "title": f"account by {name}",
        "properties": {**common, **own.get("properties", {}), "connector": connector},
        "required": [*account["required"], *own.get("required", [])],
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
