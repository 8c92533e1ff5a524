"""The dashboards name what there is, and explain themselves."""

from __future__ import annotations

import json

import pytest

from monitor.metrics.catalogue import NAMES
from tests.dashboards.reading import (
    DASHBOARDS,
    PANELS,
    VARIABLES,
    Panel,
    metrics,
    queries,
    recordings,
    used_variables,
)
from tests.rules.reading import RECORDS, name_of, rules

KINDS = {"bargauge", "heatmap", "stat", "table", "timeseries"}
"""Of panels, in Grafana 10.1 and newer."""

each_dashboard = pytest.mark.parametrize("dashboard", DASHBOARDS.values(), ids=DASHBOARDS)
each_panel = pytest.mark.parametrize(
    "panel", [panel for _, panel in PANELS], ids=[name for name, _ in PANELS]
)


@each_dashboard
def test_every_query_names_metrics_and_recordings_that_exist(dashboard: Panel) -> None:
    asked = [*queries(dashboard)]
    recorded = {name_of(rule) for rule in RECORDS}

    assert len(asked) > 15
    for query in asked:
        named = metrics(query) | recordings(query)
        assert named, query
        assert named <= NAMES | recorded


def test_every_rule_names_metrics_and_recordings_that_exist() -> None:
    recorded = {name_of(rule) for rule in RECORDS}

    for rule in rules():
        named = metrics(rule["expr"]) | recordings(rule["expr"])
        assert named or "up{" in rule["expr"]
        assert named <= NAMES | recorded


@each_dashboard
def test_every_variable_is_there_and_used(dashboard: Panel) -> None:
    there = {variable["name"] for variable in dashboard["templating"]["list"]}
    used = used_variables(json.dumps(dashboard)) - {"__all", "__data", "__field"}

    assert used - VARIABLES <= there
    assert there <= used


@each_panel
def test_every_panel_says_how_to_read_it_and_has_a_unit(panel: Panel) -> None:
    assert panel["type"] in KINDS
    assert len(panel["description"]) > 60
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}


@each_panel
def test_every_query_of_a_panel_has_a_name_of_its_own(panel: Panel) -> None:
    names = [target["refId"] for target in panel["targets"]]

    assert all(names)
    assert len({*names}) == len(names)


@each_panel
def test_nothing_absent_is_padded_and_no_bucket_is_named(panel: Panel) -> None:
    for target in panel["targets"]:
        assert "or vector(" not in target["expr"]
        assert "le=" not in target["expr"]


@each_dashboard
def test_the_panels_fill_the_grid_without_overlapping(dashboard: Panel) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in dashboard["panels"]:
        at = panel["gridPos"]
        columns, lines = range(at["x"], at["x"] + at["w"]), range(at["y"], at["y"] + at["h"])
        cells = {(x, y) for x in columns for y in lines}
        assert at["x"] + at["w"] <= 24
        assert not cells & taken
        taken |= cells


def test_promises_are_held_against_their_target_and_the_benchmarks() -> None:
    panels = {panel["title"]: panel for panel in DASHBOARDS["care"]["panels"]}
    lines = panels["First reply, Kaplan-Meier"]["fieldConfig"]["defaults"]
    against = panels["Attainment against objective"]["targets"][1]["expr"]

    steps = [step["value"] for step in lines["thresholds"]["steps"]]
    assert steps == [None, 360, 900, 3600]
    assert lines["custom"]["thresholdsStyle"]["mode"] == "dashed"
    assert "replywatch_sla_objective_ratio" in against


def test_accounts_lead_to_their_page_and_figures_to_the_wallboard() -> None:
    (waiting,) = (panel for _, panel in PANELS if panel["title"] == "Waiting")
    (promises,) = (panel for _, panel in PANELS if panel["title"] == "Every promise")

    assert waiting["links"][0]["url"] == "${wallboard:raw}/"
    assert promises["fieldConfig"]["defaults"]["links"][0]["url"] == (
        "${wallboard:raw}/accounts/${__data.fields.account}"
    )
