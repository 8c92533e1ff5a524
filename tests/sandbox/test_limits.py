"""Rate limits in windows of the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.sandbox.limits import PAGED, PER_TOKEN, Limits, Rule

NOW = datetime(2026, 11, 22, 10, 4, 39, 394_360, tzinfo=UTC)
TWO = Rule("two", 2, timedelta(minutes=5))


def test_the_last_request_allowed_has_none_left() -> None:
    limits = Limits()
    first, second, third = (limits.take([(TWO, "anna")], NOW) for _ in range(3))

    assert (first.remaining, second.remaining) == (1, 0)
    assert [each.is_exceeded for each in (first, second, third)] == [False, False, True]


def test_a_window_ends_with_the_clock_and_not_after_the_first_request() -> None:
    limits = Limits()
    for _ in range(3):
        limits.take([(TWO, "anna")], NOW)
    next_window = datetime(2026, 11, 22, 10, 5, tzinfo=UTC)

    assert limits.take([(TWO, "anna")], next_window).remaining == 1


def test_each_has_a_count_of_their_own() -> None:
    limits = Limits()
    limits.take([(TWO, "anna")], NOW)

    assert limits.take([(TWO, "jon")], NOW).remaining == 1


def test_the_headers_show_the_limit_nearest_its_end() -> None:
    limits = Limits()
    limits.take([(PAGED, "anna")], NOW)
    standing = limits.take([(PER_TOKEN, "anna"), (PAGED, "anna")], NOW)

    assert standing.headers() == {
        "X-RateLimit-Limit": "300",
        "X-RateLimit-Remaining": "298",
        "X-RateLimit-Reset": "2026-11-22T10:15:00.394360Z",
    }


def test_old_windows_are_not_kept() -> None:
    limits = Limits()
    for number in range(5000):
        limits.take([(TWO, f"address {number}")], NOW + timedelta(minutes=number))

    assert len(limits._counts) < 1100
