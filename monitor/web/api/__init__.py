"""The API: all that the pages show and do, for programs."""

from __future__ import annotations

from monitor.web.api.table import TABLE, routes

__all__ = ["TABLE", "routes"]
