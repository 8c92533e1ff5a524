"""What the dashboards share: variables, links, and the order of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grafana_foundation_sdk.builders import dashboard as grafana
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import dashboard as model

from dashboards.panels import SOURCE

LISTENS_AT = "http://127.0.0.1:9877"
"""Where replywatch is by default; `replywatch export dashboards -c FILE` puts in your own."""

ALL = model.VariableOption(selected=True, text="All", value="$__all")

Rows = Mapping[str, Sequence[Builder[model.Panel]]]


def dashboard(
    uid: str, title: str, description: str, rows: Rows, *, since: str, refresh: str
) -> grafana.Dashboard:
    """A dashboard with these panels by row, and the variables without `target`."""
    built = (
        grafana.Dashboard(title)
        .uid(uid)
        .description(description)
        .tags(["replywatch"])
        .editable()
        .tooltip(model.DashboardCursorSync.CROSSHAIR)
        .time(f"now-{since}", "now")
        .refresh(refresh)
        .timezone("browser")
        .with_variable(_source())
        .with_variable(_label("brand"))
        .with_variable(_label("platform", 'brand=~"$brand"'))
        .with_variable(_label("account", 'brand=~"$brand", platform=~"$platform"'))
        .link(_link("replywatch", model.DashboardLinkType.DASHBOARDS).tags(["replywatch"]))
        .link(_link("Who waits now", model.DashboardLinkType.LINK).url("${wallboard:raw}/"))
    )
    for row, panels in rows.items():
        built.with_row(grafana.Row(row))
        for panel in panels:
            built.with_panel(panel)
    return built


def of_target() -> grafana.QueryVariable:
    return _label("target", 'account=~"$account"', of="sla_objective_ratio")


def wallboard() -> grafana.TextBoxVariable:
    described = "Where people reach replywatch; the links lead there."
    return _text("wallboard", "replywatch is at", described, LISTENS_AT)


def offset() -> grafana.TextBoxVariable:
    described = "How many hours your clocks are ahead of UTC, for the hours of the week."
    return _text("offset", "Hours ahead of UTC", described, "0")


def window() -> grafana.CustomVariable:
    """Over how long percentiles look back."""
    values = ("1h", "24h", "7d")
    options = [model.VariableOption(selected=one == "24h", text=one, value=one) for one in values]
    return (
        grafana.CustomVariable("window")
        .label("Percentiles over")
        .description("How far back the percentiles look.")
        .values(",".join(values))
        .options(options)
        .current(options[1])
        .multi(False)
        .include_all(False)
    )


def _source() -> grafana.DatasourceVariable:
    described = "The Prometheus that scrapes replywatch."
    built = grafana.DatasourceVariable("datasource").label("Data source").description(described)
    return built.type("prometheus").multi(False).include_all(False)


def _label(name: str, selector: str = "", of: str = "waits_open") -> grafana.QueryVariable:
    """The values of a label, several to choose from, in what the variables before it leave."""
    metric = f"replywatch_{of}" + (f"{{{selector}}}" if selector else "")
    return (
        grafana.QueryVariable(name)
        .label(name.capitalize())
        .description(f"Which {name}s to show.")
        .query({"query": f"label_values({metric}, {name})", "refId": "values"})
        .datasource(SOURCE)
        .refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(model.VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        .all_value(".+")
        .current(ALL)
    )


def _text(name: str, label: str, described: str, value: str) -> grafana.TextBoxVariable:
    option = model.VariableOption(selected=True, text=value, value=value)
    built = grafana.TextBoxVariable(name).label(label).description(described)
    return built.default_value(value).current(option).options([option])


def _link(title: str, kind: model.DashboardLinkType) -> grafana.DashboardLink:
    return grafana.DashboardLink(title).type(kind).icon("external link").keep_time(True)
