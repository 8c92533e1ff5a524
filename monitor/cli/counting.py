"""`report` and `replay`: figures over a window."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated

import sqlalchemy as sa
import typer

from monitor.cli.failing import Exit, UsageError
from monitor.cli.moments import moment_or_none
from monitor.cli.opening import Reading, reading
from monitor.cli.options import Accounts, ConfigFile, Since, StoreUrl, Until
from monitor.cli.screen import show
from monitor.domain.target import Metric, Target
from monitor.report import plain
from monitor.report.as_json import report_tree
from monitor.report.as_text import Beside, account_text, promises_table
from monitor.report.cleaning import shown
from monitor.report.numbers import AccountNumbers, Asked, Attained, Subject, account_numbers
from monitor.report.replay import replayed
from monitor.report.replaying import promise, replay_tree
from monitor.store import history

app = typer.Typer()


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"


class By(StrEnum):
    OPENING = "opening"
    DUE = "due"


FormatOption = Annotated[Format, typer.Option("--format", help="For people, or for programs.")]


@app.command(epilog="Example: replywatch report --since 7d --account acme-bluesky")
def report(
    *,
    config: ConfigFile = None,
    store: StoreUrl = None,
    since: Since = None,
    until: Until = None,
    by: Annotated[
        By, typer.Option(help="Promises count the waits that were opened then, or due then.")
    ] = By.OPENING,
    account: Accounts = None,
    form: FormatOption = Format.TEXT,
    fail_on_breach: Annotated[
        bool, typer.Option("--fail-on-breach", help="Exit with 1 if a promise was broken.")
    ] = False,
) -> None:
    """How fast people were answered, the never answered included.

    All of history unless bounded, up to the instant to which each account was observed.
    """
    with reading(config, store) as here, here.store.read() as tx:
        asked = _asked(here, since, until, by)
        numbers = [
            account_numbers(tx, subject, asked, here.now) for subject in here.subjects(tx, account)
        ]
        if form is Format.JSON:
            typer.echo(plain.document(report_tree(numbers, asked)))
        else:
            _show(tx, here, numbers)
    if fail_on_breach and any(one.is_breached for one in numbers):
        raise typer.Exit(Exit.NOT_WELL)


@app.command(epilog="Example: replywatch replay --target 15m --since 2026-03-01")
def replay(
    *,
    target: Annotated[str, typer.Option(metavar="SPAN", help="The promise to try, such as 15m.")],
    config: ConfigFile = None,
    store: StoreUrl = None,
    calendar: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="In whose open time; the account's own unless given."),
    ] = None,
    metric: Annotated[Metric, typer.Option(help="Which waits it judges.")] = Metric.FIRST_REPLY,
    since: Since = None,
    until: Until = None,
    account: Accounts = None,
    form: FormatOption = Format.TEXT,
) -> None:
    """What another promise would have given, beside those in force. Changes nothing."""
    with reading(config, store) as here, here.store.read() as tx:
        asked = _asked(here, since, until, By.OPENING)
        found: dict[str, list[Attained]] = {}
        for subject in here.subjects(tx, account):
            promise = _promise(here, subject, target, metric, calendar)
            in_force = account_numbers(tx, subject, asked, here.now).targets
            tried = replayed(tx, subject.name, asked, promise, here.now)
            found[subject.name] = [*(one for one in in_force if one.metric is metric), tried]
    if form is Format.JSON:
        typer.echo(plain.document(replay_tree(found)))
    else:
        _show_replay(found)


def _asked(here: Reading, since: str | None, until: str | None, by: By) -> Asked:
    start = moment_or_none(since, here.zone, here.now)
    end = moment_or_none(until, here.zone, here.now)
    if start and end and end <= start:
        raise UsageError("--until must lie after --since")
    return Asked(start, end, by_due=by is By.DUE)


def _show(tx: sa.Connection, here: Reading, numbers: Sequence[AccountNumbers]) -> None:
    worst = history.rows(tx, [late.wait for one in numbers for late in one.worst])
    for one in numbers:
        show(account_text(one, Beside(here.zone, worst)))
        typer.echo()


def _promise(
    here: Reading, subject: Subject, target: str, metric: Metric, calendar: str | None
) -> Target:
    try:
        return promise(here.config, subject.name, target, metric, calendar)
    except ValueError as error:
        raise UsageError(str(error)) from None


def _show_replay(found: Mapping[str, Iterable[Attained]]) -> None:
    for name, attained in found.items():
        show(promises_table(attained, label=shown(name)))
        typer.echo()
