"""What runs the program: systemd, containers, and what is configured beside it."""

from __future__ import annotations
