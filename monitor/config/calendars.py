"""The section `calendars`: opening hours and public holidays (rule 6 of the clock)."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date
from functools import cache
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, available_timezones

from holidays import country_holidays, list_supported_countries
from holidays.registry import COUNTRIES
from pydantic import AfterValidator, Field, PlainValidator, field_validator, model_validator
from pydantic_core.core_schema import ValidationInfo

from monitor.config.fields import Label, Many, Section, text_of, written_as
from monitor.config.problems import did_you_mean, quoted
from monitor.domain.calendar import Calendar, Hours, parse_days, parse_hours

ALWAYS_OPEN = "always"
"""The name of the calendar that is built in."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def zone(value: Any) -> ZoneInfo:
    name = text_of(value, "a time zone such as Europe/Stockholm")
    known = available_timezones()
    if name not in known:
        hint = did_you_mean(name, known, otherwise="write one such as Europe/Stockholm or UTC")
        raise ValueError(f"{quoted(name)} is not a time zone; {hint}")
    return ZoneInfo(name)


def _date(value: Any) -> date:
    text = text_of(value, "a date such as 2026-12-24")
    try:
        return date.fromisoformat(text if _DATE.fullmatch(text) else "")
    except ValueError:
        raise ValueError(f"{quoted(text)} is not a date such as 2026-12-24") from None


def _hours(value: Any) -> Hours:
    return parse_hours(text_of(value, 'hours such as "08:00-12:00"'))


def _days(key: str) -> str:
    parse_days(key)
    return key


def _not_built_in(name: str) -> str:
    if name == ALWAYS_OPEN:
        raise ValueError("is built in, and always open; choose another name")
    return name


def _country(code: str) -> str:
    known = list_supported_countries()
    if code not in known:
        close = ", ".join(_close_countries(code)) or "none; write one such as SE or JP"
        raise ValueError(f"no holidays are known of the country {quoted(code)}; close: {close}")
    return code


def _close_countries(text: str) -> list[str]:
    """Codes like a mistaken one, or those of countries whose English names are like it."""
    by_name = {name: codes[1] for name, codes in COUNTRIES.items()}
    names = difflib.get_close_matches(text.lower().replace(" ", "_"), by_name, cutoff=0.8)
    codes = list_supported_countries(include_aliases=False)
    return [by_name[name] for name in names] or difflib.get_close_matches(
        text.upper(), codes, n=6, cutoff=0.5
    )


Zone = Annotated[ZoneInfo, PlainValidator(zone), written_as(examples=["Europe/Stockholm"])]
Day = Annotated[date, PlainValidator(_date), written_as(format="date")]
OpenHours = Annotated[Hours, PlainValidator(_hours), written_as(examples=["08:00-12:00"])]
OpenDays = Annotated[str, AfterValidator(_days)]
Country = Annotated[str, AfterValidator(_country)]
NewCalendarName = Annotated[Label, AfterValidator(_not_built_in)]


@cache
def _public(country: str, subdivision: str | None, year: int) -> frozenset[date]:
    around = range(max(year - 1, MINYEAR), min(year + 1, MAXYEAR) + 1)
    days = country_holidays(country, subdiv=subdivision, years=around, expand=False)
    return frozenset(day for day in days if day.year == year)


@dataclass(frozen=True, slots=True)
class ClosedDates:
    """The holidays of a year: those of a country or its subdivision, and single `dates`."""

    country: str | None = None
    subdivision: str | None = None
    dates: frozenset[date] = frozenset()

    def __call__(self, year: int) -> frozenset[date]:
        own = frozenset(day for day in self.dates if day.year == year)
        return own | _public(self.country, self.subdivision, year) if self.country else own


class HolidaysSection(Section):
    country: Country | None = None
    """Of whose public holidays it is closed, as in ISO 3166-1: SE, JP."""
    subdivision: str | None = None
    """The state or region, as in ISO 3166-2 without the country: BY."""
    dates: Many[Day] = ()
    """Further closed dates."""

    @field_validator("subdivision")
    @classmethod
    def _is_in_the_country(cls, code: str | None, info: ValidationInfo) -> str | None:
        if code is None or "country" not in info.data:
            return code
        if info.data["country"] is None:
            raise ValueError("is of no use without a country")
        known = list_supported_countries()[info.data["country"]]
        if code not in known:
            hint = did_you_mean(code, known)
            raise ValueError(f"no holidays are known of the subdivision {quoted(code)}; {hint}")
        return code


class CalendarSection(Section):
    timezone: Zone
    """The clock on the wall that the hours go by."""
    open: dict[OpenDays, Many[OpenHours]] = Field(default_factory=dict)
    """Hours by days: `mon`, `mon-fri`; several keys add up."""
    holidays: HolidaysSection = Field(default_factory=HolidaysSection)
    """When it is closed all day."""
    extra: dict[Day, Many[OpenHours]] = Field(default_factory=dict)
    """Dates with their own hours, holiday or not; none to be closed."""

    @model_validator(mode="after")
    def _opens_at_some_time(self) -> Self:
        self.built()
        return self

    def built(self) -> Calendar:
        """The calendar. Raises ValueError if it never opens."""
        week: dict[int, tuple[Hours, ...]] = {}
        for key, hours in self.open.items():
            for day in parse_days(key):
                week[day] = (*week.get(day, ()), *hours)
        closed = ClosedDates(
            self.holidays.country, self.holidays.subdivision, frozenset(self.holidays.dates)
        )
        return Calendar(self.timezone, week, closed, self.extra)
