from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.calendar import ALWAYS, Calendar, Hours, parse_days, parse_hours

MICROSECOND = timedelta(microseconds=1)
WHOLE_DAY = "00:00-24:00"


def calendar(
    zone: str,
    weekly: Mapping[str, Sequence[str]],
    holidays: Collection[str] = (),
    extra: Mapping[str, Sequence[str]] | None = None,
) -> Calendar:
    closed = frozenset(map(date.fromisoformat, holidays))
    opened = {day: [] for day in range(7)}  # type: dict[int, list[Hours]]
    for key, intervals in weekly.items():
        for day in parse_days(key):
            opened[day] += map(parse_hours, intervals)
    return Calendar(
        ZoneInfo(zone),
        {day: tuple(hours) for day, hours in opened.items()},
        lambda year: frozenset(day for day in closed if day.year == year),
        {date.fromisoformat(d): tuple(map(parse_hours, x)) for d, x in (extra or {}).items()},
    )


def at(text: str, zone: str = "Europe/Stockholm") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


DESK = calendar(
    "Europe/Stockholm",
    {"mon-fri": ["09:00-12:00", "13:00-17:00"], "sat": ["10:00-14:00"]},
    holidays=["2026-06-19", "2026-12-25"],
    extra={"2026-12-24": ["10:00-12:00"]},
)
NIGHT = calendar("America/New_York", {"fri-mon": ["22:00-06:00"]}, holidays=["2026-07-04"])
ROUND_THE_CLOCK = calendar("Australia/Lord_Howe", {"mon-sun": [WHOLE_DAY]})


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        pytest.param("2026-06-01 09:30", "2026-06-01 11:30", id="inside one interval"),
        pytest.param("2026-06-01 11:30", "2026-06-01 14:30", id="over lunch"),
        pytest.param("2026-06-01 16:00", "2026-06-02 10:00", id="over night"),
        pytest.param("2026-06-06 13:00", "2026-06-08 10:00", id="over Sunday"),
        pytest.param("2026-06-07 03:00", "2026-06-08 11:00", id="asked on a Sunday"),
        pytest.param("2026-06-01 15:00", "2026-06-01 17:00", id="due at closing time"),
        pytest.param("2026-06-06 12:00", "2026-06-06 14:00", id="due at closing for the weekend"),
        pytest.param("2026-06-18 16:00", "2026-06-20 11:00", id="over a holiday"),
        pytest.param("2026-03-28 13:00", "2026-03-30 10:00", id="over the change to summer time"),
        pytest.param("2026-12-23 16:00", "2026-12-24 11:00", id="into an extra date"),
        pytest.param("2026-12-24 11:00", "2026-12-26 11:00", id="an extra date, then a holiday"),
        pytest.param("2026-12-31 16:00", "2027-01-01 10:00", id="over New Year"),
        pytest.param("2026-12-31 15:00", "2026-12-31 17:00", id="due at the year's last closing"),
    ],
)
def test_a_promise_of_two_hours_falls_due_in_open_time(asked: str, due: str) -> None:
    assert DESK.due(at(asked), timedelta(hours=2)) == at(due)
    assert DESK.between(at(asked), at(due)) == timedelta(hours=2)


def test_the_spans_in_which_it_is_open_are_told_in_order() -> None:
    spans = list(DESK.open_spans(at("2026-06-05 16:00"), at("2026-06-08 09:30")))

    assert spans == [
        (at("2026-06-05 16:00"), at("2026-06-05 17:00")),
        (at("2026-06-06 10:00"), at("2026-06-06 14:00")),
        (at("2026-06-08 09:00"), at("2026-06-08 09:30")),
    ]
    start, end = at("2026-12-31 23:00"), at("2027-01-01 01:00")
    assert list(ROUND_THE_CLOCK.open_spans(start, end)) == [(start, end)]
    assert list(ALWAYS.open_spans(start, end)) == [(start, end)]
    assert not list(DESK.open_spans(end, start))


def test_a_promise_of_nothing_is_due_when_asked_though_closed() -> None:
    assert DESK.due(at("2026-06-07 03:00"), timedelta(0)) == at("2026-06-07 03:00")


