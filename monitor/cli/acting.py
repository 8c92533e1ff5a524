"""`ack` and `dismiss`: what a person does about a wait."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.failing import NotWellError
from monitor.cli.opening import writing
from monitor.cli.options import By, ConfigFile, WaitNumber
from monitor.cycle.act import act
from monitor.cycle.desk import desk
from monitor.domain.wait import Deed, Dismissal
from monitor.report.cleaning import shown
from monitor.store import accounts, history
from monitor.store.waits import StoredWait

app = typer.Typer()


@app.command(epilog="Example: replywatch ack 17 --by Anna")
def ack(
    number: WaitNumber,
    *,
    release: Annotated[bool, typer.Option("--release", help="Give it back.")] = False,
    by: By = None,
    config: ConfigFile = None,
) -> None:
    """Take a wait on: reminders stop, the clock does not."""
    wait = _done(config, number, Deed.RELEASE if release else Deed.ACK, by)
    holder = wait.columns["acked_by"]
    typer.echo(_said(wait, f"{shown(holder)} has it" if holder else "nobody has it"))


@app.command(epilog='Example: replywatch dismiss 17 --reason spam --note "the same link again"')
def dismiss(
    number: WaitNumber,
    *,
    reason: Annotated[Dismissal, typer.Option(help="Why no reply is needed.")],
    note: Annotated[str | None, typer.Option(help="For those who ask later.")] = None,
    by: By = None,
    config: ConfigFile = None,
) -> None:
    """Judge that a wait needs no reply. Past its due, the breach stays."""
    wait = _done(config, number, Deed.DISMISS, by, reason, note)
    typer.echo(_said(wait, f"it is {wait.status}"))


def _done(
    config: Path | None,
    number: int,
    deed: Deed,
    by: str | None,
    reason: Dismissal | None = None,
    note: str | None = None,
) -> StoredWait:
    """The wait as it stands afterwards."""
    with writing(config) as here, here.store.write() as tx:
        try:
            (watch,) = here.chosen([history.account_of(tx, number)])
            return act(
                tx,
                desk(watch, accounts.held(tx, watch.name)),
                number,
                deed,
                by=by or getpass.getuser(),
                now=here.now,
                reason=reason,
                note=note,
            )
        except (KeyError, IndexError):  # a defect, not an id that nobody knows
            raise
        except LookupError as error:
            raise NotWellError(str(error.args[0])) from None


def _said(wait: StoredWait, what: str) -> str:
    customer = shown(wait.columns["customer_handle"])
    return f"wait {wait.number} of {customer}: {what}"
