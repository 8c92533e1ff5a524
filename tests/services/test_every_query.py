"""Every query of the dashboards and rules gives data, from a real Prometheus."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

import pytest

from monitor.domain import duration
from monitor.metrics.catalogue import NAMES
from tests.dashboards.reading import DASHBOARDS, PANELS, metrics, queries
from tests.rules.promql import operands
from tests.rules.reading import ALERTS, RECORDS, Rule, name_of, rules
from tests.services.scene import Scene, scene

pytestmark = pytest.mark.service

STEP = "10m"
"""What Grafana takes for $__rate_interval where it shows some days."""

SHOWN_STEPS = 60

LEFT_OUT: dict[str, str] = {}
"""Metrics that no dashboard and no rule asks about, and why."""

_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::\w+)?\}|(\w+))")
_VALUES = re.compile(r"label_values\((.+), (\w+)\)")


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with scene(tmp_path_factory.mktemp("scene")) as here:
        yield here


@pytest.fixture(scope="module")
def chosen(here: Scene) -> dict[str, dict[str, str]]:
    """Of each dashboard, what its variables are when all is chosen."""
    return {name: dict(_chosen(here, dashboard)) for name, dashboard in DASHBOARDS.items()}


def _chosen(here: Scene, dashboard: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    known = {"__rate_interval": STEP, "__range": _span(dashboard)}
    yield from known.items()
    for variable in dashboard["templating"]["list"]:  # type: ignore[index]
        name = variable["name"]
        if variable["type"] == "query":
            asked = _VALUES.fullmatch(filled(variable["query"]["query"], known))
            assert asked
            values = here.prometheus.label_values(asked[2], asked[1])
            assert values, f"${name} has no values"
            known[name] = "|".join(values)
        elif variable["type"] != "datasource":
            known[name] = variable["current"]["value"]
        if name in known:
            yield name, known[name]


def _span(dashboard: Mapping[str, object]) -> str:
    """How much of the past it shows at first."""
    return str(dashboard["time"]["from"]).removeprefix("now-")  # type: ignore[index]


def filled(query: str, values: Mapping[str, str]) -> str:
    """With values for $name, ${name} and ${name:format}, as far as they are known."""
    return _VARIABLE.sub(lambda found: values.get(found[1] or found[2], found[0]), query)


def is_told(values: Iterable[float]) -> bool:
    return any(not math.isnan(value) for value in values)


@pytest.mark.parametrize(
    ("dashboard", "target"),
    [
        pytest.param(name.split(":")[0], target, id=f"{name} {target['refId']}")
        for name, panel in PANELS
        for target in panel["targets"]
    ],
)
def test_every_panel_has_data(
    here: Scene,
    chosen: Mapping[str, Mapping[str, str]],
    dashboard: str,
    target: Mapping[str, str],
) -> None:
    query = filled(target["expr"], chosen[dashboard])
    assert "$" not in query.replace('"0$1"', "")
    if target.get("instant"):
        found = [point.value for point in here.prometheus.query(query)]
    else:
        span, now = duration.parse(chosen[dashboard]["__range"]), datetime.now(UTC)
        lines = here.prometheus.query_range(query, now - span, now, span / SHOWN_STEPS)
        found = [value for _, values in lines for value in values.values()]

    assert is_told(found), query


@pytest.mark.parametrize("rule", RECORDS, ids=map(name_of, RECORDS))
def test_every_recording_has_data(here: Scene, rule: Rule) -> None:
    assert is_told(point.value for point in here.prometheus.query(rule["expr"])), rule["expr"]
    assert is_told(point.value for point in here.prometheus.query(rule["record"]))


@pytest.mark.parametrize("rule", ALERTS, ids=map(name_of, ALERTS))
def test_every_alert_has_something_to_judge(here: Scene, rule: Rule) -> None:
    for asked in operands(rule["expr"]):
        assert is_told(point.value for point in here.prometheus.query(asked)), asked


def test_every_rule_is_well(here: Scene) -> None:
    found = here.prometheus.rules()

    assert len(found) == len(rules())
    assert {rule["health"] for rule in found} == {"ok"}


def test_nothing_is_asked_about_that_is_not_exposed(here: Scene) -> None:
    exposed = metrics(here.daemon.get("/metrics").text)

    assert asked_about() <= exposed
    assert exposed == NAMES


def test_every_metric_is_asked_about_or_left_out_for_a_reason() -> None:
    assert NAMES - asked_about() == set(LEFT_OUT)


def asked_about() -> set[str]:
    texts = [query for dashboard in DASHBOARDS.values() for query in queries(dashboard)]
    return {
        name for text in [*texts, *(rule["expr"] for rule in rules())] for name in metrics(text)
    }
