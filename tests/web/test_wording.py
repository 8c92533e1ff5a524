"""How the pages word lengths and numbers: always rounded down, never with a sign."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from monitor.web import languages, wording
from monitor.web.wallboard.filter import Filter, language_of

STOCKHOLM = ZoneInfo("Europe/Stockholm")


@pytest.mark.parametrize(
    ("seconds", "figure"),
    [
        (0, ("0:00", "")),
        (59.9, ("0:59", "")),
        (-61, ("1:01", "")),
        (599, ("9:59", "")),
        (600, ("10", "min")),
        (3_599, ("59", "min")),
        (3_960, ("1 h 06", "")),
        (277_200, ("3 d 5 h", "")),
    ],
)
def test_seconds_run_near_due_alone(seconds: float, figure: tuple[str, str]) -> None:
    assert wording.figure(timedelta(seconds=seconds)) == figure


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(30, "30 s"), (360, "6 min"), (3_600, "1 h"), (5_400, "90 min"), (172_800, "2 d")],
)
def test_a_promise_is_told_as_people_say_it(seconds: int, told: str) -> None:
    assert wording.length(timedelta(seconds=seconds)).replace("\u00a0", " ") == told


@pytest.mark.parametrize(
    ("met", "of", "objective", "shown", "missing"),
    [
        (81, 93, 0.9, "87 %", "3 points"),
        (8_999, 10_000, 0.9, "89 %", "1 point"),
        (994, 1_000, 0.995, "99.4 %", "0.1 points"),
    ],
)
def test_a_missed_objective_never_reads_as_met(
    met: int, of: int, objective: float, shown: str, missing: str
) -> None:
    share = Fraction(met, of)

    assert wording.percent(share, objective).replace("\u00a0", " ") == shown
    assert wording.missing(share, objective) == missing


@pytest.mark.parametrize("objective", [0.57, 0.29, 0.9, 0.995, 0.9999])
def test_an_objective_is_told_as_it_was_written(objective: float) -> None:
    told = wording.percent(objective, objective).replace("\u00a0%", "")

    assert round(float(told) / 100, 6) == objective


@pytest.mark.parametrize(
    ("count", "told"),
    [(None, "–"), (310, "310"), (8_410, "8.4 k"), (48_299, "48.2 k"), (1_260_000, "1.2 M")],
)
def test_reach_is_told_in_three_figures(count: int | None, told: str) -> None:
    assert wording.big(count) == told


def test_an_instant_of_another_day_has_its_day() -> None:
    now = datetime(2026, 11, 19, 0, 30, tzinfo=UTC)

    assert wording.hm(now, now, STOCKHOLM) == "01:30"
    assert wording.hm(now - timedelta(hours=2), now, STOCKHOLM) == "18 Nov 23:30"
    assert wording.hms(now - timedelta(days=400), now, STOCKHOLM) == "15 Oct 2025 02:30:00"


def test_a_language_has_a_name_or_is_called_by_its_tag() -> None:
    assert [languages.named(tag) for tag in ("sv", "zh-Hant-TW", "tlh", None)] == [
        "Swedish",
        "Chinese",
        "tlh",
        "",
    ]
    assert language_of("en_GB") == "en"


def test_a_filter_stands_in_the_address_and_comes_back_from_it() -> None:
    asked = Filter.asked(
        {"brand": "Tarn & Air", "state": "loose", "evil": "1", "target": "x" * 999}
    )

    assert asked.query(target="") == "brand=Tarn+%26+Air&state=loose"
    assert len(asked.target) == 100
    assert asked.of_any_state.state == ""
