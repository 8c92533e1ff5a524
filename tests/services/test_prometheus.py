"""The server that other tests ask is a real one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.acceptance.running import until
from tests.prometheus import Prometheus, blocks_from

pytestmark = pytest.mark.service

LONG_AGO = datetime.now(UTC).replace(microsecond=0) - timedelta(days=200)
ITSELF = """
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [rules.yml]
scrape_configs:
  - job_name: itself
    static_configs: [{targets: ["%s"]}]
"""
RULES = "groups: [{name: ours, rules: [{record: 'job:up', expr: sum by (job) (up)}]}]\n"


def test_what_was_backfilled_is_asked_of_it(tmp_path: Path) -> None:
    file = tmp_path / "old.txt"
    told = f'doors_open{{side="left"}} 3 {LONG_AGO.timestamp()}\n'
    file.write_text(f"# TYPE doors_open gauge\n{told}# EOF\n")

    with Prometheus(tmp_path, blocks=[blocks_from(file, tmp_path / "blocks")]) as prometheus:
        (found,) = prometheus.query("doors_open + 1", at=LONG_AGO)
        assert (found.labels, found.value) == ({"side": "left"}, 4)
        assert prometheus.query("doors_open", at=LONG_AGO + timedelta(hours=1)) == []
        with pytest.raises(ValueError, match="parse error"):
            prometheus.query("doors_open +")


def test_it_scrapes_and_records_by_the_configuration(tmp_path: Path) -> None:
    with Prometheus(tmp_path) as scraped:
        (tmp_path / "asking").mkdir()
        (tmp_path / "asking" / "rules.yml").write_text(RULES)
        config = ITSELF % scraped.url.removeprefix("http://")
        with Prometheus(tmp_path / "asking", config) as prometheus:
            until(lambda: prometheus.query("job:up"))

            assert prometheus.query("job:up")[0].value == 1
            assert [rule["name"] for rule in prometheus.rules()] == ["job:up"]
            assert prometheus.label_values("job", "up") == ["itself"]
