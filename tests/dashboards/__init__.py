"""The dashboards, as they are shipped."""

from __future__ import annotations
