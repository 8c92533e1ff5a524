"""What every metric about an account says of it, and the values that its labels will have."""

from __future__ import annotations

from monitor.config import Account as Settings
from monitor.cycle.desk import Watch
from monitor.metrics.catalogue import Counter
from monitor.store.accounts import AccountRow

ACCOUNT = ("account", "brand", "platform")

Seen = list[tuple[Watch, AccountRow]]
"""The accounts of the configuration in force, with their rows."""


def of_account(settings: Settings) -> list[str]:
    return [settings.name, settings.brand, settings.platform]


def known(counter: Counter, settings: Settings) -> list[str]:
    """The values of its own labels that exist before anything was counted, those of one counter
    parted by tabs as in the store."""
    values = [str(value) for value in counter.known]
    if counter.by_target:
        names = [target.name for target in settings.targets]
        return [f"{name}\t{value}" for name in names for value in values] if values else names
    if counter.name == "ignored":
        values += [rule.name for rule in settings.wording.ignore]
    return values
