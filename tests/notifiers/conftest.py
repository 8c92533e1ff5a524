"""Fixtures that the contract needs."""

from __future__ import annotations

from tests.notifiers.notifier_contract import texts, web

__all__ = ["texts", "web"]
