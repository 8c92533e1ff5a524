"""`db`: the database itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from monitor.app import system_clock, upgraded_store
from monitor.cli.failing import NotWellError, UsageError
from monitor.cli.opening import Reading, config_path, reading, writing
from monitor.cli.options import Accounts, ConfigFile, StoreUrl
from monitor.cli.screen import margin
from monitor.config import load
from monitor.config.fields import Label
from monitor.config.settings import KEPT_FOR_EVER
from monitor.cycle import retention
from monitor.cycle.retention import Removed, Retention
from monitor.daemon import LEASE
from monitor.domain.post import bare_handle
from monitor.report.cleaning import shown
from monitor.report.wording import plural
from monitor.store import accounts, alerts, erasing, lease, silences

app = typer.Typer()
db = typer.Typer(help="The database itself.", no_args_is_help=True)
app.add_typer(db, name="db")


@db.callback(epilog="Example: replywatch db upgrade -c acme.yml")
def _group() -> None:
    pass


@db.command(epilog="Example: replywatch db upgrade -c acme.yml")
def upgrade(config: ConfigFile = None) -> None:
    """Bring the database to this version. SQLite is copied first; copy PostgreSQL with pg_dump,
    and stop what runs on it."""
    store = upgraded_store(load(config_path(config)), system_clock)
    store.close()
    typer.echo("the database is of this version")


@db.command(epilog="Example: replywatch db backup /backups/acme-monday.db")
def backup(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The copy to make.")],
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
    config: ConfigFile = None,
    store: StoreUrl = None,
) -> None:
    """Copy an SQLite database while it is in use. Only you can read the copy.

    To restore it: stop the daemon, remove the database's -wal and -shm files, copy it back, start.
    """
    with reading(config, store) as here:
        if not here.store.path:
            raise UsageError("only SQLite is copied so; use pg_dump for PostgreSQL")
        if path.exists() and (not force or path.samefile(here.store.path)):
            raise UsageError(f"{path} is there already: name another, or give --force")
        beside = path.with_name(f"{path.name}.unfinished")
        beside.unlink(missing_ok=True)
        try:
            here.store.copy_to(beside)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    typer.echo(f"{path}: {path.stat().st_size:,} bytes")


@db.command(epilog="Example: replywatch db prune -c acme.yml")
def prune(*, account: Accounts = None, config: ConfigFile = None) -> None:
    """Remove at once what is older than `retention` allows. The daemon does so little by little."""
    with writing(config) as here:
        chosen = here.chosen(account)
        if all(watch.settings.retention == KEPT_FOR_EVER for watch in chosen):
            raise UsageError("the configuration has no retention: everything is kept for ever")
        removing = Retention(here.store)
        for watch in chosen:
            with _progress(watch.name) as progress:
                removed = removing.finish(watch, here.now, progress)
            typer.echo(f"{shown(watch.name)}: {_removed(removed)}")


@contextmanager
def _progress(name: str) -> Iterator[Callable[[Removed], None]]:
    """What to call with what was removed so far; it is shown on a terminal only."""
    console = margin()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(name)
        yield lambda removed: bar.update(task, description=f"{name}: {_removed(removed)}")


def _removed(removed: Removed) -> str:
    posts = f"{plural(removed.posts, 'post')} in {plural(removed.conversations, 'conversation')}"
    facts = f"{plural(removed.facts, 'fact')} about the account"
    return f"{plural(removed.texts, 'text')}, {posts}, {facts} removed"


@db.command(epilog="Example: replywatch db erase --author 109348 --account acme-mastodon")
def erase(
    *,
    author: Annotated[str, typer.Option(metavar="ID", help="The platform's id of the person.")],
    account: Accounts = None,
    config: ConfigFile = None,
) -> None:
    """Make one person unknown: names, ids, texts and addresses go for good, the numbers stay.

    What the person writes later is measured under the same pseudonym, without text, name or
    address. Copies made earlier are not touched.
    """
    with reading(config, None) as here:
        for name in _known_to(here, author, account):
            _refuse_our_own(here, name, author)
            rows = retention.erase(here.store, name, author)
            typer.echo(f"{shown(name)}: unknown from now on; {plural(rows, 'row')} rewritten")
        erasing.scrub(here.store)


def _known_to(here: Reading, author: str, names: Sequence[str] | None) -> list[str]:
    """The accounts to which an author is known. Ids are each platform's own: where several
    accounts know this one it must be said which are meant."""
    found = []
    with here.store.read() as tx:
        chosen = [subject.name for subject in here.subjects(tx, names)]
        for name in chosen:
            try:
                erasing.person(tx, accounts.one(tx, name).id, author)
            except LookupError:
                continue
            found.append(name)
    if not found:
        raise NotWellError(f'nothing is stored of an author with the id "{author}"')
    if len(found) > 1 and not names:
        known = ", ".join(found)
        raise UsageError(f"several accounts know that id: {known}; say which, by --account")
    return found


def _refuse_our_own(here: Reading, name: str, author: str) -> None:
    """Who speaks for the account is in the configuration, and answers would be lost with them."""
    settings = [one for one in here.config.accounts if one.name == name] if here.config else []
    with here.store.read() as tx:
        row = accounts.one(tx, name)
        who = erasing.person(tx, row.id, author)
    for one in settings:
        presence = one.presence
        ours = {presence.handle, *presence.agents, *presence.sisters}
        bare = {bare_handle(handle) for handle in ours}
        ids = {row.ids.get(handle) for handle in ours}
        if author in ids or not bare.isdisjoint(map(bare_handle, {author, *who.handles})):
            raise UsageError(
                f'"{author}" speaks for {name}, as the configuration says: '
                "take them out of its agents first"
            )


@db.command("rename-account", epilog="Example: replywatch db rename-account acme acme-mastodon")
def rename_account(
    old: Annotated[str, typer.Argument(metavar="OLD", help="Its name until now.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Its name from now on.")],
    *,
    config: ConfigFile = None,
    store: StoreUrl = None,
) -> None:
    """Give an account another name, while no daemon runs. Change the configuration by hand."""
    try:
        TypeAdapter(Label).validate_python(new)
    except ValidationError as error:
        raise UsageError(str(error.errors()[0]["ctx"]["error"])) from None
    with reading(config, store) as here, here.store.write() as tx:
        known = accounts.all_of(tx)
        if old not in known:
            there = ", ".join(known) or "none"
            raise UsageError(f'there is no account "{old}"; there are: {there}')
        if new in known:
            raise UsageError(f'there is an account "{new}" already')
        lease.take(tx, LEASE, lease.own_name(), here.now)
        accounts.update(tx, known[old].id, name=new)
        alerts.rename(tx, known[old].id, old, new)
        silences.rename(tx, old, new, here.now)
        lease.release(tx, LEASE, lease.own_name())
    typer.echo(f"{shown(old)} is now {shown(new)}: name it so in the configuration, too")
