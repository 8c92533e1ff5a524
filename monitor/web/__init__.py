"""The pages, and what other programs ask over HTTP."""

from __future__ import annotations

from monitor.web.site import build

__all__ = ["build"]
