"""The examples that are shipped hold what they promise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.config import Config, load, schema
from monitor.config.yaml_lines import read_yaml

FOLDER = Path(__file__).parents[2] / "config"
EXAMPLE = FOLDER / "replywatch.example.yml"
SHAPES = {"URL": "https://secret.example/", "APPRISE": "json://secret.example/"}
SECRETS = {
    name: SHAPES.get(name.rpartition("_")[2], "secret")
    for name in re.findall(r"\$\{(\w+)\}", EXAMPLE.read_text(encoding="utf-8"))
}


def loaded(name: str) -> Config:
    return load(FOLDER / name, SECRETS)


def switched_on() -> str:
    """The example, with the section that it only shows."""
    text = EXAMPLE.read_text(encoding="utf-8")
    return re.sub(r"^# (sandbox:|  \w+:)", r"\1", text, flags=re.MULTILINE)


def unshown(part: Any, values: list[Any], definitions: Any, path: str = "") -> Iterator[str]:
    """The keys of a schema that none of `values` has."""
    part = definitions[part["$ref"].rpartition("/")[2]] if "$ref" in part else part
    for choice in part.get("anyOf", ()):
        if not part["anyOf"][0].get("writeOnly"):  # a secret has no keys, but for {file: PATH}
            yield from unshown(choice, values, definitions, path)
    for key, inner in part.get("properties", {}).items():
        found = [value[key] for value in values if isinstance(value, dict) and key in value]
        if not found:
            yield f"{path}.{key}"
        else:
            yield from unshown(inner, found, definitions, f"{path}.{key}")
    for inner in filter(lambda each: isinstance(each, dict), within(part)):
        found = [each for value in values for each in parts_of(value)]
        yield from unshown(inner, found, definitions, path)


def within(part: Any) -> list[Any]:
    return [part.get("items"), part.get("additionalProperties")]


def parts_of(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yml")), ids=lambda path: path.name)
def test_every_example_can_be_used(path: Path) -> None:
    assert load(path, SECRETS).accounts


def test_every_key_stands_in_the_example() -> None:
    whole = schema()

    assert list(unshown(whole, [read_yaml(switched_on()).tree], whole["$defs"])) == []


def test_a_key_that_an_example_lacks_is_noticed() -> None:
    whole = schema()
    tree = read_yaml(re.sub(r"(agents|subdivision):.*", "", switched_on())).tree

    assert set(unshown(whole, [tree], whole["$defs"])) == {
        ".accounts.agents",
        ".calendars.holidays.subdivision",
    }


def test_the_part_of_the_example_that_is_switched_off_can_be_used(tmp_path: Path) -> None:
    (tmp_path / "own.yml").write_text(switched_on(), encoding="utf-8")

    assert load(tmp_path / "own.yml", SECRETS).sandbox == loaded("sandbox.yml").sandbox


def test_the_sandbox_is_watched_where_it_is_served() -> None:
    config = loaded("sandbox.yml")

    assert config.sandbox is not None
    assert [account.name for account in config.accounts] == ["tarn-air", "kelda-mobile"]
    assert config.accounts[0].presence.agents == ("tarn_anna", "tarn_jon")
    for account in config.accounts:
        assert f"http://{config.sandbox.host}:{config.sandbox.port}" in repr(account.settings)
        assert [target.name for target in account.targets] == ["demo-30s", "demo-follow-up"]


def test_the_demonstration_s_database_lies_beside_the_folder_of_examples() -> None:
    assert loaded("sandbox.yml").store_url == f"sqlite:///{FOLDER.parent / 'replywatch-sandbox.db'}"