@pytest.mark.parametrize("rules", [DESK, ALWAYS])
def test_what_is_due_is_told_in_utc(rules: Calendar) -> None:
    assert rules.due(at("2026-06-01 09:30"), timedelta(hours=1)).tzinfo is UTC


def test_time_does_not_run_backwards() -> None:
    assert DESK.between(at("2026-06-02 12:00"), at("2026-06-01 12:00")) == timedelta(0)


@pytest.mark.parametrize(
    ("asked", "is_open", "opens_at"),
    [
        pytest.param("2026-06-01 08:59:59.999999", False, "2026-06-01 09:00", id="just before"),
        pytest.param("2026-06-01 09:00", True, "2026-06-01 09:00", id="at opening"),
        pytest.param(
            "2026-06-01 11:59:59.999999", True, "2026-06-01 11:59:59.999999", id="just in"
        ),
        pytest.param("2026-06-01 12:00", False, "2026-06-01 13:00", id="at closing"),
        pytest.param("2026-12-31 17:00", False, "2027-01-01 09:00", id="over New Year"),
    ],
)
def test_the_end_of_an_interval_is_closed(asked: str, is_open: bool, opens_at: str) -> None:
    assert DESK.is_open(at(asked)) is is_open
    assert DESK.opens_at(at(asked)) == at(opens_at)


@pytest.mark.parametrize(
    ("weekly", "holidays", "extra", "minutes"),
    [
        pytest.param({}, (), {}, 0, id="no hours"),
        pytest.param({"thu": ["22:00-06:00"]}, (), {}, 8 * 60, id="a night shift"),
        pytest.param({"thu": ["22:00-06:00"]}, ["2026-06-05"], {}, 120, id="holiday next morning"),
        pytest.param({"thu": ["22:00-06:00"]}, ["2026-06-04"], {}, 0, id="holiday at its start"),
        pytest.param({"thu": ["22:00-06:00"]}, (), {"2026-06-05": []}, 120, id="cut by an extra"),
        pytest.param({"thu": ["22:00-06:00"]}, (), {"2026-06-04": []}, 0, id="an extra, closed"),
        pytest.param(
            {"thu": ["22:00-06:00"]}, (), {"2026-06-05": ["05:00-07:00"]}, 240, id="extra instead"
        ),
        pytest.param(
            {"fri": [WHOLE_DAY]}, (), {"2026-06-04": ["22:00-06:00"]}, 26 * 60, id="extra at night"
        ),
        pytest.param(
            {}, ["2026-06-05"], {"2026-06-04": ["22:00-06:00"]}, 120, id="an extra night, cut"
        ),
        pytest.param({}, ["2026-06-04"], {"2026-06-04": ["10:00-11:00"]}, 60, id="extra holiday"),
        pytest.param({"thu": ["23:00-24:00"], "fri": ["00:00-01:00"]}, (), {}, 120, id="24:00"),
        pytest.param({"thu": ["08:00-12:00", "11:00-13:00"]}, (), {}, 300, id="overlap"),
        pytest.param({"thu-fri": ["08:00-10:00"], "thu": ["09:00-11:00"]}, (), {}, 300, id="keys"),
        pytest.param(
            {"thu": ["18:00-10:00"], "fri": ["09:00-11:00"]}, (), {}, 17 * 60, id="nights"
        ),
        pytest.param({"fri-wed": [WHOLE_DAY]}, (), {}, 24 * 60, id="all days but Thursday"),
    ],
)
def test_a_thursday_and_friday_are_open_so_long(
    weekly: dict[str, list[str]],
    holidays: Sequence[str],
    extra: dict[str, list[str]],
    minutes: int,
) -> None:
    rules = calendar("Europe/Stockholm", {"tue": ["09:00-10:00"]} | weekly, holidays, extra)
    open_time = rules.between(at("2026-06-04 00:00"), at("2026-06-06 00:00"))
    assert open_time == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("zone", "day", "interval", "minutes"),
    [
        ("Europe/Stockholm", "2026-03-28", "22:00-06:00", 7 * 60),
        ("Europe/Stockholm", "2026-10-24", "22:00-06:00", 9 * 60),
        ("Europe/Stockholm", "2026-03-29", "02:15-02:45", 0),
        ("Europe/Stockholm", "2026-03-29", "02:30-05:00", 120),
        ("Europe/Stockholm", "2026-03-29", "01:00-02:30", 60),
        ("Europe/Stockholm", "2026-10-25", "02:30-02:45", 75),
        ("Europe/Stockholm", "2026-10-25", "01:00-02:00", 120),
        ("America/New_York", "2026-11-01", WHOLE_DAY, 25 * 60),
        ("Australia/Lord_Howe", "2026-10-04", WHOLE_DAY, 23 * 60 + 30),
        ("Africa/Cairo", "2026-04-24", "00:00-02:00", 60),
        ("America/Sao_Paulo", "2018-11-04", "00:30-02:00", 60),
        ("America/Sao_Paulo", "2018-02-17", "22:00-24:00", 180),
        ("America/St_Johns", "2010-11-05", "23:45-23:30", 24 * 60 + 45),
        ("Pacific/Apia", "2011-12-29", "22:00-06:00", 120),
        ("Pacific/Apia", "2011-12-30", "08:00-12:00", 0),
        ("Pacific/Apia", "2011-12-30", "22:00-06:00", 360),
        ("Asia/Kathmandu", "1986-01-01", "00:00-01:00", 45),
        ("America/New_York", "2026-12-31", "18:00-02:00", 8 * 60),
        ("Asia/Kathmandu", "2026-12-31", "22:00-07:00", 9 * 60),
    ],
)
def test_hours_follow_the_clock_on_the_wall(
    zone: str, day: str, interval: str, minutes: int
) -> None:
    rules = calendar(zone, {}, extra={day: [interval]})
    middle = at(day, "UTC")
    open_time = rules.between(middle - timedelta(days=3), middle + timedelta(days=3))
    assert open_time == timedelta(minutes=minutes)


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Stockholm", "Pacific/Kiritimati"])
@pytest.mark.parametrize(("holiday", "open_hours"), [("2027-01-01", 2), ("2026-12-31", 0)])
def test_a_holiday_cuts_the_last_night_of_the_year(
    zone: str, holiday: str, open_hours: int
) -> None:
    rules = calendar(zone, {"thu": ["22:00-06:00"]}, [holiday])
    open_time = rules.between(at("2026-12-30", zone), at("2027-01-03", zone))
    assert open_time == timedelta(hours=open_hours)


