"""The report, the promises, and what other promises would have given."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from monitor.domain.post import Surface
from monitor.domain.target import Metric, Target
from monitor.report import plain
from monitor.report.as_json import report_tree
from monitor.report.numbers import Asked, account_numbers
from monitor.report.question_error import QuestionError
from monitor.report.replay import replayed
from monitor.report.replaying import promise, replay_tree
from monitor.web.api.calling import reads
from monitor.web.api.endpoint import Answer, Endpoint, Here, Nothing
from monitor.web.api.queries import AccountNames, Bounded, Word, chosen
from monitor.web.api.shapes import Seconds
from monitor.web.problem import RefusedError

Share = Annotated[float | None, Field(ge=0, le=1, description="Null where there is nothing.")]
Percentile = Annotated[Seconds | None, Field(description="Null: not reached, or there is none.")]


class By(StrEnum):
    OPENING = "opening"
    DUE = "due"


class ReportAsked(Bounded):
    account: AccountNames = ()
    by: Annotated[By, Field(description="Promises count waits opened then, or due then.")] = (
        By.OPENING
    )


class ReplayAsked(Bounded):
    account: AccountNames = ()
    target: Annotated[Word, Field(description="The promise to try.", examples=["15m"])]
    metric: Annotated[Metric, Field(description="Which waits it judges.")] = Metric.FIRST_REPLY
    calendar: Annotated[
        Word | None, Field(description="In whose open time; the account's own unless given.")
    ] = None


class Attained(Answer):
    """How often a promise was kept."""

    target: str
    within_seconds: Seconds
    objective: float
    met: int
    breached: int
    pending: int
    unconfirmed: int
    attainment: Share


class ReplyTimes(Answer):
    km_p50_seconds: Percentile
    km_p90_seconds: Percentile
    naive_p50_seconds: Percentile
    naive_p90_seconds: Percentile
    n: int
    answered: int


class AccountReport(Answer):
    account: str
    brand: str
    platform: str | None
    mentions: int
    opened: int
    answered: int
    open: int
    excluded: Annotated[dict[str, int], Field(description="Waits by the reason.")]
    nudges: int
    reply_rate: Share
    first_reply: ReplyTimes
    next_reply: ReplyTimes
    targets: list[Attained]
    oldest_open_at: datetime | None
    coverage: Share


class Report(Answer):
    definition_version: int
    since: datetime | None
    until: datetime | None
    accounts: list[AccountReport]


class Replayed(Answer):
    account: str
    targets: Annotated[
        list[Attained], Field(description="Those in force, and at last the one that was tried.")
    ]


class Replay(Answer):
    accounts: list[Replayed]


class Promise(Answer):
    target: str
    metric: Metric
    within_seconds: Seconds
    objective: float
    warn_at_seconds: Annotated[
        list[Seconds], Field(description="After so long it is told that time runs out.")
    ]
    languages: Annotated[list[str], Field(description="Of these only; empty: of all.")]
    surfaces: list[Surface]
    min_followers: int
    accounts: Annotated[list[str], Field(description="Which are held to it.")]


class Promises(Answer):
    targets: list[Promise]


def report(here: Here, asked: ReportAsked) -> dict[str, Any]:
    window = asked.window(here)
    bounds = Asked(window.since, window.until, by_due=asked.by is By.DUE)
    with here.deck.store.read() as tx:
        subjects = chosen(tx, here, asked.account)
        numbers = [account_numbers(tx, subject, bounds, here.now) for subject in subjects]
    return report_tree(numbers, bounds)


def replay(here: Here, asked: ReplayAsked) -> dict[str, Any]:
    window = asked.window(here)
    bounds = Asked(window.since, window.until)
    found = {}
    with here.deck.store.read() as tx:
        for subject in chosen(tx, here, asked.account):
            tried = _tried(here, subject.name, asked)
            in_force = account_numbers(tx, subject, bounds, here.now).targets
            found[subject.name] = [
                *(one for one in in_force if one.metric is asked.metric),
                replayed(tx, subject.name, bounds, tried, here.now),
            ]
    return replay_tree(found)


def _tried(here: Here, account: str, asked: ReplayAsked) -> Target:
    config = here.deck.config
    try:
        return promise(config, account, asked.target, asked.metric, asked.calendar)
    except QuestionError as error:
        raise RefusedError(422, str(error)) from None


def promises(here: Here, _asked: Nothing) -> dict[str, Any]:
    return {"targets": [_promise(here, one) for one in here.deck.config.targets.values()]}


def _promise(here: Here, target: Target) -> dict[str, Any]:
    held = [
        account.name
        for account in here.deck.config.accounts
        if any(one.name == target.name for one in account.targets)
    ]
    return {
        "target": target.name,
        "metric": target.metric,
        "within_seconds": plain.seconds(target.within),
        "objective": float(target.objective),
        "warn_at_seconds": [plain.seconds(step) for step in target.warn_at],
        "languages": list(target.filter.languages),
        "surfaces": list(target.filter.surfaces),
        "min_followers": target.filter.min_followers,
        "accounts": held,
    }


ENDPOINTS: list[Endpoint] = [
    reads("/report", "How fast people were answered.", ReportAsked, Report, report, is_heavy=True),
    reads("/targets", "Every promise that is configured.", Nothing, Promises, promises),
    reads(
        "/replay",
        "What another promise would have given.",
        ReplayAsked,
        Replay,
        replay,
        is_heavy=True,
    ),
]
