"""`report` and `replay` on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import CONFIG, Desk, answers, asks


@pytest.fixture
def busy(desk: Desk) -> Desk:
    """One met, one late, one open wait, and one follow-up."""
    desk.take(
        asks("a", "ann", 0), answers("A", 5, "a"),
        asks("b", "bob", 10), answers("B", 20, "b"), asks("b2", "bob", 30, parent_id="B"),
        asks("c", "cem", 30), asks("c2", "cem", 40, parent_id="c"),
        until=60,
    )  # fmt: skip
    return desk


def test_the_json_has_exactly_these_fields(busy: Desk) -> None:
    assert busy.run("report", "--format", "json").json == {
        "definition_version": 1,
        "since": None,
        "until": None,
        "accounts": [
            {
                "account": "acme",
                "brand": "Acme Air",
                "platform": "inbox",
                "mentions": 5,
                "opened": 4,
                "answered": 2,
                "open": 2,
                "excluded": {},
                "nudges": 1,
                "reply_rate": 0.5,
                "first_reply": {
                    "km_p50_seconds": 600,
                    "km_p90_seconds": None,
                    "naive_p50_seconds": 300,
                    "naive_p90_seconds": 600,
                    "n": 3,
                    "answered": 2,
                },
                "next_reply": {
                    "km_p50_seconds": None,
                    "km_p90_seconds": None,
                    "naive_p50_seconds": None,
                    "naive_p90_seconds": None,
                    "n": 1,
                    "answered": 0,
                },
                "targets": [
                    {
                        "target": "six",
                        "within_seconds": 360,
                        "objective": 0.9,
                        "met": 1,
                        "breached": 2,
                        "pending": 0,
                        "unconfirmed": 0,
                        "attainment": pytest.approx(1 / 3),
                    }
                ],
                "oldest_open_at": "2025-03-03T10:30:00Z",
                "coverage": 1.0,
            }
        ],
    }


def test_the_window_is_told_in_utc(busy: Desk) -> None:
    window = ("--since", "2025-03-03", "--until", "2025-03-03T12:05:00+02:00")
    told = busy.run("report", "--format", "json", *window).json
    assert (told["since"], told["until"]) == ("2025-03-03T00:00:00Z", "2025-03-03T10:05:00Z")
    assert told["accounts"][0]["opened"] == 1


def test_a_date_begins_in_the_zone_of_the_configuration(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "timezone: Asia/Tokyo\n" + CONFIG)
    desk.take(asks("a", "ann", 0))
    told = desk.run("report", "--format", "json", "--since", "2025-03-03").json
    assert told["since"] == "2025-03-02T15:00:00Z"


def test_the_text_says_counts_beside_rates(busy: Desk) -> None:
    text = busy.run("report").out
    assert "missed: 2 of 3 late; the objective allows 0" in text
    assert "33.3\u00a0%" in text
    assert "not reached" in text
    assert "2 waiting, the oldest since 2025-03-03 10:30." in text


def test_a_breach_fails_only_where_asked(busy: Desk) -> None:
    busy.run("report")
    busy.run("report", "--fail-on-breach", code=1)
    busy.run("report", "--fail-on-breach", "--until", "2025-03-03T10:05:00Z")


def test_the_database_alone_gives_the_same_figures(busy: Desk) -> None:
    with_names = busy.run("report", "--format", "json").json["accounts"][0]
    url = f"sqlite:///{busy.folder / 'acme.db'}"
    (alone,) = busy.bare("report", "--store", url, "--format", "json").json["accounts"]
    assert alone == {**with_names, "brand": "acme", "platform": None}


def test_a_replay_gives_what_an_import_under_that_promise_gives(busy: Desk, tmp_path: Path) -> None:
    other = Desk(tmp_path / "other", CONFIG.replace("6m", "12m"))
    posts = str(busy.folder / "posts.jsonl")
    other.run("import", posts, "--account", "acme", "--complete-until", "2025-03-03T11:00:00Z")
    (wanted,) = other.run("report", "--format", "json").json["accounts"][0]["targets"]
    replay = busy.run("replay", "--target", "12m", "--format", "json").json
    six, tried = replay["accounts"][0]["targets"]
    assert tried == {**wanted, "target": "replay 12m"}
    assert (six["target"], six["met"], tried["met"]) == ("six", 1, 2)


def test_a_replay_counts_in_the_open_time_of_a_calendar(tmp_path: Path) -> None:
    desk_hours = "calendars:\n  late: {timezone: UTC, open: {mon: ['10:15-18:00']}}\n"
    desk = Desk(tmp_path, desk_hours + CONFIG)
    desk.take(asks("a", "ann", 0), answers("A", 20, "a"), until=60)
    told = desk.run("replay", "--target", "6m", "--calendar", "late", "--format", "json").json
    assert [each["met"] for each in told["accounts"][0]["targets"]] == [0, 1]


def test_a_replay_of_next_replies_judges_follow_ups(busy: Desk) -> None:
    told = busy.run("replay", "--target", "6m", "--metric", "next_reply", "--format", "json").json
    (tried,) = told["accounts"][0]["targets"]
    assert (tried["met"], tried["breached"]) == (0, 1)


def test_a_replay_changes_nothing(busy: Desk) -> None:
    before = busy.run("report", "--format", "json").out
    busy.run("replay", "--target", "1h")
    assert busy.run("report", "--format", "json").out == before


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("report", "--since", "yesterday"), id="no time"),
        pytest.param(("report", "--since", "2025-03-03T10:00:00"), id="no offset"),
        pytest.param(("report", "--since", "1d", "--until", "2d"), id="ends before it begins"),
        pytest.param(("report", "--account", "acmee"), id="unknown account"),
        pytest.param(("report", "--format", "pdf"), id="unknown format"),
        pytest.param(("report", "--brand", "Umbra"), id="unknown brand"),
        pytest.param(("report", "--target", "seven"), id="unknown promise"),
        pytest.param(("report", "--format", "md", "--what-if", "soon"), id="no span to try"),
        pytest.param(
            ("report", "--format", "md", "--what-if-calendar", "moon"), id="no calendar to try"
        ),
        pytest.param(("replay", "--target", "soon"), id="no span"),
        pytest.param(("replay", "--target", "6m", "--calendar", "moon"), id="unknown calendar"),
        pytest.param(("report", "--store", "sqlite:///x.db"), id="configuration and database"),
    ],
)
def test_wrong_usage_exits_with_2(busy: Desk, words: tuple[str, ...]) -> None:
    assert busy.run(*words, code=2).err


def test_html_md_and_csv_are_of_all_accounts_together(busy: Desk) -> None:
    html = busy.run("report", "--format", "html").out
    assert html.startswith("<!doctype html>\n<html")
    assert "0 of 1 promises kept." in html
    assert "| Waits opened | 4 | – |" in busy.run("report", "--format", "md").out
    assert "promise,six,breached,2,\n" in busy.run("report", "--format", "csv").out


def test_a_file_leads_to_the_pages_of_the_daemon_if_it_knows_where(busy: Desk) -> None:
    place = "http://127.0.0.1:9877/waits/2"
    assert f'href="{place}"' in busy.run("report", "--format", "html").out
    url = f"sqlite:///{busy.folder / 'acme.db'}"
    alone = busy.bare("report", "--store", url, "--format", "html").out
    assert "0 of 1 promises kept." in alone
    assert "/waits/" not in alone


def test_every_form_can_be_narrowed(busy: Desk) -> None:
    def opened(*options: str) -> int:
        (account,) = busy.run("report", "--format", "json", *options).json["accounts"]
        return int(account["opened"])

    assert opened("--brand", "Acme Air", "--platform", "inbox") == 4
    assert opened("--target", "six") == 3
    assert opened("--language", "sv") == 0
    assert "| Waits opened | 3 |" in busy.run("report", "--format", "md", "--target", "six").out


def test_another_promise_can_be_tried_in_it(busy: Desk) -> None:
    tried = busy.run("report", "--format", "csv", "--what-if", "12m").out
    assert "what_if,720 s,breached,1,\n" in tried


@pytest.mark.parametrize("form", ["html", "md", "csv"])
def test_a_breach_fails_in_every_form(busy: Desk, form: str) -> None:
    busy.run("report", "--format", form)
    busy.run("report", "--format", form, "--fail-on-breach", code=1)
