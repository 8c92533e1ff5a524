"""Who runs, and who polls what: told by rows that must be renewed, or count no more.

One daemon runs on an SQLite file. On PostgreSQL any number do; of those one at a time polls an
account. Terms are by the clocks of the hosts, which must agree to within a few seconds.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.store.instants import instant, micros
from monitor.store.schema import account, lease
from monitor.store.upsert import upsert

TERM = timedelta(seconds=15)


class HeldError(Exception):
    """Somebody else holds the lease."""


def own_name() -> str:
    """Of this process, so that another on this host can see whether it still runs."""
    return f"{socket.gethostname()}/{os.getpid()}"


def shared_name() -> str:
    """Of this process, unlike that of any other, on whatever host or after a restart."""
    return f"{own_name()}/{secrets.token_hex(4)}"


def take(tx: sa.Connection, name: str, holder: str, now: datetime) -> None:
    """Take the lease alone, or renew it. Raises HeldError while a living one holds or shares it."""
    _refuse(tx, _all_of(name), holder, now)
    upsert(tx, lease, [{"name": name, "holder": holder, "until_at": micros(now + TERM)}])


def join(tx: sa.Connection, name: str, holder: str, now: datetime) -> None:
    """Share the lease with others, or renew that, and with it those of accounts. Raises HeldError
    while a living one holds it alone."""
    _refuse(tx, lease.c.name == name, holder, now)
    shares = lease.c.name.startswith(f"{name}/")
    tx.execute(sa.delete(lease).where(shares, lease.c.until_at <= micros(now - TERM)))
    row = {"name": f"{name}/{holder}", "holder": holder, "until_at": micros(now + TERM)}
    upsert(tx, lease, [row])
    tx.execute(_LONGER, {"me": holder, "until": micros(now + TERM)})


def release(tx: sa.Connection, name: str, holder: str) -> None:
    """The lease or one's share in it, and the accounts."""
    held = lease.c.name.in_([name, f"{name}/{holder}"])
    tx.execute(sa.delete(lease).where(held, lease.c.holder == holder))
    tx.execute(_LET_GO, {"me": holder})


def take_account(tx: sa.Connection, name: str, holder: str, now: datetime) -> bool:
    """Take the account for oneself, unless another has it; whether that was so."""
    return _taken(tx, _TAKE, name, holder, now)


def take_due_account(tx: sa.Connection, name: str, holder: str, now: datetime) -> bool:
    """The same, if its next poll has come: another may have polled it just now."""
    return _taken(tx, _TAKE_DUE, name, holder, now)


def release_account(tx: sa.Connection, name: str, holder: str) -> None:
    tx.execute(
        _LET_GO.where(account.c.name == sa.bindparam("called")), {"me": holder, "called": name}
    )


_NONE: dict[str, None] = {"leased_by": None, "leased_until": None}
_MINE = account.c.leased_by == sa.bindparam("me")
_LET_GO = sa.update(account).where(_MINE).values(_NONE)
_LONGER = sa.update(account).where(_MINE).values(leased_until=sa.bindparam("until"))
_NOW: sa.BindParameter[int] = sa.bindparam("now")
_TAKE = (
    sa.update(account)
    .where(
        account.c.name == sa.bindparam("called"),
        account.c.leased_until.is_(None) | (account.c.leased_until <= _NOW) | _MINE,
    )
    .values(leased_by=sa.bindparam("me"), leased_until=sa.bindparam("until"))
)
_TAKE_DUE = _TAKE.where(account.c.next_poll_at.is_(None) | (account.c.next_poll_at <= _NOW))


def _taken(tx: sa.Connection, statement: sa.Update, name: str, holder: str, now: datetime) -> bool:
    asked = {"called": name, "me": holder, "now": micros(now), "until": micros(now + TERM)}
    return tx.execute(statement, asked).rowcount == 1


def is_held(tx: sa.Connection, name: str, now: datetime) -> bool:
    """Whether a living one holds or shares the lease."""
    return any(_holders(tx, _all_of(name), now))


def _all_of(name: str) -> sa.ColumnElement[bool]:
    return (lease.c.name == name) | lease.c.name.startswith(f"{name}/")


def _refuse(tx: sa.Connection, which: sa.ColumnElement[bool], holder: str, now: datetime) -> None:
    for other in _holders(tx, which & (lease.c.holder != holder), now):
        raise HeldError(
            f"{other} (host/process) runs on this database already; "
            "stop it first, or give this one a store of its own"
        )


def _holders(tx: sa.Connection, which: sa.ColumnElement[bool], now: datetime) -> Iterator[str]:
    """Who lives, as far as is known."""
    for row in tx.execute(sa.select(lease).where(which)).all():
        if instant(row.until_at) > now and _may_live(row.holder):
            yield row.holder


def _may_live(holder: str) -> bool:
    """Whether a process may still run: on another host that cannot be known."""
    host, number, *_ = holder.split("/")
    if host != socket.gethostname() or not number.isdigit():
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
