"""`waits` on the command line."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from monitor.report.listing import FIELDS
from tests.cli.running import Desk, Outcome, answers, asks, says


def lines(outcome: Outcome) -> list[dict[str, Any]]:
    return [json.loads(line) for line in outcome.out.splitlines()]


def test_a_wait_is_told_with_all_its_fields(desk: Desk) -> None:
    url = "https://acme.example/a"
    desk.take(asks("a", "ann", 0, url=url), answers("A", 7.5, "a"), until=60)
    (wait,) = lines(desk.run("waits", "--format", "jsonl"))
    assert wait == {
        "id": 1,
        "account": "acme",
        "conversation": "a",
        "customer": "ann",
        "customer_handle": "ann",
        "kind": "first",
        "status": "answered",
        "attribution": "told",
        "opened_by": "a",
        "opened_at": "2025-03-03T10:00:00Z",
        "auto_replied_at": None,
        "answered_by": "A",
        "answered_at": "2025-03-03T10:07:30Z",
        "ended_at": None,
        "reply_class": "human",
        "nudges": 0,
        "calendar_seconds": 450,
        "business_seconds": 450,
        "skewed": False,
        "late_arrival": False,
        "live": False,
        "url": url,
        "verdicts": [
            {
                "target": "six",
                "due_at": "2025-03-03T10:06:00Z",
                "verdict": "breached",
                "late_detected": False,
            }
        ],
    }


def test_open_leaves_out_who_was_answered(desk: Desk) -> None:
    desk.take(asks("a", "ann", 0), answers("A", 7, "a"), asks("b", "bob", 9))
    (wait,) = lines(desk.run("waits", "--open", "--format", "jsonl"))
    assert wait["opened_by"] == "b"


def test_a_verdict_is_as_of_now_and_not_as_stored(desk: Desk) -> None:
    desk.take(asks("a", "ann", 0), until=1)
    (wait,) = lines(desk.run("waits", "--format", "jsonl"))
    (verdict,) = wait["verdicts"]
    assert verdict["verdict"] == "unconfirmed"


def test_a_merged_wait_is_told_with_all_only(desk: Desk) -> None:
    second = asks("2", "bob", 5, parent_id="9")
    desk.take(asks("1", "bob", 0), second)
    desk.take(says("9", "cem", 1, parent_id="1"), second)
    assert [wait["id"] for wait in lines(desk.run("waits", "--format", "jsonl"))] == [1]
    every = lines(desk.run("waits", "--all", "--format", "jsonl"))
    assert [wait["status"] for wait in every] == ["open", "merged"]


def test_csv_has_the_same_fields_and_no_formula(desk: Desk) -> None:
    desk.take(asks("a", "ann", 0, author_handle="=HYPERLINK(1)"))
    (row,) = csv.DictReader(io.StringIO(desk.run("waits", "--format", "csv").out))
    assert list(row) == list(FIELDS)
    assert row["customer_handle"] == "'=HYPERLINK(1)"
    assert json.loads(row["verdicts"])[0]["target"] == "six"
    assert row["live"] == "false"


def test_no_control_character_reaches_any_output(desk: Desk) -> None:
    desk.take(asks("a", "ann", 0, author_handle="\x1b[2J\u202e\x9b[bold]x[/bold]"))
    for words in (["waits"], ["waits", "--format", "jsonl"], ["waits", "--format", "csv"]):
        out = desk.run(*words).out
        assert "[bold]x[/bold]" in out
        assert not {"\x1b", "\x9b", "\u202e"} & {*out}


def test_the_report_shows_a_hostile_handle_as_text(desk: Desk) -> None:
    desk.take(asks("a", "ann", 0, author_handle="\x1b[2J[bold]x"), until=60)
    out = desk.run("report").out
    assert "\ufffd[2J[bold]x" in out
    assert "\x1b" not in out


def test_open_and_all_are_not_given_together(desk: Desk) -> None:
    desk.run("waits", "--open", "--all", code=2)