@pytest.mark.parametrize(("holidays", "open_hours"), [((), 3), (["2026-11-01"], 2)])
def test_a_holiday_begins_at_the_first_of_two_midnights(
    holidays: Sequence[str], open_hours: int
) -> None:
    rules = calendar("America/Havana", {"sat": ["22:00-24:00"]}, holidays)
    start = at("2026-10-31", "America/Havana")
    assert rules.between(start, start + timedelta(days=3)) == timedelta(hours=open_hours)


CHANGES = [
    ("Europe/Stockholm", "2026-03-29T01:00Z"),
    ("Europe/Stockholm", "2026-10-25T01:00Z"),
    ("America/New_York", "2026-03-08T07:00Z"),
    ("America/New_York", "2026-11-01T06:00Z"),
    ("Australia/Lord_Howe", "2026-04-04T15:00Z"),
    ("Australia/Lord_Howe", "2026-10-03T15:30Z"),
    ("Africa/Cairo", "2026-04-23T22:00Z"),
    ("Africa/Cairo", "2026-10-29T21:00Z"),
    ("America/Sao_Paulo", "2018-11-04T03:00Z"),
    ("America/Sao_Paulo", "2018-02-18T02:00Z"),
    ("America/Havana", "2026-11-01T05:00Z"),
    ("Atlantic/Azores", "2026-10-25T01:00Z"),
    ("Pacific/Apia", "2011-12-30T10:00Z"),
    ("Asia/Kathmandu", "1985-12-31T18:30Z"),
]
REACH = 2 * 3600  # seconds asked on either side of a change

