"""History put into a real Prometheus says what the report says."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor.cli.application import app
from tests.acceptance.test_real_archive import ARCHIVE, CASES
from tests.prometheus import Point, Prometheus, blocks_from

pytestmark = [
    pytest.mark.service,
    pytest.mark.skipif(not ARCHIVE.exists(), reason=f"no archive at {ARCHIVE}"),
]

DAY = timedelta(days=1)
LAST = datetime(2017, 12, 3, tzinfo=UTC)
"""The last midnight of the archive."""

DAYS = 8
MET, DUE = "replywatch_sla_met_total", "replywatch_sla_due_total"
ATTAINED = f"({MET} - {MET} offset 1d) / ({DUE} - {DUE} offset 1d)"

Promise = tuple[str, str]
"""Of an account, a target."""


def accounts() -> list[str]:
    return [row["account"] for row in json.loads((CASES / "twcs_expected.json").read_text())]


def run(folder: Path, *words: str) -> str:
    done = CliRunner().invoke(app, [*words, "-c", str(folder / "twcs.yml")])
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive's accounts, imported."""
    folder = tmp_path_factory.mktemp("twcs")
    text = (CASES / "twcs.yml").read_text()
    (folder / "twcs.yml").write_text(text)
    for account in accounts():
        run(folder, "import", str(ARCHIVE), "--format", "twcs", "--account", account)
    return folder


@pytest.fixture(scope="module")
def prometheus(folder: Path) -> Iterator[Prometheus]:
    since = (LAST - DAY * DAYS).isoformat()
    span = ["--since", since, "--until", LAST.isoformat()]
    files = run(folder, "export", "openmetrics", *span, "--output", str(folder / "days"))
    assert len(files.splitlines()) == DAYS + 1  # of the last day its first instant
    for file in files.splitlines():
        blocks_from(Path(file), folder / "blocks")
    with Prometheus(folder, blocks=[folder / "blocks"]) as prometheus:
        yield prometheus


def reported(folder: Path, since: datetime, until: datetime) -> dict[Promise, float | None]:
    """Of the accounts that were observed all the time."""
    bounds = ["--since", since.isoformat(), "--until", until.isoformat()]
    told = json.loads(run(folder, "report", "--by", "due", "--format", "json", *bounds))
    return {
        (account["account"], target["target"]): target["attainment"]
        for account in told["accounts"]
        for target in account["targets"]
        if account["coverage"] == 1
    }


def attained(points: list[Point]) -> dict[Promise, float | None]:
    """None where nothing was due."""
    return {
        (one.labels["account"], one.labels["target"]): None if math.isnan(one.value) else one.value
        for one in points
    }


def test_attainment_of_each_day_is_that_of_the_report(folder: Path, prometheus: Prometheus) -> None:
    shares: list[float | None] = []
    for place in range(DAYS):
        midnight = LAST - DAY * place
        found = attained(prometheus.query(ATTAINED, at=midnight))
        assert found == pytest.approx(reported(folder, midnight - DAY, midnight)), midnight
        shares += found.values()

    assert len(set(shares)) > DAYS
    assert len(shares) > DAYS * len(accounts())
