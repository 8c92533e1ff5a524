"""`connectors` and `schema`: what there is to configure."""

from __future__ import annotations

import typer
from rich.table import Table

from monitor.cli.screen import show
from monitor.config import installed_connectors
from monitor.config import schema as schema_of_files
from monitor.report import plain

app = typer.Typer()
connectors = typer.Typer(invoke_without_command=True)
app.add_typer(connectors, name="connectors")


@connectors.callback(epilog="Example: replywatch connectors list")
def _group(context: typer.Context) -> None:
    """What can be watched."""
    if context.invoked_subcommand is None:
        list_them()


@connectors.command("list", epilog="Example: replywatch connectors list")
def list_them() -> None:
    """Every installed connector, with its own keys in the configuration."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("connector", "polls", "own keys (* must be given)"):
        table.add_column(column)
    for name, load in sorted(installed_connectors().items()):
        model = load()
        keys = (
            f"{key}{'*' if field.is_required() else ''}"
            for key, field in model.model_fields.items()
        )
        polls = "yes" if getattr(model, "polls", True) else "no"
        table.add_row(name, polls, " ".join(keys) or "none")
    show(table)


@app.command(epilog="Example: replywatch schema > replywatch.schema.json")
def schema() -> None:
    """The JSON Schema of a configuration file, for editors."""
    typer.echo(plain.document(schema_of_files()))
