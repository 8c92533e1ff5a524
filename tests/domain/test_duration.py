from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.duration import parse, written


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("20s", timedelta(seconds=20)),
        ("6m", timedelta(minutes=6)),
        ("2h30m", timedelta(hours=2, minutes=30)),
        ("90d", timedelta(days=90)),
        ("1d2h3m4s", timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("1h1s", timedelta(hours=1, seconds=1)),
        ("0.5s", timedelta(milliseconds=500)),
        ("1m0.000001s", timedelta(minutes=1, microseconds=1)),
        ("90m", timedelta(hours=1, minutes=30)),
        ("0s", timedelta(0)),
    ],
)
def test_a_duration_is_read_as_it_is_written(text: str, span: timedelta) -> None:
    assert parse(text) == span


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("20 sec", id="a word for a unit"),
        pytest.param("", id="nothing"),
        pytest.param("20", id="no unit"),
        pytest.param("s", id="no number"),
        pytest.param("1w", id="weeks"),
        pytest.param("30m2h", id="ascending"),
        pytest.param("2m2m", id="a unit twice"),
        pytest.param("1.5h", id="a fraction of an hour"),
        pytest.param(".5s", id="a fraction of nothing"),
        pytest.param("0.0000001s", id="finer than a microsecond"),
        pytest.param("-5m", id="less than nothing"),
        pytest.param("5m ", id="a blank at the end"),
        pytest.param("5m\n", id="a line break at the end"),
        pytest.param("٥m", id="digits of another script"),
        pytest.param("99999999999d", id="longer than time"),
    ],
)
def test_what_is_no_duration_is_told_how_to_write_one(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration") as caught:
        parse(text)
    assert str(caught.value) == f'"{text}" is not a duration; write 20s, 5m or 2h'


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(0), "0s"),
        (timedelta(minutes=150), "2h30m"),
        (timedelta(seconds=60), "1m"),
        (timedelta(hours=36), "1d12h"),
        (timedelta(days=90), "90d"),
        (timedelta(seconds=10), "10s"),
        (timedelta(seconds=1.25), "1.25s"),
    ],
)
def test_a_span_is_written_in_its_largest_units(span: timedelta, text: str) -> None:
    assert written(span) == text


@given(st.timedeltas(min_value=timedelta(0)))
def test_every_written_span_reads_as_itself(span: timedelta) -> None:
    assert parse(written(span)) == span


def test_a_span_below_zero_is_not_written() -> None:
    with pytest.raises(ValueError, match="below zero"):
        written(timedelta(seconds=-1))
