"""Which accounts there are to report on."""

from __future__ import annotations

import sqlalchemy as sa

from monitor.config import Account, Config
from monitor.report.numbers import Subject
from monitor.store import accounts


def subjects(tx: sa.Connection, config: Config | None) -> dict[str, Subject]:
    """By name: the configured ones in their order, then those of which the database alone knows."""
    stored = accounts.all_of(tx)
    configured = [_configured(one) for one in (config.accounts if config else ())]
    known = {one.name: one for one in configured if one.name in stored}
    return known | {name: Subject(name, name) for name in stored if name not in known}


def _configured(account: Account) -> Subject:
    names = tuple(target.name for target in account.targets)
    return Subject(account.name, account.brand, account.platform, names)
