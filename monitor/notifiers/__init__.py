"""Where what is worth telling is told. One file a notifier; each is found by its entry point."""

from __future__ import annotations
