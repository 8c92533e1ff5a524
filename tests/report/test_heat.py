"""The hours of the week are those of the clock on the wall."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from monitor.domain.target import Verdict
from monitor.report.heat import Heat

STOCKHOLM = "Europe/Stockholm"


def hours(zone: str, *instants: str) -> dict[str, int]:
    """The hours that are not empty."""
    heat = Heat(ZoneInfo(zone))
    for each in instants:
        heat.take(datetime.fromisoformat(each).replace(tzinfo=UTC))
    return {name: hour.opened for name, hour in heat.named() if hour.opened}


@pytest.mark.parametrize(
    ("zone", "instants", "found"),
    [
        pytest.param("UTC", ["2026-06-01T00:00"], {"Mon 00": 1}, id="the week begins"),
        pytest.param("Asia/Tokyo", ["2026-06-07T15:00"], {"Mon 00": 1}, id="elsewhere sooner"),
        pytest.param("Asia/Kolkata", ["2026-06-01T10:29", "2026-06-01T10:30"],
                     {"Mon 15": 1, "Mon 16": 1}, id="half an hour off"),
        pytest.param(STOCKHOLM, ["2026-10-25T00:30", "2026-10-25T01:30", "2026-10-25T02:30"],
                     {"Sun 02": 2, "Sun 03": 1}, id="an hour that comes twice"),
        pytest.param(STOCKHOLM, ["2026-03-29T00:30", "2026-03-29T01:30"],
                     {"Sun 01": 1, "Sun 03": 1}, id="an hour that is skipped"),
        pytest.param(STOCKHOLM, ["2026-10-23T10:00", "2026-10-30T10:00"],
                     {"Fri 12": 1, "Fri 11": 1}, id="before and after the clocks change"),
    ],
)  # fmt: skip
def test_an_instant_counts_in_the_hour_that_the_clock_shows(
    zone: str, instants: list[str], found: dict[str, int]
) -> None:
    assert hours(zone, *instants) == found


def test_only_what_was_judged_is_due() -> None:
    heat, noon = Heat(ZoneInfo("UTC")), datetime(2026, 6, 1, 12, tzinfo=UTC)
    for verdict in Verdict:
        heat.take_due(noon, verdict)
    assert (heat.all.met, heat.all.due) == (1, 2)
