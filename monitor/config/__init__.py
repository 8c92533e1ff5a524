"""The configuration: one YAML file, held against strict models, with all its problems at once."""

from __future__ import annotations

from monitor.config.installed import Connectors, ConnectorSettings, installed_connectors
from monitor.config.loading import load
from monitor.config.problems import ConfigError, Problem
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
    "Problem",
    "Retention",
    "Sandbox",
    "Scope",
    "Surge",
    "Token",
    "installed_connectors",
    "load",
    "schema",
]
