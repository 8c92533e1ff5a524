"""replywatch watches how fast a brand answers the people who speak to it in public."""

from __future__ import annotations

__version__ = "0.1.0"
