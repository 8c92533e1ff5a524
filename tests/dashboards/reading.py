"""The shipped dashboards, panel by panel."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from monitor import shipped

Panel = Mapping[str, Any]

DASHBOARDS: Mapping[str, Any] = {
    name.removesuffix(".json"): json.loads(text) for name, text in shipped.dashboards().items()
}
PANELS = [
    (f"{name}: {panel['title']}", panel)
    for name, dashboard in DASHBOARDS.items()
    for panel in dashboard["panels"]
    if panel["type"] != "row"
]

VARIABLES = {"__rate_interval", "__range", "window", "offset"}
"""Of queries, beside those that choose accounts."""


def queries(dashboard: Any) -> Iterator[str]:
    """Every query of its panels and variables."""
    for panel in dashboard["panels"]:
        yield from (target["expr"] for target in panel.get("targets", ()))
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["query"]["query"]


def metrics(query: str) -> set[str]:
    """The metrics that a query names; of a histogram without its ending."""
    found = re.findall(r"(?<![\w:])replywatch_\w+", query)
    return {re.sub(r"(?<=_seconds)_(bucket|sum|count)$", "", name) for name in found}


def recordings(query: str) -> set[str]:
    return set(re.findall(r"(?<![\w:])replywatch:[\w:]+", query))


def used_variables(text: str) -> set[str]:
    return {name for name in re.findall(r"\$\{?(\w+)", text) if not name.isdigit()}
