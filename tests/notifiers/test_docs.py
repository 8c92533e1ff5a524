"""What the docs say of notifiers is true."""

from __future__ import annotations

import json
import re
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

from monitor.http import Web
from monitor.notifiers.payload import payload
from monitor.notifiers.texts import Texts
from monitor.notifiers.texts.languages import languages
from monitor.notifiers.texts.samples import sample
from monitor.ports.notifier import AlertKind
from tests.notifiers.notices import NOW, notice
from tests.notifiers.notifier_contract import SECRET
from tests.notifiers.receiver import Receiver
from tests.notifiers.test_webhook import config

DOCS = (Path(__file__).parents[2] / "docs/notifiers.md").read_text()
OURS = [
    point
    for point in entry_points(group="replywatch.notifiers")
    if point.value.startswith("monitor.notifiers.")
]


def keys_of(told: Any) -> set[str]:
    if isinstance(told, list):
        return set().union(*map(keys_of, told))
    if isinstance(told, dict):
        return set(told).union(*map(keys_of, told.values()))
    return set()


def test_every_notifier_is_there_with_its_keys() -> None:
    assert OURS
    for point in OURS:
        row = re.search(rf"^\| `{point.name}` \| (.*) \|$", DOCS, re.MULTILINE)
        assert row, point.name
        told = set(re.findall(r"`(\w+)`", row[1].partition(" (")[0]))
        assert told == set(point.load().model_fields)
        assert f"\n## {point.name}\n" in DOCS


@pytest.mark.parametrize("kind", AlertKind)
def test_every_key_of_the_payload_is_there(texts: Texts, kind: AlertKind) -> None:
    told = keys_of(json.loads(payload(notice(sample(kind)), texts)))

    assert told <= set(re.findall(r"`(\w+)`", DOCS))


def test_every_language_is_there() -> None:
    (told,) = re.findall(r"^`language` is one of (.*)\.(?: |$)", DOCS, re.MULTILINE)

    assert re.findall(r"`(\w+)`", told.split(". ")[0]) == languages(None)


def test_the_check_of_a_signature_finds_ours_genuine(
    web: Web, texts: Texts, monkeypatch: pytest.MonkeyPatch
) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL)
    monkeypatch.setattr("time.time", NOW.timestamp)
    room: dict[str, Any] = {}
    exec(code, room)
    with Receiver() as place:
        config(place).build(web, texts).tell(notice())
    headers, body = place.received[0].headers, place.received[0].body.encode()

    assert room["is_genuine"](SECRET, headers, body)
    assert not room["is_genuine"](SECRET, headers, body.replace(b"17", b"18"))
    assert not room["is_genuine"]("another", headers, body)
    monkeypatch.setattr("time.time", lambda: NOW.timestamp() + 400)
    assert not room["is_genuine"](SECRET, headers, body)


def test_the_own_texts_of_the_docs_work(tmp_path: Path) -> None:
    (code,) = re.findall(r"```jinja\n(.*?)```", DOCS, re.DOTALL)
    (tmp_path / "en.jinja").write_text(code)

    assert Texts("en", tmp_path).title(notice()) == ("Please help: Grace Adeyemi waits on Mastodon")
