"""`replay`: the same window under another promise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated

import typer

from monitor.cli.failing import UsageError
from monitor.cli.opening import Reading, reading
from monitor.cli.options import Accounts, ConfigFile, Since, StoreUrl, Until
from monitor.cli.reporting import asked_for
from monitor.cli.screen import show
from monitor.domain.target import Metric, Target
from monitor.report import plain
from monitor.report.as_text import promises_table
from monitor.report.cleaning import shown
from monitor.report.numbers import Attained, Subject, account_numbers
from monitor.report.question_error import QuestionError
from monitor.report.replay import replayed
from monitor.report.replaying import promise, replay_tree

app = typer.Typer()


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"


FormatOption = Annotated[Format, typer.Option("--format", help="For people, or for programs.")]


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
        asked = asked_for(here, since, until)
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


def _promise(
    here: Reading, subject: Subject, target: str, metric: Metric, calendar: str | None
) -> Target:
    try:
        return promise(here.config, subject.name, target, metric, calendar)
    except QuestionError as error:
        raise UsageError(str(error)) from None


def _show_replay(found: Mapping[str, Iterable[Attained]]) -> None:
    for name, attained in found.items():
        show(promises_table(attained, label=shown(name)))
        typer.echo()
