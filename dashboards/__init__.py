"""The Grafana dashboards, and the Python that builds them; `make dashboards` writes them anew."""

from __future__ import annotations
