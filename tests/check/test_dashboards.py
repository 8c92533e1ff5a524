"""The committed JSON is what the Python builds; `make dashboards` writes it anew."""

from __future__ import annotations

import pytest

from monitor import shipped

pytestmark = pytest.mark.check


def test_the_json_is_current() -> None:
    pytest.importorskip("grafana_foundation_sdk")
    from dashboards.__main__ import DASHBOARDS, written

    built = {f"{name}.json": written(build) for name, build in DASHBOARDS.items()}
    assert built == shipped.dashboards(), "run make dashboards"
