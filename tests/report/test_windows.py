"""Windows by name, the one before each, across changes of the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.report.windows import Bounds, Named, before, named, told, told_before

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NOW = datetime(2026, 11, 19, 13, 32, tzinfo=UTC)
"""A Thursday, 14:32 in Stockholm."""


def there(text: str) -> datetime:
    """An instant as the clock in Stockholm shows it."""
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM).astimezone(UTC)


@pytest.mark.parametrize(
    ("name", "window", "compared"),
    [
        (Named.TODAY, "2026-11-19", "2026-11-18 2026-11-18T14:32"),
        (Named.WEEK, "2026-11-13", "2026-11-06 2026-11-12T14:32"),
        (Named.MONTH, "2026-10-21", "2026-09-21 2026-10-20T14:32"),
        (Named.LAST_WEEK, "2026-11-09 2026-11-16", "2026-11-02 2026-11-09"),
        (Named.THIS_MONTH, "2026-11-01", "2026-10-01 2026-10-19T14:32"),
        (Named.LAST_MONTH, "2026-10-01 2026-11-01", "2026-08-31 2026-10-01"),
    ],
)
def test_a_window_by_name_and_what_it_is_compared_with(
    name: Named, window: str, compared: str
) -> None:
    since, _, until = window.partition(" ")
    earlier_since, earlier_until = compared.split()
    assert named(name, STOCKHOLM, NOW) == (
        Bounds(there(since), there(until) if until else None),
        Bounds(there(earlier_since), there(earlier_until)),
    )


def test_all_there_is_is_compared_with_nothing() -> None:
    assert named(Named.ALL, STOCKHOLM, NOW) == (Bounds(), None)


@pytest.mark.parametrize("name", [name for name in Named if name is not Named.ALL])
@given(st.integers(0, 5_000_000).map(lambda minutes: NOW - timedelta(minutes=minutes)))
def test_what_is_compared_with_lies_before_and_is_as_long(name: Named, now: datetime) -> None:
    window, earlier = named(name, STOCKHOLM, now)
    assert window.since
    assert earlier
    assert earlier.since
    assert earlier.until
    assert earlier.since <= earlier.until <= window.since
    length = (window.until or now) - window.since
    if name is not Named.THIS_MONTH:  # the month before may be shorter
        assert abs(length - (earlier.until - earlier.since)) <= timedelta(hours=1)


def test_a_month_longer_than_the_one_before_is_compared_with_all_of_it() -> None:
    end_of_march = there("2026-03-31T12:00")
    _, earlier = named(Named.THIS_MONTH, STOCKHOLM, end_of_march)
    assert earlier == Bounds(there("2026-02-01"), there("2026-03-01"))


def test_whole_days_are_compared_with_as_many_days_of_the_clock() -> None:
    """The clocks go back on 25 October: the window before is an hour longer."""
    window = Bounds(there("2026-10-26"), there("2026-11-02"))
    assert before(window, STOCKHOLM, NOW) == Bounds(there("2026-10-19"), there("2026-10-26"))


def test_other_spans_are_compared_with_as_long_a_span() -> None:
    window = Bounds(there("2026-10-26T10:00"), there("2026-10-26T12:30"))
    assert before(window, STOCKHOLM, NOW) == Bounds(there("2026-10-26T07:30"), window.since)


def test_days_that_are_not_over_are_compared_as_far_along() -> None:
    window = Bounds(there("2026-11-18"))
    assert before(window, STOCKHOLM, NOW) == Bounds(there("2026-11-16"), there("2026-11-17T14:32"))


def test_without_a_beginning_there_is_nothing_before() -> None:
    assert before(Bounds(None, there("2026-11-18")), STOCKHOLM, NOW) is None


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        ("2026-10-20", "2026-11-19", "20 October to 18 November 2026"),
        ("2025-12-30", "2026-01-02", "30 December 2025 to 1 January 2026"),
        ("2026-11-18", "2026-11-19", "18 November 2026"),
        ("2026-11-18", None, "18 November to 19 November 2026"),
        ("2026-11-18T10:00", "2026-11-18T11:30", "18 November 2026, 10:00 to 11:30"),
        ("2026-11-17T10:00", "2026-11-18", "17 November 2026 10:00 to 18 November 2026 00:00"),
        (None, None, "all there is"),
        (None, "2026-11-18", "everything before 18 November 2026 00:00"),
    ],
)
def test_a_window_in_words(since: str | None, until: str | None, words: str) -> None:
    bounds = Bounds((since and there(since)) or None, (until and there(until)) or None)
    assert told(bounds, STOCKHOLM, NOW) == words


def test_what_is_compared_with_a_running_window_says_how_far() -> None:
    window, earlier = named(Named.WEEK, STOCKHOLM, NOW)
    assert earlier
    words = told_before(earlier, window, STOCKHOLM, NOW)
    assert words == "6 November to 12 November 2026, up to the same time of day"
