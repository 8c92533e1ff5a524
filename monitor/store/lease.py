"""Who runs: one daemon a database, told by a row that must be renewed."""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.store.instants import instant, micros
from monitor.store.schema import lease
from monitor.store.upsert import upsert

TERM = timedelta(seconds=15)


class HeldError(Exception):
    """Somebody else holds the lease."""


def own_name() -> str:
    """Of this process, so that another on this host can see whether it still runs."""
    return f"{socket.gethostname()}/{os.getpid()}"


def take(tx: sa.Connection, name: str, holder: str, now: datetime) -> None:
    """Take the lease, or renew it. Raises HeldError while a living one holds it."""
    row = tx.execute(sa.select(lease).where(lease.c.name == name)).one_or_none()
    if row and row.holder != holder and instant(row.until_at) > now and _may_live(row.holder):
        raise HeldError(
            f"{row.holder} (host/process) runs on this database already; "
            "stop it first, or give this one a store of its own"
        )
    upsert(tx, lease, [{"name": name, "holder": holder, "until_at": micros(now + TERM)}])


def release(tx: sa.Connection, name: str, holder: str) -> None:
    tx.execute(sa.delete(lease).where(lease.c.name == name, lease.c.holder == holder))


def _may_live(holder: str) -> bool:
    """Whether a process may still run: on another host that cannot be known."""
    host, _, number = holder.rpartition("/")
    if host != socket.gethostname() or not number.isdigit():
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
