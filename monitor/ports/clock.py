"""The one way to learn what time it is. `monitor.app` owns the clock; steps are handed `now`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]
