"""The configuration: one YAML file, held against strict models, with all its problems at once."""

from __future__ import annotations

from monitor.config.installed import (
    Connectors,
    ConnectorSettings,
    Notifiers,
    NotifierSettings,
    installed_connectors,
    installed_notifiers,
)
from monitor.config.loading import load
from monitor.config.problems import ConfigError, Problem
from monitor.config.routing import Maintenance, Match, NotifierEntry, Rate, Route, Subject
from monitor.config.schema import schema
from monitor.config.settings import (
    Account,
    Config,
    Http,
    Login,
    Retention,
    Sandbox,
    Scope,
    Surge,
    Token,
)

__all__ = [
    "Account",
    "Config",
    "ConfigError",
    "ConnectorSettings",
    "Connectors",
    "Http",
    "Login",
    "Maintenance",
    "Match",
    "NotifierEntry",
    "NotifierSettings",
    "Notifiers",
    "Problem",
    "Rate",
    "Retention",
    "Route",
    "Sandbox",
    "Scope",
    "Subject",
    "Surge",
    "Token",
    "installed_connectors",
    "installed_notifiers",
    "load",
    "schema",
]
