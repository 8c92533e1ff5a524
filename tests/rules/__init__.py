"""The rules for Prometheus, and what they would have done."""

from __future__ import annotations
