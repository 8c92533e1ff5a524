"""`check`, and what there is to configure."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import respx

from monitor.cli.checking import closed_days
from monitor.config import load
from tests.cli.running import CONFIG, Desk

POLLED = """
targets:
  six: {metric: first_reply, within: 6m, objective: 90%}
accounts:
  - name: acme
    connector: mastodon
    server: https://social.example
    handle: "@acme@social.example"
    access_token: s3cr3t
"""


def polled(tmp_path: Path, every: str) -> Desk:
    return Desk(tmp_path, POLLED + f"    poll: {every}\n")


@pytest.mark.parametrize(
    ("every", "judgement"), [("20s", "in time"), ("5m", "may come late"), ("6m", "TOO SLOW")]
)
def test_it_says_whether_polling_is_quick_enough(
    tmp_path: Path, every: str, judgement: str
) -> None:
    assert judgement in polled(tmp_path, every).run("check").out


def test_the_worst_case_is_the_interval_and_the_platforms_lag(tmp_path: Path) -> None:
    assert "is seen within 21s at worst" in polled(tmp_path, "20s").run("check").out


def test_an_inbox_is_not_polled(desk: Desk) -> None:
    assert "posts come by import and by the API" in desk.run("check", "--online").out


@pytest.mark.parametrize(("status", "code"), [(401, 1), (404, 1), (429, 3)])
def test_a_failing_credential_exits_with_1(tmp_path: Path, status: int, code: int) -> None:
    with respx.mock(base_url="https://social.example") as platform:
        platform.route().respond(status)
        outcome = polled(tmp_path, "20s").run("check", "--online", code=code)
        assert "s3cr3t" in str(platform.calls.last.request.headers.raw)
    assert "s3cr3t" not in outcome.out + outcome.err


def test_the_next_closed_days_are_those_that_would_be_open(tmp_path: Path) -> None:
    calendar = """
calendars:
  shop:
    timezone: Europe/Stockholm
    open: {mon-fri: ["08:00-17:00"]}
    holidays: {country: SE, dates: ["2025-12-27", "2025-12-29", "2025-12-31"]}
    extra: {"2025-12-25": ["10:00-14:00"], "2025-12-30": []}
"""
    desk = Desk(tmp_path, calendar + CONFIG)
    shop = load(desk.config).calendars["shop"]
    closed = closed_days(shop, datetime(2025, 12, 24, 23, 30, tzinfo=UTC))
    assert closed == [date(2025, 12, 26), date(2025, 12, 29), date(2025, 12, 30)]


def test_connectors_are_listed_with_their_own_keys(desk: Desk) -> None:
    for words in (["connectors"], ["connectors", "list"]):
        out = desk.bare(*words).out
        assert "inbox" in out
        assert "access_token*" in out


def test_the_schema_is_one_json_document(desk: Desk) -> None:
    assert "accounts" in json.loads(desk.bare("schema").out)["properties"]


def test_db_upgrade_makes_the_database(desk: Desk) -> None:
    desk.run("db", "upgrade")
    assert desk.run("waits", "--format", "jsonl").out == ""
