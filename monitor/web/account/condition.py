"""One sentence on an account: what is, what it means, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.cycle.desk import Watch
from monitor.store.accounts import AccountRow
from monitor.web.reasons import trouble
from monitor.web.wallboard.moment import Standing
from monitor.web.wording import lasted, many


class Kind(StrEnum):
    WELL = "well"
    FAILING = "failing"
    BLIND = "blind"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class Condition:
    """`what` is the title; `because`, `means` and `to_do` are sentences, empty where there is
    nothing to say."""

    kind: Kind
    what: str
    because: str
    code: str
    means: str
    to_do: str


def condition(
    watch: Watch, row: AccountRow, standing: Standing, unconfirmed: int, now: datetime
) -> Condition:
    why = trouble(row.reason) if row.reason else None
    because, code = (f"{why.words}", why.code) if why else ("", "")
    to_do = why.advice if why else ""
    if standing.clock_error:
        return _wrong_clock(standing)
    if standing.is_blind:
        return Condition(
            Kind.BLIND,
            _blind_for(standing, now),
            because or "The last poll was too long ago",
            code,
            _unknown(standing, unconfirmed),
            to_do or "Is the daemon running, and is it not overloaded? Look at its log.",
        )
    if why:
        means = "All is known up to now; the account is not blind yet."
        title = f"{_capital(many(row.failures, 'poll'))} failed in a row"
        return Condition(Kind.FAILING, title, because, code, means, to_do)
    if standing.read_until is None:
        means = "Nothing is known of it until posts are handed in by the API or imported."
        return Condition(Kind.UNREAD, "Nothing has been handed in yet", "", "", means, "")
    behind = lasted(now - standing.read_until)
    verb = "Reading" if watch.settings.polls else "Handed in"
    return Condition(
        Kind.WELL,
        f"{verb}, {behind} behind",
        "",
        "",
        "Everything up to then is known.",
        "Nothing.",
    )


def _wrong_clock(standing: Standing) -> Condition:
    error = standing.clock_error
    way = "ahead of" if error.days >= 0 else "behind"
    return Condition(
        Kind.BLIND,
        f"The clock of this machine is {lasted(error)} {way} the server’s",
        "The two clocks disagree",
        "",
        "What was promised in minutes cannot be judged. Nothing is called overdue meanwhile.",
        "Set the clock of this machine, for good with a time service.",
    )


def _blind_for(standing: Standing, now: datetime) -> str:
    if standing.read_until is None:
        return "Not read yet"
    return f"Blind for {lasted(now - standing.read_until)}"


def _unknown(standing: Standing, unconfirmed: int) -> str:
    start = (
        "New mentions and replies since then are not known."
        if standing.read_until
        else "Nothing is known of it."
    )
    if not unconfirmed:
        return start
    waits = many(unconfirmed, "wait is", "waits are")
    return (
        f"{start} {waits} past due and unconfirmed: they may have been answered, so nobody is "
        "told of a breach yet."
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
