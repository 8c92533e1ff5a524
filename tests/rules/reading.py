"""The shipped rules, and what their unit tests try."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
CONFIG = HERE.parent.parent / "config"
RULES = CONFIG / "prometheus" / "rules.yml"
UNIT_TESTS = sorted(HERE.glob("*.test.yml"))

Rule = Mapping[str, Any]


def rules() -> list[Rule]:
    groups = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def name_of(rule: Rule) -> str:
    return str(rule.get("alert") or rule["record"])


ALERTS = [rule for rule in rules() if "alert" in rule]
RECORDS = [rule for rule in rules() if "record" in rule]


def tried(name: str) -> Iterator[bool]:
    """Of every unit test about this rule, whether it must give something."""
    for path in UNIT_TESTS:
        for case in yaml.safe_load(path.read_text(encoding="utf-8"))["tests"]:
            for one in case.get("promql_expr_test", []):
                if re.search(rf"(?<![\w:]){name}(?![\w:])", one["expr"]):
                    yield bool(one.get("exp_samples"))
            for one in case.get("alert_rule_test", []):
                if one["alertname"] == name:
                    yield bool(one.get("exp_alerts"))
