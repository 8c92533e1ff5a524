"""`export`: what other programs take from this one."""

from __future__ import annotations

import typer

from monitor.cli.chronicling import openmetrics

app = typer.Typer()
export = typer.Typer(help="What other programs take from this one.", no_args_is_help=True)
app.add_typer(export, name="export")


@export.callback(epilog="Example: replywatch export rules --output /etc/prometheus/replywatch")
def _group() -> None:
    pass


export.command(epilog="Example: replywatch export openmetrics --since 28d --output history")(
    openmetrics
)
