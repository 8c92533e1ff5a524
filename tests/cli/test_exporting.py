"""`export rules|dashboards|examples` gives the shipped files, with one's own address in links."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.cli.running import CONFIG, Desk

OURS = "https://care.acme.example/rw"


@pytest.fixture
def own(desk: Desk) -> Desk:
    desk.config.write_text(f"http: {{external_url: {OURS}}}\n{CONFIG}")
    return desk


def test_the_rules_are_printed_as_they_are_shipped(desk: Desk) -> None:
    shipped = Path(__file__).parents[2] / "config/prometheus/rules.yml"

    assert desk.bare("export", "rules").out == shipped.read_text()


def test_links_lead_to_the_address_of_the_configuration(own: Desk) -> None:
    told = own.run("export", "rules").out
    care = own.run("export", "dashboards", "care").json

    assert f"link: {OURS}/accounts/{{{{ $labels.account }}}}" in told
    assert "127.0.0.1" not in told
    (variable,) = (one for one in care["templating"]["list"] if one["name"] == "wallboard")
    assert variable["query"] == OURS
    assert yaml.safe_load(told)["groups"]


def test_files_are_put_in_a_folder_that_need_not_be_there(desk: Desk) -> None:
    folder = desk.folder / "grafana" / "dashboards"
    outcome = desk.bare("export", "dashboards", "--output", str(folder))

    assert outcome.out.split() == [str(folder / "care.json"), str(folder / "operations.json")]
    assert json.loads((folder / "care.json").read_text())["uid"] == "replywatch-care"


def test_two_dashboards_cannot_be_printed_as_one(desk: Desk) -> None:
    outcome = desk.bare("export", "dashboards")

    assert (outcome.code, outcome.out) == (2, "")
    assert "name one of care, operations, or give --output DIR" in outcome.err


def test_an_unknown_dashboard_is_told(desk: Desk) -> None:
    outcome = desk.bare("export", "dashboards", "cares")

    assert outcome.code == 2
    assert 'there is no dashboard "cares"; there are: care, operations' in outcome.err


def test_the_examples_come_with_their_folders(desk: Desk) -> None:
    desk.bare("export", "examples", "--output", str(desk.folder / "examples"))

    for name in ("replywatch.example.yml", "prometheus/rules.yml", "alertmanager/alertmanager.yml"):
        assert (desk.folder / "examples" / name).is_file()
