"""`python -m tests.acceptance.hasty CONFIG AT FROM HASTE`: the daemon on a clock that runs faster.

It showed AT (RFC 3339) when the wall's was at FROM (seconds since 1970), and runs HASTE times as
fast: so it goes on where it was when a killed process is started again.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from monitor.app import run


@dataclass(frozen=True)
class Hasty:
    at: datetime
    since: float
    haste: float

    def __call__(self) -> datetime:
        return self.at + timedelta(seconds=self.haste * (time.time() - self.since))

    def arguments(self) -> list[str]:
        return [self.at.isoformat(), str(self.since), str(self.haste)]


if __name__ == "__main__":
    config, at, since, haste = sys.argv[1:]
    clock = Hasty(datetime.fromisoformat(at), float(since), float(haste))
    sys.exit(run(Path(config), once=False, clock=clock))
