"""`run` and `check`: the daemon, and its configuration."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from monitor.app import open_sessions, system_clock
from monitor.app import run as run_daemon
from monitor.cli.checking import Tried, about, tried
from monitor.cli.failing import Exit, complain
from monitor.cli.opening import config_path
from monitor.cli.options import ConfigFile
from monitor.cli.telling import told
from monitor.config import Config, load
from monitor.report.cleaning import shown
from monitor.report.wording import plural

app = typer.Typer()


@app.command(epilog="Example: replywatch run -c acme.yml")
def run(
    *,
    config: ConfigFile = None,
    once: Annotated[
        bool, typer.Option("--once", help="Poll every account once, judge, tell, and end.")
    ] = False,
) -> None:
    """Watch the accounts of a configuration until ended."""
    raise typer.Exit(run_daemon(config_path(config), once=once))


@app.command(epilog="Example: replywatch check -c acme.yml --online")
def check(
    *,
    config: ConfigFile = None,
    online: Annotated[
        bool, typer.Option("--online", help="Ask each platform once, with its credential.")
    ] = False,
) -> None:
    """Validate the configuration; say how late a broken promise may be noticed, and who
    is told of it."""
    loaded, now = load(config_path(config)), system_clock()
    accounts = plural(len(loaded.accounts), "account")
    typer.echo(f"{loaded.path.name} is well: {accounts}")
    for account in loaded.accounts:
        typer.echo()
        for line in about(account, loaded, now):
            typer.echo(shown(line))
    typer.echo()
    for line in told(loaded):
        typer.echo(shown(line))
    if online:
        _try_all(loaded, now)


def _try_all(config: Config, now: datetime) -> None:
    typer.echo()
    worst, sessions = Exit.WELL, open_sessions(config, system_clock)
    for account in config.accounts:
        answer: Tried = tried(account, now, sessions)
        typer.echo(shown(f"{account.name}: {answer.sentence}"))
        worst = answer.exit if worst is not Exit.NOT_WELL and answer.exit else worst
    if worst:
        complain("not every account could be read")
        raise typer.Exit(worst)
