"""The rules and configurations for Prometheus and Alertmanager are whole, and keep their rules."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tests.rules.reading import (
    ALERTS,
    CONFIG,
    RECORDS,
    RULES,
    UNIT_TESTS,
    Rule,
    name_of,
    rules,
    tried,
)
from tests.running.tools import run

ADDRESS = "http://127.0.0.1:9877/"
"""Where it listens by default; `replywatch export rules -c FILE` puts another in its place."""

LONGEST = 110
"""Of a line."""


@pytest.mark.service
@pytest.mark.parametrize("path", UNIT_TESTS, ids=lambda path: path.name)
def test_every_unit_test_passes(path: Path) -> None:
    assert "SUCCESS" in run("promtool", "test", "rules", path)


@pytest.mark.service
def test_promtool_finds_nothing() -> None:
    assert f"{len(rules())} rules found" in run("promtool", "check", "rules", RULES)
    assert "SUCCESS" in run("promtool", "check", "config", CONFIG / "prometheus/prometheus.yml")


@pytest.mark.service
def test_amtool_finds_nothing() -> None:
    told = run("amtool", "check-config", CONFIG / "alertmanager/alertmanager.yml")
    assert "SUCCESS" in told


@pytest.mark.parametrize("rule", ALERTS, ids=name_of)
def test_every_alert_has_a_unit_test_that_fires_and_one_that_stays_silent(rule: Rule) -> None:
    assert {*tried(name_of(rule))} == {True, False}


@pytest.mark.parametrize("rule", RECORDS, ids=name_of)
def test_every_recording_has_a_unit_test(rule: Rule) -> None:
    assert True in {*tried(name_of(rule))}


@pytest.mark.parametrize("rule", ALERTS, ids=name_of)
def test_every_alert_says_what_to_do_and_where(rule: Rule) -> None:
    told = rule["annotations"]

    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert {*told} == {"summary", "description", "link"}
    assert told["link"].startswith(ADDRESS)
    assert len(told["description"]) > 80


@pytest.mark.parametrize("rule", ALERTS, ids=name_of)
def test_every_alert_is_in_the_docs_with_its_severity(rule: Rule) -> None:
    docs = CONFIG.parent / "docs" / "prometheus.md"
    (line,) = (
        one
        for one in docs.read_text().splitlines()
        if f"| `{name_of(rule)}`" in one or f", `{name_of(rule)}` |" in one
    )

    assert f"| {rule['labels']['severity']} |" in line


@pytest.mark.parametrize("rule", rules(), ids=name_of)
def test_no_rule_pads_what_is_absent_or_names_a_bucket(rule: Rule) -> None:
    assert not re.search(r"vector\(|\ble=", rule["expr"])


def test_every_severity_is_routed() -> None:
    text = (CONFIG / "alertmanager/alertmanager.yml").read_text(encoding="utf-8")
    route = yaml.safe_load(text)["route"]

    assert route["receiver"] == "tickets"
    assert route["routes"][0]["matchers"] == ['severity="page"']
    named = set(re.findall(r"Replywatch[A-Z]\w+", text))
    assert named <= {name_of(rule) for rule in ALERTS}


def test_the_rules_are_readable() -> None:
    assert not [line for line in RULES.read_text().splitlines() if len(line) > LONGEST]
