"""`explain`: why something counts as it does."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import typer

from monitor.cli.failing import NotWellError, UsageError
from monitor.cli.opening import Reading, reading
from monitor.cli.options import ConfigFile
from monitor.config import Account
from monitor.domain.trace import Step
from monitor.report.cleaning import shown
from monitor.report.explaining import Explained, explained_post, explained_wait
from monitor.store import history

app = typer.Typer()

_DIGITS = 100
"""What is longer is no number that anybody means, and Python would not read it."""


@app.command(epilog="Example: replywatch explain 17, or: replywatch explain acme-bluesky POST_ID")
def explain(
    what: Annotated[
        list[str],
        typer.Argument(
            metavar="ID",
            help="A wait's number, a post's URL, or ACCOUNT POST_ID.",
        ),
    ],
    config: ConfigFile = None,
) -> None:
    """Why a post did or did not open a wait, what closed it, and each promise's verdict.

    Needs the configuration, which says who speaks for an account.
    """
    with reading(config, None) as here, here.store.read() as tx:
        try:
            stories = _stories(tx, here, what)
        except (KeyError, IndexError):  # a defect, not an id that nobody knows
            raise
        except LookupError as error:
            raise NotWellError(str(error.args[0])) from None
    for story in stories:
        _tell(story, here.zone)


def _stories(tx: sa.Connection, here: Reading, what: list[str]) -> list[Explained]:
    match what:
        case [number] if number.isdecimal() and len(number) < _DIGITS:
            account = _settings(here, history.account_of(tx, int(number)))
            return [explained_wait(tx, account, int(number), here.now)]
        case [url] if "://" in url:
            found = history.posts_at(tx, url)
            if not found:
                raise NotWellError(f"no post at {url} is stored")
            return [
                explained_post(tx, _settings(here, name), post, here.now) for name, post in found
            ]
        case [name, post]:
            return [explained_post(tx, _settings(here, name), post, here.now)]
    raise UsageError("write a wait's number, a post's URL, or ACCOUNT POST_ID")


def _settings(here: Reading, name: str) -> Account:
    known = {one.name: one for one in here.config.accounts} if here.config else {}
    if name not in known:
        there = ", ".join(known)
        raise NotWellError(f'the configuration has no account "{name}"; there are: {there}')
    return known[name]


def _tell(story: Explained, zone: ZoneInfo) -> None:
    typer.echo(shown(story.title))
    for step in story.steps:
        typer.echo(_line(step, zone))


def _line(step: Step, zone: ZoneInfo) -> str:
    return f"  {_clock(step.at, zone)}  {shown(step.sentence)} (rule {step.rule})"


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
