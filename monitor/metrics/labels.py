"""What every metric about an account says of it."""

from __future__ import annotations

from monitor.cycle.desk import Watch
from monitor.store.accounts import AccountRow

ACCOUNT = ("account", "brand", "platform")

Seen = list[tuple[Watch, AccountRow]]
"""The accounts of the configuration in force, with their rows."""


def of_account(watch: Watch) -> list[str]:
    return [watch.name, watch.settings.brand, watch.settings.platform]
