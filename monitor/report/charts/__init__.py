"""The geometry of the charts. The templates draw it, with classes of the one style sheet."""

from __future__ import annotations
