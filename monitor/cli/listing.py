"""`waits`: one wait a line."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.table import Table

from monitor.cli.failing import UsageError
from monitor.cli.opening import Reading, reading
from monitor.cli.options import Accounts, ConfigFile, StoreUrl
from monitor.cli.screen import show
from monitor.domain.wait import Status
from monitor.report import plain
from monitor.report.cleaning import shown
from monitor.report.listing import listing, write_csv
from monitor.report.wording import counted, on_the_clock, spell
from monitor.store import accounts

app = typer.Typer()


class Format(StrEnum):
    TABLE = "table"
    JSONL = "jsonl"
    CSV = "csv"


@app.command(epilog="Example: replywatch waits --open --format jsonl")
def waits(
    *,
    config: ConfigFile = None,
    store: StoreUrl = None,
    only_open: Annotated[bool, typer.Option("--open", help="Only those who still wait.")] = False,
    every: Annotated[
        bool, typer.Option("--all", help="Also those that were merged or withdrawn.")
    ] = False,
    account: Accounts = None,
    form: Annotated[
        Format, typer.Option("--format", help="For people, or for programs.")
    ] = Format.TABLE,
) -> None:
    """One wait a line, with its verdicts as they stand now."""
    statuses = _statuses(only_open=only_open, every=every)
    with reading(config, store) as here, here.store.read() as tx:
        ids = [accounts.one(tx, subject.name).id for subject in here.subjects(tx, account)]
        found = listing(tx, ids, statuses, here.now)
        match form:
            case Format.JSONL:
                for one in found:
                    typer.echo(plain.line(one))
            case Format.CSV:
                write_csv(found, sys.stdout)
            case Format.TABLE:
                show(_table(found, here))


def _statuses(*, only_open: bool, every: bool) -> list[Status]:
    if only_open and every:
        raise UsageError("give --open or --all, not both")
    if only_open:
        return [Status.OPEN]
    return [status for status in Status if every or not status.is_gone]


def _table(found: Iterable[Mapping[str, Any]], here: Reading) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("wait", justify="right")
    for name in ("account", "customer", "kind", "status", "opened"):
        table.add_column(name)
    for name in ("waited", "nudges"):
        table.add_column(name, justify="right")
    table.add_column("promises")
    for one in found:
        table.add_row(*_cells(one, here))
    return table


def _cells(one: Mapping[str, Any], here: Reading) -> list[str]:
    opened = datetime.fromisoformat(one["opened_at"])
    verdicts = ", ".join(f"{each['target']} {each['verdict']}" for each in one["verdicts"])
    return [
        str(one["id"]),
        shown(one["account"]),
        shown(one["customer_handle"]),
        one["kind"].replace("_", "-"),
        one["status"],
        on_the_clock(opened, here.zone),
        spell(_waited(one, opened, here.now)),
        counted(one["nudges"]),
        shown(verdicts),
    ]


def _waited(one: Mapping[str, Any], opened: datetime, now: datetime) -> timedelta:
    end = one["answered_at"] or one["ended_at"]
    return (datetime.fromisoformat(end) if end else now) - opened
