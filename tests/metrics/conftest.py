"""The program whose metrics are read; as the pages' tests make it."""

from __future__ import annotations

from tests.web.conftest import house

__all__ = ["house"]
