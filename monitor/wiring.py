"""Builds what tells: notifiers with their texts and their way to the web, and a plan of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from monitor.config import Config, ConfigError, NotifierEntry, Problem
from monitor.cycle.desk import Watch
from monitor.cycle.heartbeat import Heartbeat
from monitor.cycle.notify import Place, Plan, everything_to
from monitor.http import Web
from monitor.notifiers.log import LogNotifier
from monitor.notifiers.texts import Texts
from monitor.ports.clock import Clock

LOG = "log"
"""Who is told everything where there are no routes."""


def plan(config: Config, watches: Mapping[str, Watch], clock: Clock) -> Plan:
    """Who is told what. Raises ConfigError for a notifier that cannot be built."""
    places = places_of(config, clock)
    if not config.routes:
        places.setdefault(LOG, Place(LogNotifier()))
    return Plan(
        routes=config.routes or (everything_to(LOG),),
        places=places,
        maintenance=config.maintenance,
        watches=watches,
        url=config.http.external_url,
        zone=config.timezone,
    )


def places_of(config: Config, clock: Clock) -> dict[str, Place]:
    """Every notifier of a configuration, by name. Raises ConfigError with all that cannot be
    built."""
    texts = cache(lambda language: Texts(language, config.templates))
    found: dict[str, Place] = {}
    problems: list[Problem] = []
    for name, entry in config.notifiers.items():
        web = Web(clock)
        try:
            found[name] = Place(entry.settings.build(web, texts(entry.language)), entry.rate, web)
        except ValueError as error:
            problems.append(_problem(entry, error))
    if problems:
        for place in found.values():
            place.close()
        raise ConfigError(problems, config.path)
    return found


def heartbeat(config: Config, clock: Clock) -> Heartbeat | None:
    return Heartbeat(config.heartbeat, Web(clock)) if config.heartbeat else None


def _problem(entry: NotifierEntry, error: ValueError) -> Problem:
    return Problem(entry.line, f"notifiers.{entry.name}", str(error))
