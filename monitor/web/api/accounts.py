"""The accounts: how it stands with their reading."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import Field

from monitor.ports.connector import Reason
from monitor.report import plain
from monitor.store import accounts
from monitor.store.accounts import AccountRow
from monitor.web.api.calling import reads
from monitor.web.api.endpoint import Answer, Endpoint, Here, Inputs, Nothing
from monitor.web.api.finding import watch_called
from monitor.web.api.queries import Word
from monitor.web.api.shapes import Seconds
from monitor.web.wallboard.moment import standing


class Account(Answer):
    """An account of the configuration."""

    name: str
    brand: str
    platform: str
    targets: list[str]
    polled: Annotated[bool, Field(description="False: its posts are handed in.")]
    poll_seconds: Seconds
    live_since: Annotated[
        datetime | None, Field(description="When its first poll ended; null before.")
    ]
    watermark: Annotated[
        datetime | None,
        Field(description="Up to when it has been completely observed, inclusive."),
    ]
    blind: Annotated[bool, Field(description="Unread for so long that a promise may break unseen.")]
    failing_reason: Annotated[
        Reason | None, Field(description="Why the last polls failed; null: the last went well.")
    ]
    failing_since: datetime | None
    failures: Annotated[int, Field(description="Polls that failed in a row.")]
    last_success_at: datetime | None
    next_poll_at: datetime | None
    rate_limit_left: Annotated[
        int | None, Field(description="Requests that the platform still allows, if it tells.")
    ]
    clock_error_seconds: Annotated[
        Seconds,
        Field(description="How far this host's clock is ahead of the platform's; 0: they agree."),
    ]


class Accounts(Answer):
    accounts: list[Account]


class OneAccount(Inputs):
    name: Word


def all_accounts(here: Here, _asked: Nothing) -> dict[str, Any]:
    with here.deck.store.read() as tx:
        known, watermarks = accounts.all_of(tx), accounts.watermarks(tx)
    rows = [known[name] for name in here.deck.watches if name in known]
    return {"accounts": [_tree(here, row, watermarks.get(row.id)) for row in rows]}


def account(here: Here, asked: OneAccount) -> dict[str, Any]:
    name = watch_called(here, asked.name).name
    with here.deck.store.read() as tx:
        return _one(tx, here, name)


def _one(tx: sa.Connection, here: Here, name: str) -> dict[str, Any]:
    row = accounts.one(tx, name)
    return _tree(here, row, accounts.watermark(tx, row.id))


def _tree(here: Here, row: AccountRow, watermark: datetime | None) -> dict[str, Any]:
    watch = here.deck.watches[row.name]
    settings, stands = watch.settings, standing(watch, row, watermark, here.now)
    return {
        "name": row.name,
        "brand": settings.brand,
        "platform": settings.platform,
        "targets": [target.name for target in settings.targets],
        "polled": settings.polls,
        "poll_seconds": plain.seconds(settings.poll),
        "live_since": plain.rfc3339(row.live_since),
        "watermark": plain.rfc3339(watermark),
        "blind": stands.is_blind,
        "failing_reason": row.reason,
        "failing_since": plain.rfc3339(row.failing_since),
        "failures": row.failures,
        "last_success_at": plain.rfc3339(row.last_success_at),
        "next_poll_at": plain.rfc3339(row.next_poll_at),
        "rate_limit_left": row.rate_limit_left,
        "clock_error_seconds": plain.seconds(stands.clock_error),
    }


ENDPOINTS: list[Endpoint] = [
    reads("/accounts", "Every account that is configured.", Nothing, Accounts, all_accounts),
    reads("/accounts/{name}", "One of them.", OneAccount, Account, account),
]
