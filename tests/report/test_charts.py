"""What is drawn lies where the figures are."""

from __future__ import annotations

import re
from datetime import timedelta
from fractions import Fraction
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.statistics import Length, Span
from monitor.report.charts.dots import axis_start, dots
from monitor.report.charts.labels import BOTTOM, LEFT, RIGHT, TOP, beside, clear_of
from monitor.report.charts.lanes import lanes
from monitor.report.charts.survival import SurvivalChart, survival_chart
from monitor.report.curves import curve
from monitor.report.numbers import Asked
from monitor.report.observation import Observation
from monitor.report.windows import Bounds
from tests.cli.running import at
from tests.report.brands import MINUTE, SMALL, stock

UTC = ZoneInfo("UTC")


def chart(*minutes: float, open_for: float | None = None) -> SurvivalChart:
    """Of answers after so many minutes each, and of one who is still seen to wait."""
    lengths = [Length(timedelta(minutes=each), True) for each in minutes]  # noqa: FBT003
    if open_for is not None:
        lengths.append(Length(timedelta(minutes=open_for), False))  # noqa: FBT003
    return survival_chart(curve(lengths), None)


def corners(path: str) -> list[tuple[float, float]]:
    """Where a path of steps goes."""
    x, y = map(float, re.match(r"M(\S+) ([\d.]+)", path).groups())  # type: ignore[union-attr]
    found = [(x, y)]
    for letter, number in re.findall(r"([HV])([\d.]+)", path):
        x, y = (float(number), y) if letter == "H" else (x, float(number))
        found.append((x, y))
    return found


def test_the_curve_goes_down_at_each_answer() -> None:
    """30 s to 2 days are 752 units: 6 minutes lie at 269.8, 15 at 349.4 (as in the design)."""
    assert corners(chart(6, 15).km) == [
        (LEFT, TOP),
        (270, TOP), (270, (TOP + BOTTOM) / 2),
        (350, (TOP + BOTTOM) / 2), (350, BOTTOM),
        (RIGHT, BOTTOM),
    ]  # fmt: skip


def test_the_curve_ends_where_nobody_was_seen_to_wait_longer() -> None:
    drawn = chart(1, 1, 1, open_for=60)
    assert corners(drawn.km)[-1] == (469, BOTTOM - (BOTTOM - TOP) / 4)
    assert drawn.end_words == ("25.0\u00a0% still wait", "longer was not seen")
    assert [mark.share for mark in drawn.marks] == ["25.0\u00a0% wait"] * 3


def test_the_naive_curve_forgets_who_waits() -> None:
    assert corners(chart(1, 1, 1, open_for=60).naive)[-1] == (RIGHT, BOTTOM)


def test_the_axis_begins_earlier_where_people_are_answered_earlier() -> None:
    assert chart(1, 2, 3).ticks[0] == (LEFT, "30 s")
    assert chart(0.1, 2, 3).ticks[0] == (LEFT, "1 s")


def test_of_nobody_there_is_an_empty_chart() -> None:
    drawn = chart()
    assert (drawn.km, drawn.band, drawn.naive, drawn.told) == ("", "", "", "Nobody asked.")


minutes = st.floats(0.02, 5_000)


@given(st.lists(minutes, min_size=1, max_size=30), minutes)
def test_curves_go_along_and_down_within_the_frame(answers: list[float], longest: float) -> None:
    drawn = chart(*answers, open_for=longest)
    for path in (drawn.km, drawn.naive):
        found = corners(path)
        assert found == sorted(found)
        assert all(LEFT <= x <= RIGHT and TOP <= y <= BOTTOM for x, y in found)


@given(st.lists(minutes, min_size=1, max_size=30), minutes)
def test_the_curve_lies_within_its_band(answers: list[float], longest: float) -> None:
    drawn = chart(*answers, open_for=longest)
    band = corners(drawn.band)
    middle = band.index(max(band))
    upper, lower = band[: middle + 1], band[middle:]
    for x, y in corners(drawn.km):
        assert min(height for place, height in upper if place <= x) <= y + 0.1
        assert y <= max(height for place, height in lower if place >= x or place == LEFT) + 0.1


places = st.tuples(st.sampled_from([200.0, 240.0, 280.0]), st.floats(TOP, BOTTOM))


@given(st.lists(places, max_size=3))
def test_what_is_written_at_points_can_be_read(points: list[tuple[float, float]]) -> None:
    written: list[tuple[float, float]] = []
    for point in sorted(points):
        written.append((point[0], clear_of(written, point)))
    for one, other in combinations(written, 2):
        assert abs(one[0] - other[0]) >= 80 or abs(one[1] - other[1]) >= 15


def test_what_is_written_at_the_end_keeps_clear_too() -> None:
    assert beside([], (300, 200)) == 196
    assert beside([(260, 192)], (300, 200)) >= 200 + 15
    assert beside([(260, 302)], (300, 310)) <= 302 - 15


def test_dots_lie_on_an_axis_that_holds_them_all() -> None:
    promises = stock(*SMALL).report(Asked(at(0), at(60)), Bounds(at(-60), at(0))).promises
    start = axis_start(promises)
    assert start == Fraction(1, 10)  # two of four: from 15 to 85 % may be true
    six = dots(promises[0], start)
    assert (six.at, six.goal, six.before) == (86.2, 164.4, None)
    assert six.interval == pytest.approx((17.8, 154.7), abs=0.2)


def test_a_gap_is_drawn_where_it_was() -> None:
    window, gap = Span(at(0), at(100)), Span(at(25), at(50))
    drawn = lanes({"acme": Observation(at(100), window, None, (gap,))}, UTC)
    assert drawn
    assert drawn.lanes[0].gaps == [(350, 180)]
    assert drawn.ticks == [(170, "10:00"), (386, "10:30"), (602, "11:00"), (818, "11:30")]


def test_the_shortest_gap_can_be_seen() -> None:
    window, gap = Span(at(0), at(60 * 24 * 30)), Span(at(60 * 24 * 30) - MINUTE, at(60 * 24 * 30))
    drawn = lanes({"acme": Observation(at(0), window, None, (gap,))}, UTC)
    assert drawn
    assert drawn.lanes[0].gaps == [(887.5, 2.5)]


def test_days_of_the_clock_are_ticked_across_its_change() -> None:
    zone = ZoneInfo("Europe/Stockholm")
    start = at(0).astimezone(zone).replace(month=10, day=23, hour=0)
    window = Span(start.astimezone(UTC), (start + timedelta(days=5)).astimezone(UTC))
    drawn = lanes({"acme": Observation(None, window, None, ())}, zone)
    assert drawn
    assert [label for _, label in drawn.ticks] == [f"{day} Oct" for day in range(23, 29)]


def test_over_years_the_year_is_told() -> None:
    window = Span(at(0), at(0) + timedelta(days=900))
    drawn = lanes({"acme": Observation(None, window, None, ())}, UTC)
    assert drawn
    assert [label for _, label in drawn.ticks] == ["3 Mar 2026", "3 Mar 2027"]


def test_without_an_observation_there_are_no_lanes() -> None:
    assert lanes({"acme": Observation(None, None, None, ())}, UTC) is None
