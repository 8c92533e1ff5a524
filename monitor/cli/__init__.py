"""The command line. A file a command group; what is heavy is imported when a command runs."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path


def main() -> None:
    """The command `replywatch`."""
    from monitor.cli.application import app

    collect_seldom()
    if sys.stdout is None:  # it was closed before we began
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    app(prog_name="replywatch")


def collect_seldom() -> None:
    """Folds make many small objects, and no circles: to look for them took a fifth of the time."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
