"""Somebody is paged soon when a team stops, and seldom when it does not."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
import yaml

from tests.rules.reading import RULES
from tests.rules.simulation import (
    HOUR,
    SCRAPE,
    Answer,
    Counters,
    all_in_the_end,
    counters,
    is_paged_on_an_ordinary_day,
    paged,
    seconds_until_paged,
    some_forgotten,
)
from tests.running.tools import run

RUNS = 200
BUSY = 20
QUIET = 3 / 24
"""Mentions an hour."""

MINUTE = 60.0

worlds = pytest.mark.parametrize("answer", [all_in_the_end, some_forgotten])


@worlds
def test_a_team_that_stops_for_half_an_hour_is_noticed(answer: Answer) -> None:
    chance = Random(1)
    waited = [seconds_until_paged(chance, BUSY, answer) for _ in range(RUNS)]

    assert _share(waited, 15 * MINUTE) >= 0.70
    assert _share(waited, 20 * MINUTE) >= 0.90


@worlds
@pytest.mark.parametrize(("per_hour", "most"), [(BUSY, 0.10), (QUIET, 0.01)])
def test_an_ordinary_day_seldom_pages(answer: Answer, per_hour: float, most: float) -> None:
    chance = Random(1)
    days = [is_paged_on_an_ordinary_day(chance, per_hour, answer) for _ in range(RUNS)]

    assert sum(days) / RUNS <= most


@worlds
def test_an_ordinary_day_is_one_at_93_percent(answer: Answer) -> None:
    chance = Random(1)

    assert sum(answer(chance) <= 6 * MINUTE for _ in range(20_000)) / 20_000 == (
        pytest.approx(0.93, abs=0.01)
    )


def _share(waited: Sequence[float], within: float) -> float:
    return sum(each <= within for each in waited) / len(waited)


@dataclass(frozen=True, slots=True)
class Seen:
    """One simulated account."""

    name: str
    counters: Counters

    def series(self) -> Iterator[dict[str, str]]:
        due, broken = self.counters.due, self.counters.broken
        met = [all_due - late for all_due, late in zip(due, broken, strict=True)]
        target = f'account="{self.name}", target="six"'
        yield _series(f"replywatch_sla_due_total{{{target}}}", due)
        yield _series(f"replywatch_sla_met_total{{{target}}}", met)
        none = [0] * len(due)
        yield _series(f"replywatch_sla_breached_late_detected_total{{{target}}}", none)
        yield _series(f"replywatch_sla_within_seconds{{{target}}}", [360] * len(due))
        first = f'account="{self.name}", kind="first"'
        yield _series(f"replywatch_waits_answered_total{{{first}}}", self.counters.answered)


def _series(name: str, values: Sequence[int]) -> dict[str, str]:
    return {"series": name, "values": " ".join(map(str, values))}


@pytest.mark.service
@worlds
def test_prometheus_pages_when_the_simulation_says_so(answer: Answer, tmp_path: Path) -> None:
    """Of fifty teams that stop, seen each quarter of a minute."""
    chance, stops_at, length = Random(2), HOUR, 1.5 * HOUR
    teams = [
        Seen(f"n{number}", counters(chance, BUSY, answer, length, stops_at)) for number in range(50)
    ]
    fires = {team.name: {*paged(team.counters)} for team in teams}
    (tmp_path / "pages.yml").write_text(yaml.safe_dump(_pages_without_holding_on()))
    asked = [
        {
            "expr": 'group by (account) (ALERTS{alertstate="firing"})',
            "eval_time": f"{at}s",
            "exp_samples": [
                {"labels": f'{{account="{name}"}}', "value": 1}
                for name, seconds in fires.items()
                if at in seconds
            ],
        }
        for at in range(0, int(length) + 1, SCRAPE)
    ]
    case = {
        "interval": f"{SCRAPE}s",
        "input_series": [series for team in teams for series in team.series()],
        "promql_expr_test": asked,
    }
    path = tmp_path / "teams.test.yml"
    header = {"rule_files": ["pages.yml"], "evaluation_interval": f"{SCRAPE}s"}
    path.write_text(yaml.safe_dump({**header, "tests": [case]}, width=math.inf))

    assert "SUCCESS" in run("promtool", "test", "rules", path)
    assert sum(len(one["exp_samples"]) for one in asked) > 50


def _pages_without_holding_on() -> dict[str, object]:
    """The very expressions; an alert that is kept for a while would hide when they end."""
    groups = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    (pages,) = (group for group in groups if group["name"] == "replywatch-pages")
    for rule in pages["rules"]:
        rule.pop("keep_firing_for", None)
    return {"groups": [pages]}