minutes_of_day = st.integers(0, 95).map(lambda quarter: quarter * 15) | st.integers(0, 1439)
lengths = st.integers(1, 96).map(lambda quarters: quarters * 15) | st.integers(1, 1440)
hours = st.builds(lambda start, length: Hours(start, start + length), minutes_of_day, lengths)
days_hours = st.lists(hours, max_size=2).map(tuple)
seconds = st.integers(0, 2 * REACH)


@cache
def wall_clock(zone: str, change: str) -> tuple[list[datetime], list[datetime], list[datetime]]:
    """Of each second around a change: what the wall shows, the most it has, the least it will."""
    first = datetime.fromisoformat(change) - timedelta(seconds=REACH)
    moments = (first + timedelta(seconds=second) for second in range(2 * REACH + 2))
    shown = [moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for moment in moments]
    lowest = list(accumulate(reversed(shown), min))[::-1]
    return shown, list(accumulate(shown, max)), lowest


def open_seconds(
    rules: Calendar, holidays: Collection[date], zone: str, change: str
) -> Iterator[bool]:
    """Whether it is open, second by second: some hours have begun and not ended, nor are cut."""
    shown, highest, lowest = wall_clock(zone, change)
    dates = [shown[0].date() + timedelta(days=days) for days in range(-2, 4)]
    shifts = []
    for day in dates:
        weekly = () if day in holidays else rules.open.get(day.weekday(), ())
        midnight = datetime.combine(day, datetime.min.time())
        for each in rules.extra.get(day, weekly):
            start, end = (midnight + timedelta(minutes=edge) for edge in (each.start, each.end))
            shifts.append((day, start, end))
    for second in range(2 * REACH):
        today = shown[second].date()
        replaced = today in holidays or today in rules.extra
        yield any(
            highest[second] >= start
            and (lowest[second] < end or lowest[second + 1] <= end)
            and not (replaced and today != day)
            for day, start, end in shifts
        )


@pytest.mark.parametrize(("zone", "change"), CHANGES)
def test_the_clock_is_changed_there(zone: str, change: str) -> None:
    shown, _, _ = wall_clock(zone, change)
    assert shown[REACH] - shown[REACH - 1] != timedelta(seconds=1)


@pytest.mark.parametrize(("zone", "change"), CHANGES)
@settings(max_examples=12, deadline=None)
@given(st.data())
def test_business_time_is_what_a_count_of_seconds_gives(
    zone: str, change: str, data: st.DataObject
) -> None:
    first = datetime.fromisoformat(change) - timedelta(seconds=REACH)
    dates = st.sampled_from([first.date() + timedelta(days=days) for days in range(-1, 3)])
    weekly = dict.fromkeys(range(7), data.draw(st.lists(hours, min_size=1, max_size=2).map(tuple)))
    holidays = data.draw(st.frozensets(dates, max_size=2))
    extra = data.draw(st.dictionaries(dates, days_hours, max_size=2))
    rules = Calendar(ZoneInfo(zone), weekly, lambda _year: holidays, extra)
    start, end = sorted((data.draw(seconds), data.draw(seconds)))
    counted = sum(list(open_seconds(rules, holidays, zone, change))[start:end])
    open_time = rules.between(first + timedelta(seconds=start), first + timedelta(seconds=end))
    assert open_time == timedelta(seconds=counted)


calendars = st.sampled_from([DESK, NIGHT, ROUND_THE_CLOCK, ALWAYS])
moments = st.datetimes(datetime(2025, 1, 1), datetime(2027, 6, 1), timezones=st.just(UTC))  # noqa: DTZ001
spans = st.timedeltas(timedelta(0), timedelta(days=60))


@given(calendars, moments, spans, spans)
def test_business_time_adds_up(
    rules: Calendar, start: datetime, one: timedelta, two: timedelta
) -> None:
    middle, end = start + one, start + one + two
    parts = rules.between(start, middle) + rules.between(middle, end)
    assert rules.between(start, end) == parts


@given(calendars, moments, spans)
def test_the_spans_in_which_it_is_open_add_up_to_business_time(
    rules: Calendar, start: datetime, span: timedelta
) -> None:
    found = list(rules.open_spans(start, start + span))
    total = sum((closes - opens for opens, closes in found), timedelta(0))
    assert total == rules.between(start, start + span)
    assert all(one[1] < other[0] for one, other in pairwise(found))


