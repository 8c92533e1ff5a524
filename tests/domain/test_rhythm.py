"""When something comes again: by the wall clock, whatever that does."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.rhythm import Rhythm, parse_rhythm

ZONES = ["UTC", "Europe/Stockholm", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]

moments = st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001 - the zone is given beside
    datetime(2030, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
zones = st.sampled_from(ZONES).map(ZoneInfo)
rhythms = st.builds(
    Rhythm,
    st.builds(time, st.integers(0, 23), st.integers(0, 59)),
    st.none() | st.integers(0, 6),
)


def stockholm(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Stockholm"))


@pytest.mark.parametrize(
    ("rhythm", "now", "since", "until"),
    [
        pytest.param(
            "mon 08:00", "2026-03-04 12:00", "2026-02-23 08:00", "2026-03-02 08:00", id="mid-week"
        ),
        pytest.param(
            "mon 08:00", "2026-03-02 08:00", "2026-02-23 08:00", "2026-03-02 08:00", id="just now"
        ),
        pytest.param(
            "mon 08:00", "2026-03-02 07:59", "2026-02-16 08:00", "2026-02-23 08:00", id="soon"
        ),
        pytest.param(
            "daily 23:30", "2026-03-02 00:10", "2026-02-28 23:30", "2026-03-01 23:30", id="daily"
        ),
        pytest.param(
            "mon 08:00", "2026-03-30 09:00", "2026-03-23 08:00", "2026-03-30 08:00", id="summer"
        ),
        pytest.param(
            "daily 02:30", "2026-03-29 12:00", "2026-03-28 02:30", "2026-03-29 03:30", id="skipped"
        ),
    ],
)
def test_the_last_one_is_found_on_the_wall(rhythm: str, now: str, since: str, until: str) -> None:
    zone = ZoneInfo("Europe/Stockholm")
    span = parse_rhythm(rhythm).last(stockholm(now), zone)

    assert (span.start, span.end) == (stockholm(since), stockholm(until))


@given(rhythms, moments, zones)
def test_the_last_one_is_the_last(rhythm: Rhythm, now: datetime, zone: ZoneInfo) -> None:
    span = rhythm.last(now, zone)
    step = timedelta(days=1 if rhythm.weekday is None else 7)

    assert span.end <= now < span.end + step + timedelta(hours=2)
    assert rhythm.last(span.end, zone) == span
    assert rhythm.last(span.end - timedelta(microseconds=1), zone).end == span.start
    assert abs(span.end - span.start - step) <= timedelta(hours=1)


@pytest.mark.parametrize(
    "text", ["", "08:00", "monday 08:00", "mon 8:00", "mon 24:00", "mon-fri 08:00", "mon 08:00 "]
)
def test_what_is_no_rhythm_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match='write "mon 08:00" or "daily 08:00"'):
        parse_rhythm(text)
