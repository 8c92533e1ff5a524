"""`report`: figures over a window, in the form that is asked for."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from importlib.resources import files
from typing import Annotated

import sqlalchemy as sa
import typer

from monitor.cli.failing import Exit, UsageError
from monitor.cli.moments import moment_or_none
from monitor.cli.opening import Reading, reading
from monitor.cli.options import Accounts, ConfigFile, Since, StoreUrl, Until
from monitor.cli.screen import show
from monitor.domain.target import Verdict
from monitor.report import plain
from monitor.report.as_csv import write_figures
from monitor.report.as_html import Links, document
from monitor.report.as_json import report_tree
from monitor.report.as_markdown import markdown
from monitor.report.as_text import Beside, account_text
from monitor.report.figures import Request, made
from monitor.report.numbers import AccountNumbers, Asked, Subject, account_numbers
from monitor.report.question_error import QuestionError
from monitor.report.replaying import length
from monitor.report.subjects import chosen
from monitor.report.trying import AS_IT_IS, WhatIf
from monitor.report.windows import Bounds, before
from monitor.store import history

app = typer.Typer()


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "md"
    HTML = "html"


class By(StrEnum):
    OPENING = "opening"
    DUE = "due"


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
    brand: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only the accounts of this brand.")
    ] = None,
    platform: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only the accounts on this platform.")
    ] = None,
    language: Annotated[
        list[str] | None,
        typer.Option(metavar="TAG", help="Only who wrote in it, as sv; may be repeated."),
    ] = None,
    target: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Only what this promise judges; may be repeated."),
    ] = None,
    form: Annotated[
        Format,
        typer.Option(
            "--format",
            help="text and json: by account. html (one file), md and csv: all accounts together,"
            " beside the window before, with curve, hours of the week and groups.",
        ),
    ] = Format.TEXT,
    what_if: Annotated[
        str | None,
        typer.Option(metavar="SPAN", help="In html, md and csv: try this promise, too."),
    ] = None,
    what_if_calendar: Annotated[
        str | None, typer.Option(metavar="NAME", help="Try it in the open time of this calendar.")
    ] = None,
    fail_on_breach: Annotated[
        bool, typer.Option("--fail-on-breach", help="Exit with 1 if a promise was broken.")
    ] = False,
) -> None:
    """How fast people were answered, the never answered included.

    All of history unless bounded, up to the instant to which each account was observed.
    """
    with reading(config, store) as here, here.store.read() as tx:
        asked = asked_for(here, since, until, by)
        asked = replace(asked, languages=tuple(language or ()), targets=tuple(target or ()))
        _require_known(tx, asked.targets)
        subjects = _chosen(here.subjects(tx, account), brand, platform)
        if form in (Format.TEXT, Format.JSON):
            is_broken = _by_account(tx, here, subjects, asked, form)
        else:
            wanted = _what_if(what_if, what_if_calendar)
            is_broken = _all_together(tx, here, subjects, asked, wanted, form)
    if fail_on_breach and is_broken:
        raise typer.Exit(Exit.NOT_WELL)


def asked_for(here: Reading, since: str | None, until: str | None, by: By = By.OPENING) -> Asked:
    """The window as it was typed. Raises UsageError."""
    start = moment_or_none(since, here.zone, here.now)
    end = moment_or_none(until, here.zone, here.now)
    if start and end and end <= start:
        raise UsageError("--until must lie after --since")
    return Asked(start, end, by_due=by is By.DUE)


def _by_account(
    tx: sa.Connection, here: Reading, subjects: Sequence[Subject], asked: Asked, form: Format
) -> bool:
    """Whether a promise was broken."""
    numbers = [account_numbers(tx, subject, asked, here.now) for subject in subjects]
    if form is Format.JSON:
        typer.echo(plain.document(report_tree(numbers, asked)))
    else:
        _show(tx, here, numbers)
    return any(one.is_breached for one in numbers)


def _show(tx: sa.Connection, here: Reading, numbers: Sequence[AccountNumbers]) -> None:
    worst = history.rows(tx, [late.wait for one in numbers for late in one.worst])
    for one in numbers:
        show(account_text(one, Beside(here.zone, worst)))
        typer.echo()


def _all_together(
    tx: sa.Connection,
    here: Reading,
    subjects: Sequence[Subject],
    asked: Asked,
    wanted: WhatIf,
    form: Format,
) -> bool:
    """Whether a promise was broken. Raises UsageError."""
    earlier = before(Bounds(asked.since, asked.until), here.zone, here.now)
    request = Request(asked, earlier, wanted)
    try:
        found = made(tx, subjects, request, here.zone, here.now, here.config)
    except QuestionError as error:
        raise UsageError(str(error)) from None
    match form:
        case Format.CSV:
            write_figures(found, sys.stdout)
        case Format.MARKDOWN:
            typer.echo(markdown(found, _links(here)), nl=False)
        case _:
            typer.echo(document(found, _style(), _links(here)), nl=False)
    return any(one.attained.of(Verdict.BREACHED) for one in found.promises)


def _links(here: Reading) -> Links:
    """To the daemon's pages, as far as it is known where they are."""
    if here.config is None:
        return Links(wait=lambda _: None)
    place = here.config.http.external_url.rstrip("/")
    return Links(wait=lambda number: f"{place}/waits/{number}")


def _style() -> str:
    """The one style sheet of all pages."""
    return (files("monitor.web") / "static" / "style.css").read_text(encoding="utf-8")


def _what_if(span: str | None, calendar: str | None) -> WhatIf:
    if span is None:
        return WhatIf(calendar=calendar) if calendar else AS_IT_IS
    try:
        return WhatIf(within=length(span), calendar=calendar)
    except ValueError as error:
        raise UsageError(f"--what-if: {error}") from None


def _require_known(tx: sa.Connection, names: Sequence[str]) -> None:
    there = [row.name for row in history.targets(tx).values()]
    for name in names:
        if name not in there:
            raise UsageError(f'there is no promise "{name}"; there are: {", ".join(there)}')


def _chosen(every: Sequence[Subject], brand: str | None, platform: str | None) -> list[Subject]:
    try:
        return chosen(every, brand, platform)
    except QuestionError as error:
        raise UsageError(str(error)) from None
