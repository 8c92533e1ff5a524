"""`refold`: today's settings applied to the past."""

from __future__ import annotations

from collections import Counter

import typer

from monitor.cli.moments import moment_or_none
from monitor.cli.opening import writing
from monitor.cli.options import Accounts, ConfigFile, Since
from monitor.cycle.refolding import refold_account
from monitor.report.cleaning import shown
from monitor.report.wording import plural

app = typer.Typer()


@app.command(epilog="Example: replywatch refold --since 30d")
def refold(*, since: Since = None, account: Accounts = None, config: ConfigFile = None) -> None:
    """Apply today's settings to what is stored, and say what that changes.

    Agents everywhere; ignore rules, closing words and classes of reply where text is still kept.
    """
    with writing(config) as here:
        start = moment_or_none(since, here.config.timezone, here.now)
        for watch in here.chosen(account):
            _tell(watch.name, refold_account(here.store, watch, start, here.now))


def _tell(account: str, changes: Counter[tuple[str, str]]) -> None:
    if not changes:
        typer.echo(f"{shown(account)}: nothing changes")
    for (before, after), count in sorted(changes.items()):
        typer.echo(f"{shown(account)}: {plural(count, 'wait')} from {before} to {after}")
