"""What the project says about itself is true."""

from __future__ import annotations

import re
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor.cli import main
from monitor.cli.application import app
from monitor.metrics.catalogue import (
    ACCOUNT_GAUGES,
    COUNTERS,
    HISTOGRAMS,
    NOTIFIER_COUNTERS,
    NOTIFIER_GAUGES,
    PREFIX,
    TARGET_GAUGES,
)

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def test_every_metric_is_in_the_docs() -> None:
    told = set(re.findall(rf"`({PREFIX}\w+)`", (ROOT / "docs/metrics.md").read_text()))
    counters = {f"{PREFIX}{counter.name}_total" for counter in COUNTERS}
    others = {f"{PREFIX}{name}" for name in (*HISTOGRAMS, *ACCOUNT_GAUGES, *TARGET_GAUGES)}

    counters |= {f"{PREFIX}{name}_total" for name in NOTIFIER_COUNTERS}
    others |= {f"{PREFIX}{name}" for name in NOTIFIER_GAUGES}

    assert counters | others <= told


def test_every_connector_is_in_the_docs_with_its_keys() -> None:
    told = (ROOT / "docs/connectors.md").read_text()
    ours = [
        entry
        for entry in entry_points(group="replywatch.connectors")
        if "connectors" in entry.value
    ]
    rows = []
    for entry in sorted(ours, key=lambda entry: entry.name):
        model = entry.load()
        keys = ", ".join(f"`{key}`" for key in sorted(model.model_fields))
        rows.append(f"| `{entry.name}` | {'yes' if model.polls else 'no'} | {keys} |")

    assert "\n".join(rows) in told


def test_the_command_is_installed() -> None:
    (replywatch,) = entry_points(group="console_scripts", name="replywatch")

    assert replywatch.load() is main


@pytest.mark.parametrize("command", sorted(set(re.findall(r"(?:`|bin/)replywatch (\w+)", README))))
def test_every_command_of_the_readme_has_help_with_an_example(command: str) -> None:
    shown = CliRunner().invoke(app, [command, "--help"])

    assert shown.exit_code == 0
    assert f"Example: replywatch {command}" in shown.stdout


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_every_link_of_the_readme_leads_somewhere(link: str) -> None:
    assert (ROOT / link).exists()


def test_pinned_requirements_have_hashes_and_no_addresses() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text()
        assert "://" not in text
        pins = re.findall(r"^([\w.-]+)==", text, re.MULTILINE)
        assert pins
        assert text.count("--hash=") >= len(pins)
