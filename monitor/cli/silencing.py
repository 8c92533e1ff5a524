"""`silence`: about what nobody is to be told for a while."""

from __future__ import annotations

import getpass
from collections.abc import Iterable, Mapping
from typing import Annotated

import typer
from rich.table import Table

from monitor.cli.failing import NotWellError, UsageError
from monitor.cli.opening import reading, writing
from monitor.cli.options import By, ConfigFile, StoreUrl
from monitor.cli.screen import show
from monitor.config import Config
from monitor.config.problems import did_you_mean, quoted
from monitor.cycle import silencing
from monitor.domain import duration
from monitor.report.cleaning import shown
from monitor.report.wording import on_the_clock
from monitor.store.silences import Matchers

app = typer.Typer()
silence = typer.Typer(help="About what nobody is to be told for a while.", no_args_is_help=True)
app.add_typer(silence, name="silence")


@silence.callback(
    epilog="Example: replywatch silence add account=acme-bluesky --for 2h --reason 'known outage'"
)
def _group() -> None:
    pass


@silence.command(epilog="Example: replywatch silence add brand=acme --for 2h --reason 'a drill'")
def add(
    matchers: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[KEY=NAME ..]",
            help="brand, platform, account, target: all keys must fit. Everything unless given.",
        ),
    ] = None,
    *,
    lasts: Annotated[str, typer.Option("--for", metavar="SPAN", help="How long: 30m, 2h, 1d.")],
    reason: Annotated[str, typer.Option(help="For those who ask later.")],
    by: By = None,
    config: ConfigFile = None,
) -> None:
    """Tell nobody until then. What still stands afterwards is told then."""
    with writing(config) as here:
        wanted = _matchers(matchers or (), here.config)
        try:
            until = here.now + duration.parse(lasts)
            with here.store.write() as tx:
                who = by or getpass.getuser()
                made = silencing.add(tx, wanted, until, reason, who, here.now)
        except (ValueError, OverflowError) as error:
            raise UsageError(str(error)) from None
        ends = on_the_clock(until, here.config.timezone)
    typer.echo(f"silence {made.number}: {shown(written(wanted))} until {ends}")


@silence.command("list", epilog="Example: replywatch silence list")
def list_them(*, config: ConfigFile = None, store: StoreUrl = None) -> None:
    """Those in force, the one that ends first at the top."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("silence", "about", "until", "by", "reason"):
        table.add_column(column)
    with reading(config, store) as here, here.store.read() as tx:
        found = silencing.listed(tx, here.now)
        for one in found:
            cells = (written(one.matchers), on_the_clock(one.until, here.zone), one.by, one.reason)
            table.add_row(str(one.number), *map(shown, cells))
    if found:
        show(table)
    else:
        typer.echo("nothing is silenced")


@silence.command(epilog="Example: replywatch silence expire 3")
def expire(
    number: Annotated[int, typer.Argument(metavar="N", help="A silence's number.")],
    *,
    by: By = None,
    config: ConfigFile = None,
) -> None:
    """End it now."""
    with writing(config) as here, here.store.write() as tx:
        try:
            ended = silencing.expire(tx, number, by or getpass.getuser(), here.now)
        except LookupError as error:
            raise NotWellError(str(error)) from None
    typer.echo(f"silence {number}: {shown(written(ended.matchers))} is told of again")


def written(matchers: Matchers) -> str:
    """`brand=acme target=six`, or that it is about everything."""
    pairs = (f"{key}={name}" for key, names in matchers.items() for name in names)
    return " ".join(pairs) or "everything"


def _matchers(words: Iterable[str], config: Config) -> dict[str, list[str]]:
    """Raises UsageError for what the configuration does not know."""
    known = _known(config)
    found: dict[str, list[str]] = {}
    for word in words:
        key, is_pair, name = word.partition("=")
        if not is_pair or key not in known:
            raise UsageError(f"{quoted(word)} matches nothing; write one of {', '.join(known)}=..")
        if name not in known[key]:
            hint = did_you_mean(name, known[key])
            raise UsageError(f"there is no {key} {quoted(name)}; {hint}")
        found.setdefault(key, []).append(name)
    return found


def _known(config: Config) -> Mapping[str, set[str]]:
    return {
        "brand": {account.brand for account in config.accounts},
        "platform": {account.platform for account in config.accounts},
        "account": {account.name for account in config.accounts},
        "target": {target.name for account in config.accounts for target in account.targets},
    }
