"""Five airlines out of a public archive: known counts, whatever the order, however often killed.

The archive is no part of the project; where it does not lie beside it, these tests are skipped.
"""

from __future__ import annotations

import csv
import gzip
import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any

import pytest

SHARED = Path(__file__).parents[3] / "shared"
ARCHIVE = SHARED / "data" / "twcs_threads.csv.gz"
CASES = SHARED / "conformance"
REPLYWATCH = Path(sys.executable).with_name("replywatch")

pytestmark = pytest.mark.skipif(not ARCHIVE.exists(), reason=f"no archive at {ARCHIVE}")

Table = Mapping[str, Mapping[str, Any]]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "twcs.yml"
    path.write_text((CASES / "twcs.yml").read_text())
    return path


def expected() -> Table:
    return {row["account"]: row for row in json.loads((CASES / "twcs_expected.json").read_text())}


def importing(archive: Path, account: str, config: Path) -> list[str]:
    return [
        *(str(REPLYWATCH), "import", str(archive), "--format", "twcs"),
        *("--account", account, "-c", str(config)),
    ]


def measured(config: Path) -> Table:
    """First waits as the listing has them; the median of the answered by midpoint, in seconds."""
    asked = [str(REPLYWATCH), "waits", "--all", "--format", "jsonl", "-c", str(config)]
    lines = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.splitlines()
    lengths: dict[str, list[float | None]] = {}
    for wait in map(json.loads, lines):
        if wait["kind"] == "first" and wait["status"] not in ("merged", "withdrawn"):
            lengths.setdefault(wait["account"], []).append(wait["calendar_seconds"])
    return {account: figures(seconds) for account, seconds in lengths.items()}


def figures(seconds: list[float | None]) -> Mapping[str, float]:
    answered = [length for length in seconds if length is not None]
    return {
        "first": len(seconds),
        "answered": len(answered),
        "p50": median(answered),
        "le6": sum(length <= 360 for length in answered),
        "le60": sum(length <= 3600 for length in answered),
    }


def assert_expected(found: Table) -> None:
    """Counts may differ by 2 and the median by 2 %, as closing words are ours."""
    for account, row in expected().items():
        for name in ("first", "answered", "le6", "le60"):
            assert found[account][name] == pytest.approx(row[name], abs=2), (account, name)
        assert found[account]["p50"] == pytest.approx(row["p50"], rel=0.02), account


def test_five_airlines_have_the_known_figures(config: Path) -> None:
    for account in expected():
        subprocess.run(importing(ARCHIVE, account, config), check=True, capture_output=True)

    assert_expected(measured(config))


def test_shuffled_and_imported_twice_it_is_the_same(config: Path, tmp_path: Path) -> None:
    with gzip.open(ARCHIVE, "rt", encoding="utf-8", newline="") as source:
        header, *rows = csv.reader(source)
    random.Random(7).shuffle(rows)
    shuffled = tmp_path / "shuffled.csv"
    with shuffled.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target).writerows([header, *rows])

    for account in expected():
        for archive in (shuffled, ARCHIVE):
            subprocess.run(importing(archive, account, config), check=True, capture_output=True)

    assert_expected(measured(config))


def test_killed_five_times_and_started_again_it_is_the_same(config: Path) -> None:
    chance = random.Random(11)
    for _ in range(5):
        account = chance.choice([*expected()])
        command = importing(ARCHIVE, account, config)
        killed = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.8, 3.0))
        killed.send_signal(signal.SIGKILL)
        killed.wait()
    for account in expected():
        subprocess.run(importing(ARCHIVE, account, config), check=True, capture_output=True)

    assert_expected(measured(config))
