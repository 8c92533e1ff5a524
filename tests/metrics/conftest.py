"""The program whose metrics are read; as the pages' tests make it."""

from __future__ import annotations

from tests.web.conftest import clock, house, platform

__all__ = ["clock", "house", "platform"]