@given(calendars, moments, spans.filter(bool))
def test_due_is_the_first_instant_at_which_the_promise_is_used_up(
    rules: Calendar, opened_at: datetime, within: timedelta
) -> None:
    due = rules.due(opened_at, within)
    assert rules.between(opened_at, due) == within
    assert rules.between(opened_at, due - MICROSECOND) < within


@given(calendars, moments)
def test_it_opens_after_closed_time_only(rules: Calendar, asked: datetime) -> None:
    opens_at = rules.opens_at(asked)
    assert rules.is_open(opens_at)
    assert rules.between(asked, opens_at) == timedelta(0)
    assert rules.is_open(asked) == (opens_at == asked)


@given(st.lists(hours, min_size=1, max_size=4), minutes_of_day, st.data())
def test_the_same_hours_in_other_pieces_make_no_other_calendar(
    whole: list[Hours], cut: int, data: st.DataObject
) -> None:
    pieces = [whole[0]]
    for each in whole:
        edges = (each.start, cut, each.end) if each.start < cut < each.end else astuple(each)
        pieces += map(Hours, edges, edges[1:])
    shuffled = data.draw(st.permutations(pieces))
    plain = Calendar(ZoneInfo("Asia/Tokyo"), {2: tuple(whole), 4: ()})
    again = Calendar(ZoneInfo("Asia/Tokyo"), {2: tuple(shuffled)})
    assert plain == again
    assert hash(plain) == hash(again)


def test_other_hours_make_another_calendar() -> None:
    one, other = (Calendar(ZoneInfo("UTC"), {0: (Hours(0, end),)}) for end in (60, 61))
    assert one != other


def test_decades_are_counted_to_the_day() -> None:
    rules = calendar("UTC", {"mon-fri": ["09:00-17:00"]})
    days = [date(1970, 1, 1) + timedelta(days=number) for number in range(365 * 60)]
    weekdays = sum(day.weekday() < 5 for day in days)
    end = at("1970-01-01", "UTC") + timedelta(days=len(days))
    assert rules.between(at("1970-01-01", "UTC"), end) == weekdays * timedelta(hours=8)
    assert rules.due(at("1970-01-01", "UTC"), weekdays * timedelta(hours=8)) <= end


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
@pytest.mark.parametrize("year", [1, 9999])
def test_the_ends_of_time_can_be_asked_about(zone: str, year: int) -> None:
    weekly = dict.fromkeys(range(7), (parse_hours("12:00-13:00"),))
    rules = Calendar(ZoneInfo(zone), weekly, lambda year: frozenset({date(year, 2, 10)}))
    start = datetime(year, 2, 1, tzinfo=UTC)
    assert rules.between(start, start + timedelta(days=28)) == timedelta(hours=27)


def test_threads_that_share_a_calendar_get_the_same_answer() -> None:
    rules = calendar("Europe/Stockholm", {"mon-fri": ["09:00-17:00"]})
    starts = [at(f"20{year}-01-01") for year in range(10, 20)] * 8
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda s: rules.between(s, s + timedelta(days=400)), starts))
    assert together[:10] * 8 == together
    fresh = calendar("Europe/Stockholm", {"mon-fri": ["09:00-17:00"]})
    assert together[:10] == [fresh.between(s, s + timedelta(days=400)) for s in starts[:10]]


@pytest.mark.parametrize("rules", [ALWAYS, calendar("Europe/Stockholm", {"mon-sun": [WHOLE_DAY]})])
def test_a_calendar_without_closed_time_counts_real_time(rules: Calendar) -> None:
    before, after = at("2026-03-29 01:00"), at("2026-03-29 04:00")
    assert rules.between(before, after) == timedelta(hours=2)
    assert rules.between(after, before) == timedelta(0)
    assert rules.due(before, timedelta(hours=2)) == after.astimezone(UTC)
    assert rules.is_open(before)
    assert rules.opens_at(before) == before.astimezone(UTC)


