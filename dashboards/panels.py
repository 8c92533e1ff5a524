"""Panels in this project's manner: each has a unit, and says how to read it and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

from grafana_foundation_sdk.builders import bargauge, common, heatmap, prometheus, stat, table
from grafana_foundation_sdk.builders import timeseries as lines
from grafana_foundation_sdk.builders.dashboard import DashboardLink, FieldColor, ThresholdsConfig
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models import common as kinds
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models.heatmap import HeatmapColorMode
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

SOURCE = model.DataSourceRef("prometheus", "${datasource}")
WALLBOARD = "${wallboard:raw}"

Steps = Mapping[float, str]
"""Colours, each from a value on."""

GOOD = "green"
LATE: Steps = {1: "red"}
"""Of counts that should be none."""

BENCHMARKS: Steps = {360: "yellow", 900: "orange", 3600: "red"}
"""Six minutes: Twitter's airline study, 2015. Fifteen: Facebook's badge. An hour: what 42 % of
those who complain expect."""

MINUTE, HOUR = 60, 3600

REFERENCES = "ABCDEFGHIJ"
"""How Grafana tells the queries of a panel apart."""


@dataclass(frozen=True, slots=True)
class Panel:
    """What every panel has. The description says how to read it and what to do."""

    title: str
    description: str
    unit: str
    width: int = 12
    height: int = 8


@dataclass(frozen=True, slots=True)
class Query:
    """PromQL, and how its series are called."""

    expression: str
    legend: str = ""


Columns = Mapping[str, tuple[Query, str, Steps | None]]
"""Of a table, by name: the query, its unit and its colours."""


class _Common(Protocol):
    """What the builders of all kinds of panel can do."""

    def title(self, title: str, /) -> Self: ...
    def description(self, description: str, /) -> Self: ...
    def unit(self, unit: str, /) -> Self: ...
    def span(self, w: int, /) -> Self: ...
    def height(self, h: int, /) -> Self: ...
    def datasource(self, datasource: model.DataSourceRef, /) -> Self: ...
    def thresholds(self, thresholds: Builder[model.ThresholdsConfig], /) -> Self: ...
    def links(self, links: list[Builder[model.DashboardLink]], /) -> Self: ...
    def with_target(self, target: Builder[Dataquery], /) -> Self: ...


def figure(panel: Panel, query: Query, *, steps: Steps, base: str = GOOD) -> stat.Panel:
    """One number; a click leads to the wallboard."""
    built = (
        stat.Panel()
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
        .color_mode(kinds.BigValueColorMode.VALUE)
        .graph_mode(kinds.BigValueGraphMode.NONE)
        .no_value("none")
    )
    _dress(built, panel, steps, base)
    return built.links([to_wallboard()]).with_target(_instant(query))


def curves(
    panel: Panel,
    *queries: Query,
    steps: Steps | None = None,
    stacked: bool = False,
    logarithmic: bool = False,
    per_account: bool = False,
    most: float | None = None,
    dashed: str = "",
) -> lines.Panel:
    """Values over time; `steps` are drawn as lines, and series called `dashed` dashed."""
    built = (
        lines.Panel()
        .legend(
            common.VizLegendOptions()
            .show_legend(True)
            .display_mode(kinds.LegendDisplayMode.LIST)
            .placement(kinds.LegendPlacement.BOTTOM)
        )
        .tooltip(common.VizTooltipOptions().mode(kinds.TooltipDisplayMode.MULTI))
        .show_points(kinds.VisibilityMode.AUTO)
        .fill_opacity(60 if stacked else 0)
    )
    _dress(built, panel, steps or {}, GOOD)
    if steps:
        mode = kinds.GraphTresholdsStyleMode.DASHED
        built.thresholds_style(common.GraphThresholdsStyleConfig().mode(mode))
        built.axis_soft_max(max(steps))
    if stacked:
        built.stacking(common.StackingConfig().mode(kinds.StackingMode.NORMAL))
    if logarithmic:
        scale = common.ScaleDistributionConfig().type(kinds.ScaleDistribution.LOG).log(10)
        built.scale_distribution(scale)
    else:
        built.min(0)
    if most is not None:
        built.max(most)
    if dashed:
        style = {"fill": "dash", "dash": [8, 8]}
        built.override_by_regexp(
            f"/{dashed}/", [model.DynamicConfigValue("custom.lineStyle", style)]
        )
    if per_account:
        built.data_links([to_account("${__field.labels.account}")])
    for reference, query in zip(REFERENCES, queries, strict=False):
        built.with_target(_over_time(query).ref_id(reference))
    return built


def bars(panel: Panel, query: Query, *, steps: Steps, base: str) -> bargauge.Panel:
    """A bar for each series, from 0 to 1."""
    built = (
        bargauge.Panel()
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
        .orientation(kinds.VizOrientation.HORIZONTAL)
        .display_mode(kinds.BarGaugeDisplayMode.GRADIENT)
        .min(0)
        .max(1)
    )
    _dress(built, panel, steps, base)
    return built.with_target(_instant(query))


def rows(
    panel: Panel,
    columns: Columns,
    *,
    labels: Sequence[str],
) -> table.Panel:
    """A row for each series: its labels, then a column a query, with its unit and colours. A click
    leads to the account's page."""
    built = table.Panel().show_header(True)
    _dress(built, panel, {}, GOOD)
    for reference, (name, (query, unit, steps)) in zip(REFERENCES, columns.items(), strict=False):
        built.with_target(_instant(query).format(PromQueryFormat.TABLE).ref_id(reference))
        built.override_by_name(name, _column(unit, steps))
    names = {f"Value #{ref}": name for ref, name in zip(REFERENCES, columns, strict=False)}
    order = [*labels, *names]
    built.with_transformation(model.DataTransformerConfig("merge", options={}))
    built.with_transformation(
        model.DataTransformerConfig(
            "organize",
            options={
                "excludeByName": {"Time": True},
                "indexByName": {name: at for at, name in enumerate(order)},
                "renameByName": names,
            },
        )
    )
    return built.data_links([to_account("${__data.fields.account}")])


