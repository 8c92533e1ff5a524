"""What the pages' sessions rest on: the key that signs them, and which of them were ended.

Both outlast a restart, so that a screen on a wall stays logged in, and are shared by all daemons on
one database.
"""

from __future__ import annotations

import secrets
from datetime import datetime

import sqlalchemy as sa

from monitor.store.instants import micros
from monitor.store.schema import ended_session, signing
from monitor.store.upsert import insert_missing

_SESSIONS = "sessions"


def key(tx: sa.Connection) -> str:
    """The key of this database; it is made when it is first asked for."""
    new = {"name": _SESSIONS, "key": secrets.token_urlsafe(32)}
    insert_missing(tx, signing, [new])  # another may ask at the same moment
    return str(tx.scalar(sa.select(signing.c.key).where(signing.c.name == _SESSIONS)))


def end(tx: sa.Connection, session: str, until: datetime, now: datetime) -> None:
    """It counts no more. Those that would have ended by now are forgotten."""
    tx.execute(sa.delete(ended_session).where(ended_session.c.until_at < micros(now)))
    row = {"session": session, "until_at": micros(until)}
    insert_missing(tx, ended_session, [row])


def has_ended(tx: sa.Connection, session: str) -> bool:
    found = sa.select(sa.exists().where(ended_session.c.session == session))
    return bool(tx.scalar(found))
