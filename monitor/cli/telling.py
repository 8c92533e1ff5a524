"""What can be said of notifiers and routes before anybody is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from monitor import wiring
from monitor.app import system_clock
from monitor.config import Account, Config, Route, Subject
from monitor.domain.duration import written
from monitor.ports.notifier import AlertKind


def told(config: Config) -> Iterator[str]:
    """Lines on who is told what, and on breaches of which nobody would be. Raises ConfigError
    where a notifier cannot be built."""
    for place in wiring.places_of(config, system_clock).values():
        place.close()
    if not config.routes:
        yield "there are no routes: what happens is told to the log, and to nobody else"
        return
    for name, entry in config.notifiers.items():
        is_used = any(name in route.to for route in config.routes)
        yield f"{name} ({entry.kind}){'' if is_used else ': WARNING, no route leads to it'}"
    for route in config.routes:
        kinds = ", ".join(kind for kind in AlertKind if kind in route.on)
        late = f", {written(route.after)} later" if route.after else ""
        yield f"  {kinds}{late}: to {', '.join(route.to)}"
    for account in config.accounts:
        for target in account.targets:
            if not any(_may_tell(route, account, target.name) for route in config.routes):
                yield f"WARNING: nobody is told of a breach of {target.name} at {account.name}"


def _may_tell(route: Route, account: Account, target: str) -> bool:
    """Whether a breach can go there at all, in some language and at some reach."""
    match = replace(route.match, languages=(), surfaces=(), min_reach=0)
    subject = Subject(
        account=account.name, brand=account.brand, platform=account.platform, target=target
    )
    return AlertKind.BREACH in route.on and match.fits(subject)
