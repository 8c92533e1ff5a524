"""What can be said of an account before it is watched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from monitor.app import system_clock
from monitor.cli.failing import Exit
from monitor.config import Account, Config
from monitor.domain.calendar import Calendar
from monitor.domain.duration import written
from monitor.domain.target import Target
from monitor.http import Sessions, Web
from monitor.ports.connector import Connector, FetchError

_DAYS_SHOWN = 3
_YEARS_SEARCHED = 2


@dataclass(frozen=True, slots=True)
class Tried:
    """How one request with an account's credential went."""

    exit: Exit
    sentence: str


def about(account: Account, config: Config, now: datetime) -> Iterator[str]:
    """Lines on how soon an account's promises are seen to break, and when it is closed."""
    yield f"{account.name} ({account.connector}, brand {account.brand})"
    slowest = timedelta(0)
    if account.polls:
        with _connector(account) as connector:
            slowest, settle = account.poll + connector.settle, connector.settle
        yield (
            f"  a mention is seen within {written(slowest)} at worst, polled every"
            f" {written(account.poll)}; what falls due is looked at {written(settle)} later"
        )
    else:
        yield "  posts come by import and by the API; they are judged as they come"
    for target in account.targets:
        yield f"  {target.name}: {_judgement(target, slowest)}"
    if not account.targets:
        yield "  no promise is made for it"
    for calendar in dict.fromkeys([account.calendar, *(one.calendar for one in account.targets)]):
        if days := closed_days(calendar, now):
            yield f"  {_called(calendar, config)} is closed next on {', '.join(map(str, days))}"


def tried(account: Account, now: datetime, sessions: Sessions) -> Tried:
    """Ask for the first page, and drop it."""
    if not account.polls:
        return Tried(Exit.WELL, "nothing to ask; posts come by import and by the API")
    try:
        with _connector(account, sessions) as connector:
            next(connector.fetch({}, now), None)
    except FetchError as error:
        found = Exit.NOT_WELL if error.reason.needs_a_person else Exit.UNKNOWN
        return Tried(found, f"{error.reason}: {error}")
    return Tried(Exit.WELL, "reads well")


def closed_days(calendar: Calendar, now: datetime) -> list[date]:
    """The next dates on which it is closed, though that day of the week is not."""
    today = now.astimezone(calendar.timezone).date()
    years = range(today.year, today.year + _YEARS_SEARCHED)
    holidays = {day for year in years for day in calendar.holidays(year)}
    closed = {day for day in holidays | {*calendar.extra} if not calendar.extra.get(day)}
    to_come = sorted(day for day in closed if day >= today and day.weekday() in calendar.open)
    return to_come[:_DAYS_SHOWN]


def _judgement(target: Target, slowest: timedelta) -> str:
    first = min([*target.warn_at, target.within])
    promise = f"{target.metric} within {written(target.within)}"
    if slowest >= target.within:
        return f"{promise}: TOO SLOW, a mention may be seen past its due; poll more often"
    if slowest >= first:
        return f"{promise}: the warning at {written(first)} may come late; poll more often"
    return f"{promise}: in time"


def _called(calendar: Calendar, config: Config) -> str:
    return next(name for name, each in config.calendars.items() if each is calendar)


@contextmanager
def _connector(account: Account, sessions: Sessions | None = None) -> Iterator[Connector]:
    web = Web(system_clock, sessions=sessions)
    try:
        yield account.build(web)
    finally:
        web.close()
