"""The report as a page, and its downloads."""

from __future__ import annotations
