"""`db`: the database itself."""

from __future__ import annotations

import typer

from monitor.app import open_own_store, system_clock
from monitor.cli.opening import config_path
from monitor.cli.options import ConfigFile
from monitor.config import load

app = typer.Typer()
db = typer.Typer(help="The database itself.", no_args_is_help=True)
app.add_typer(db, name="db")


@db.callback(epilog="Example: replywatch db upgrade -c acme.yml")
def _group() -> None:
    pass


@db.command(epilog="Example: replywatch db upgrade -c acme.yml")
def upgrade(config: ConfigFile = None) -> None:
    """Bring the database to this version. SQLite is copied first."""
    store = open_own_store(load(config_path(config)), system_clock)
    store.close()
    typer.echo("the database is of this version")
