"""The heat map of the week puts each hour where the clock on the wall has it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.dashboards.reading import PANELS
from tests.running.tools import run

pytestmark = pytest.mark.service

ASKED_AT = 14 * 24
"""Hours after 1970 began, which was on a Thursday; Prometheus' unit tests begin there."""


def expression(title: str, offset: int) -> str:
    (panel,) = (panel for name, panel in PANELS if name.endswith(title))
    query = str(panel["targets"][0]["expr"]).replace("$__range", "14d")
    for name in ("account", "brand", "platform", "target"):
        query = query.replace(f'"${name}"', '".+"')
    return query.replace("$offset", str(offset))


def counted(hours: dict[int, int]) -> str:
    """A counter, each quarter of an hour, that grows by so much in the middle of these hours."""
    total, values = 0, []
    for quarter in range(ASKED_AT * 4 + 1):
        total += hours.get(quarter // 4, 0) if quarter % 4 == 2 else 0
        values.append(total)
    return " ".join(map(str, values))


def labels(day: int, hour: str) -> str:
    return f'{{day="{day}", hour="{hour}", slot="{day} {hour}"}}'


def test_mentions_stand_in_the_hour_in_which_they_came(tmp_path: Path) -> None:
    """Six on Thursdays after nine (in two weeks two and four), three on Sunday before midnight."""
    thursday, sunday = 9, 3 * 24 + 23
    came = {thursday: 2, thursday + 7 * 24: 4, sunday: 3}
    series = 'replywatch_mentions_total{account="a", brand="b", platform="p", surface="public"}'
    cases = [(0, {(4, "09"): 6, (7, "23"): 3}), (1, {(4, "10"): 6, (1, "00"): 3})]
    tests: list[dict[str, Any]] = [
        {
            "expr": f"{expression('Mentions by hour of the week', offset)} > 0",
            "eval_time": f"{ASKED_AT}h",
            "exp_samples": [
                {"labels": labels(*slot), "value": value} for slot, value in cells.items()
            ],
        }
        for offset, cells in cases
    ]
    case = {"interval": "15m", "promql_expr_test": tests}
    case["input_series"] = [{"series": series, "values": counted(came)}]
    path = tmp_path / "hours.test.yml"
    path.write_text(yaml.safe_dump({"rule_files": [], "tests": [case]}, width=10**6))

    assert "SUCCESS" in run("promtool", "test", "rules", path)
