"""Calendars: hours, public holidays, dates of their own."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.config.calendars import ClosedDates
from monitor.domain.calendar import ALWAYS, Calendar
from tests.config.files import ACCOUNTS, Files

DESK = """
calendars:
  desk:
    timezone: Europe/Stockholm
    open: {mon-fri: ["08:00-12:00", "13:00-22:00"], wed: ["12:00-13:00"], sat: ["22:00-06:00"]}
    holidays: {country: SE, dates: ["2026-12-30"]}
    extra: {"2026-12-24": ["10:00-14:00"], "2026-12-29": []}
"""


def open_hours(calendar: Calendar, day: date) -> float:
    """From midnight to midnight in Stockholm, in winter."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=1)
    return calendar.between(midnight, midnight + timedelta(days=1)) / timedelta(hours=1)


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        pytest.param(date(2026, 12, 21), 13, id="a Monday"),
        pytest.param(date(2026, 12, 23), 14, id="a Wednesday, of two keys"),
        pytest.param(date(2026, 12, 19), 2, id="a Saturday"),
        pytest.param(date(2026, 12, 20), 6, id="the morning after"),
        pytest.param(date(2026, 12, 24), 4, id="a date of its own"),
        pytest.param(date(2026, 12, 25), 0, id="a public holiday"),
        pytest.param(date(2026, 12, 29), 0, id="a date without hours"),
        pytest.param(date(2026, 12, 30), 0, id="a holiday of its own"),
    ],
)
def test_a_calendar_opens_as_it_is_written(files: Files, day: date, hours: float) -> None:
    assert open_hours(files.with_account(DESK).calendars["desk"], day) == hours


def test_the_calendar_that_is_always_open_is_built_in(files: Files) -> None:
    assert files.with_account("").calendars["always"] is ALWAYS


def test_the_holidays_of_a_subdivision_are_its_own() -> None:
    epiphany = date(2026, 1, 6)

    assert epiphany in ClosedDates("DE", "BY")(2026)
    assert epiphany not in ClosedDates("DE")(2026)


def test_a_year_has_no_holidays_of_another() -> None:
    observed = date(2021, 12, 31)  # New Year's Day 2022 was a Saturday

    assert observed in ClosedDates("US")(2021)
    assert all(day.year == 2022 for day in ClosedDates("US")(2022))


def test_the_same_file_gives_equal_calendars(files: Files) -> None:
    assert files.with_account(DESK).calendars == files.with_account(DESK).calendars


@pytest.mark.parametrize(
    ("keys", "key", "message"),
    [
        ("open: {}", "", "never opens: give it hours on at least one day of the week"),
        ("open: {mon: []}", "", "never opens: give it hours on at least one day of the week"),
        ("open: {mo: []}", ".open.mo", '"mo" names no days; write mon, mon-fri or fri-mon'),
        ("open: {mon: [8-12]}", ".open.mon[0]", '"8-12" is not an interval; write 08:00-12:00 or'),
        ("open: {mon: [8]}", ".open.mon[0]", 'a number where there should be hours such as "08:00'),
        ("extra: {24-12-2026: []}", ".extra.24-12-2026", '"24-12-2026" is not a date such as 2026'),
    ],
)
def test_a_calendar_that_means_nothing_is_refused(
    files: Files, keys: str, key: str, message: str
) -> None:
    problem = files.problem(f"calendars: {{desk: {{timezone: UTC, {keys}}}}}" + ACCOUNTS)

    assert problem.key == f"calendars.desk{key}"
    assert problem.message.startswith(message)


@pytest.mark.parametrize(
    ("zone", "hint"),
    [("Stockholm", 'did you mean "Europe/Stockholm"?'), ("Xyz!", "write one such as Europe/")],
)
def test_an_unknown_zone_is_refused(files: Files, zone: str, hint: str) -> None:
    problem = files.problem(f"timezone: {zone}" + ACCOUNTS)

    assert problem.message.startswith(f'"{zone}" is not a time zone; {hint}')


@pytest.mark.parametrize(
    ("holidays", "message"),
    [
        ("{country: Sweden}", 'no holidays are known of the country "Sweden"; close: SE'),
        ("{country: se}", 'no holidays are known of the country "se"; close: SE, '),
        ("{country: '?'}", 'no holidays are known of the country "?"; close: none; write one such'),
        ("{country: DE, subdivision: BX}", 'no holidays are known of the subdivision "BX"; '),
        ("{subdivision: BY}", "is of no use without a country"),
    ],
)
def test_an_unknown_country_is_told_with_close_ones(
    files: Files, holidays: str, message: str
) -> None:
    sections = DESK.replace('{country: SE, dates: ["2026-12-30"]}', holidays)

    assert files.problem(sections + ACCOUNTS).message.startswith(message)


def test_the_name_of_the_built_in_calendar_is_taken(files: Files) -> None:
    problem = files.problem(DESK.replace("desk:", "always:") + ACCOUNTS)

    assert (problem.key, problem.line) == ("calendars.always", 3)
    assert problem.message == "is built in, and always open; choose another name"