def week(
    panel: Panel, query: Query, *, colours: model.FieldColorModeId, most: float | None
) -> table.Panel:
    """A heat map of the hours of the week, from the labels `day`, `hour` and `slot`."""
    built = (
        table.Panel().show_header(True).decimals(0).color_scheme(FieldColor().mode(colours)).min(0)
    )
    _dress(built, panel, None, GOOD)
    if most is not None:
        built.max(most)
    cells = {"type": "color-background", "mode": "gradient"}
    days = dict(zip("1234567", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True))
    texts = {key: model.ValueMappingResult(text=day) for key, day in days.items()}
    built.override_by_regexp(
        "/^[0-9]+$/",
        [
            model.DynamicConfigValue("custom.cellOptions", cells),
            model.DynamicConfigValue("custom.width", 52),
        ],
    )
    built.override_by_name(
        "day\\hour", [model.DynamicConfigValue("mappings", [model.ValueMap(options=texts)])]
    )
    built.with_target(_instant(query).format(PromQueryFormat.TABLE))
    sort = {"sort": [{"field": "slot"}]}
    built.with_transformation(model.DataTransformerConfig("sortBy", options=sort))
    matrix = {"rowField": "day", "columnField": "hour", "valueField": "Value"}
    return built.with_transformation(
        model.DataTransformerConfig("groupingToMatrix", options=matrix)
    )


def spread(panel: Panel, query: Query) -> heatmap.Panel:
    """How many fell into each bucket of a histogram, over time."""
    built = (
        heatmap.Panel()
        .calculate(False)
        .color(
            heatmap.HeatmapColorOptions()
            .mode(HeatmapColorMode.SCHEME)
            .scheme("Oranges")
            .steps(64)
            .reverse(False)
            .exponent(0.5)
            .fill("dark-orange")
        )
        .y_axis(heatmap.YAxisConfig().unit(panel.unit).axis_placement(kinds.AxisPlacement.LEFT))
        .cell_gap(1)
        .show_legend()
        .show_tooltip()
    )
    _dress(built, panel, None, GOOD)
    return built.with_target(_over_time(query).format(PromQueryFormat.HEATMAP))


def to_wallboard() -> DashboardLink:
    return _link("Who waits now", f"{WALLBOARD}/")


def to_account(name: str) -> DashboardLink:
    return _link("This account's page", f"{WALLBOARD}/accounts/{name}")


def _link(title: str, url: str) -> DashboardLink:
    link = DashboardLink(title).type(model.DashboardLinkType.LINK).url(url)
    return link.target_blank(True).icon("external link")


def _dress(built: _Common, panel: Panel, steps: Steps | None, base: str) -> None:
    built.title(panel.title).description(panel.description).unit(panel.unit)
    built.span(panel.width).height(panel.height).datasource(SOURCE)
    if steps is not None:
        built.thresholds(
            ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(_steps(steps, base))
        )


def _steps(steps: Steps, base: str) -> list[model.Threshold]:
    return [
        model.Threshold(None, base),
        *(model.Threshold(value, colour) for value, colour in sorted(steps.items())),
    ]


def _column(unit: str, steps: Steps | None) -> list[model.DynamicConfigValue]:
    properties: list[tuple[str, Any]] = [("unit", unit)]
    if steps is not None:
        thresholds = model.ThresholdsConfig(model.ThresholdsMode.ABSOLUTE, _steps(steps, GOOD))
        properties.append(("thresholds", thresholds))
        properties.append(("custom.cellOptions", {"type": "color-text"}))
    return [model.DynamicConfigValue(key, value) for key, value in properties]


def _instant(query: Query) -> prometheus.Dataquery:
    return _query(query).instant()


def _over_time(query: Query) -> prometheus.Dataquery:
    return _query(query).range()


def _query(query: Query) -> prometheus.Dataquery:
    return (
        prometheus.Dataquery()
        .expr(query.expression)
        .legend_format(query.legend or "__auto")
        .ref_id("A")
    )
