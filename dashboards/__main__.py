"""Writes the JSON of the dashboards beside the Python that builds them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder

from dashboards import care, operations

HERE = Path(__file__).parent
DASHBOARDS: Mapping[str, Callable[[], Dashboard]] = {
    "care": care.build,
    "operations": operations.build,
}


def written(build: Callable[[], Dashboard]) -> str:
    """A dashboard's JSON, with panels numbered in their order."""
    built = build().build()
    for number, panel in enumerate(built.panels or (), 1):
        panel.id_val = number
    return json.dumps(built, cls=JSONEncoder, indent=2, sort_keys=True) + "\n"


def main() -> None:
    for name, build in DASHBOARDS.items():
        (HERE / f"{name}.json").write_text(written(build), encoding="utf-8")


if __name__ == "__main__":
    main()
