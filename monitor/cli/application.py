"""All commands by name. The file of a command is imported when the command is named."""

from __future__ import annotations

from importlib import import_module
from typing import Annotated, Any

import typer
from typer.main import get_group

from monitor import __version__
from monitor.cli.failing import CarefulGroup

COMMANDS = {
    "run": "watching",
    "check": "watching",
    "import": "importing",
    "report": "reporting",
    "replay": "counting",
    "waits": "listing",
    "explain": "explaining",
    "ack": "acting",
    "dismiss": "acting",
    "silence": "silencing",
    "notify": "notifying",
    "refold": "refolding",
    "connectors": "installed",
    "schema": "installed",
    "sandbox": "simulating",
    "db": "database",
}
"""Each command, with the file that holds it."""


class _Commands(CarefulGroup):
    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002  as Typer calls it
        return [*COMMANDS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        group = get_group(import_module(f"monitor.cli.{COMMANDS[cmd_name]}").app)
        return group.get_command(ctx, cmd_name)


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: replywatch run -c acme.yml",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"replywatch {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Tell the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Watches how fast a brand answers the people who speak to it in public."""
