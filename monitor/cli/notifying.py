"""`notify`: whether somebody would hear."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

import typer

from monitor import wiring
from monitor.app import system_clock
from monitor.cli.failing import Exit, UsageError, complain
from monitor.cli.opening import config_path
from monitor.cli.options import ConfigFile
from monitor.config import Config, load
from monitor.config.problems import did_you_mean, quoted
from monitor.cycle.notify import Place
from monitor.ports.connector import FetchError
from monitor.ports.notifier import AlertKind, Item, Notice, StandingNotifier
from monitor.report.cleaning import shown
from monitor.store import messages

app = typer.Typer()
notify = typer.Typer(help="Whether somebody would hear.", no_args_is_help=True)
app.add_typer(notify, name="notify")


@notify.callback(epilog="Example: replywatch notify test care-room")
def _group() -> None:
    pass


@notify.command("test", epilog="Example: replywatch notify test care-room -c acme.yml")
def try_one(
    name: Annotated[str, typer.Argument(metavar="NOTIFIER", help="Its name.", show_default=False)],
    *,
    config: ConfigFile = None,
) -> None:
    """Send one notice that says that it is a test."""
    loaded = load(config_path(config))
    if name not in loaded.notifiers:
        hint = did_you_mean(name, loaded.notifiers)
        raise UsageError(f"there is no notifier {quoted(name)}; {hint}")
    places = wiring.places_of(loaded, system_clock)
    try:
        _tell(places[name], loaded, system_clock())
    except FetchError as error:
        complain(f"{name}: {error.reason}: {error}")
        is_known = error.reason.needs_a_person
        raise typer.Exit(Exit.NOT_WELL if is_known else Exit.UNKNOWN) from None
    finally:
        for place in places.values():
            place.close()
    typer.echo(shown(f"{name} was told"))


def _tell(place: Place, config: Config, now: datetime) -> None:
    item = _example(config, now)
    if isinstance(place.notifier, StandingNotifier):
        place.notifier.stand([item], [], now)
        place.notifier.stand([], [item], now)
    else:
        place.notifier.tell(
            Notice(
                key=messages.new_key(),
                at=now,
                items=[item],
                counts={item.kind: 1},
                zone=config.timezone,
                test=True,
            )
        )


def _example(config: Config, now: datetime) -> Item:
    """What a broken promise of the first account would look like. Its wait does not exist."""
    account = config.accounts[0]
    target = next(iter(account.targets), None)
    within = target.within if target else timedelta(minutes=6)
    return Item(
        key="breach/0/test",
        kind=AlertKind.BREACH,
        at=now,
        account=account.name,
        brand=account.brand,
        platform=account.platform,
        link=config.http.external_url,
        target=target.name if target else "test",
        within=within,
        due_at=now,
        opened_at=now - within,
        customer="Test",
        handle="test",
        text="This is a test: nothing has happened.",
    )