@pytest.mark.parametrize("weekly", [{}, {0: ()}])
def test_a_calendar_that_never_opens_is_refused(weekly: dict[int, tuple[Hours, ...]]) -> None:
    with pytest.raises(ValueError, match="never opens"):
        Calendar(ZoneInfo("UTC"), weekly, extra={date(2026, 1, 1): ()})


def test_a_day_that_no_week_has_is_refused() -> None:
    with pytest.raises(ValueError, match="days run from 0"):
        Calendar(ZoneInfo("UTC"), {7: (Hours(0, 60),)})


def every_day(year: int) -> frozenset[date]:
    return frozenset(date(year, 1, 1) + timedelta(days=number) for number in range(366))


def test_openings_that_are_all_holidays_are_not_sought_for_ever() -> None:
    rules = Calendar(ZoneInfo("UTC"), {0: (Hours(0, 60),)}, every_day)
    with pytest.raises(ValueError, match="never opens"):
        rules.due(at("2026-06-01"), timedelta(minutes=1))
    with pytest.raises(ValueError, match="never opens"):
        rules.opens_at(at("2026-06-01"))


def test_a_single_far_date_is_found_and_none_after_it() -> None:
    rules = calendar("UTC", {}, extra={"2056-05-01": ["10:00-12:00"]})
    assert rules.opens_at(at("2026-06-01", "UTC")) == at("2056-05-01 10:00", "UTC")
    with pytest.raises(ValueError, match="never opens"):
        rules.due(at("2026-06-01", "UTC"), timedelta(hours=3))


@pytest.mark.parametrize("rules", [DESK, ALWAYS])
def test_a_naive_instant_is_refused(rules: Calendar) -> None:
    naive = datetime(2026, 6, 1, 12)  # noqa: DTZ001
    with pytest.raises(ValueError, match="has no offset"):
        rules.between(naive, at("2026-06-01"))
    with pytest.raises(ValueError, match="has no offset"):
        rules.due(naive, timedelta(minutes=6))


@pytest.mark.parametrize(
    ("key", "days"),
    [
        ("mon", (0,)),
        ("sun", (6,)),
        ("mon-fri", (0, 1, 2, 3, 4)),
        ("fri-mon", (4, 5, 6, 0)),
        ("tue-mon", (1, 2, 3, 4, 5, 6, 0)),
        ("wed-wed", (2,)),
    ],
)
def test_days_are_named_alone_or_from_one_to_another(key: str, days: tuple[int, ...]) -> None:
    assert parse_days(key) == days


@pytest.mark.parametrize("key", ["", "monday", "mon-", "-mon", "mon-fri-sun", "mon, tue", "0"])
def test_other_names_of_days_are_told_how_to_write_them(key: str) -> None:
    with pytest.raises(ValueError, match="write mon, mon-fri or fri-mon"):
        parse_days(key)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("08:00-12:30", 480, 750),
        ("09:00-24:00", 540, 1440),
        ("09:00-00:00", 540, 1440),
        (WHOLE_DAY, 0, 1440),
        ("22:00-06:00", 1320, 1800),
    ],
)
def test_an_interval_may_run_into_the_next_morning(text: str, start: int, end: int) -> None:
    assert parse_hours(text) == Hours(start, end)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("8-12", "write 08:00-12:00"),
        ("8:00-12:00", "write 08:00-12:00"),
        ("24:00-06:00", "write 08:00-12:00"),
        ("08:00-24:30", "write 08:00-12:00"),
        ("08:60-12:00", "write 08:00-12:00"),
        ("08:00 - 12:00", "write 08:00-12:00"),
        ("08:00-12:00\n", "write 08:00-12:00"),
        ("08:00-08:00", "write 00:00-24:00"),
    ],
)
def test_another_interval_is_told_how_to_write_it(text: str, advice: str) -> None:
    with pytest.raises(ValueError, match=advice):
        parse_hours(text)


@pytest.mark.parametrize(("start", "end"), [(-1, 60), (1440, 1500), (60, 60), (60, 2881)])
def test_hours_that_mean_nothing_are_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="must start within its day"):
        Hours(start, end)
