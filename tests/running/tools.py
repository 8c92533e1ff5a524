"""Programs of others that look over our files; a test is skipped where one is not installed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "config"


def run(
    program: str, *arguments: str | Path, package: str, env: Mapping[str, str] | None = None
) -> str:
    """All that it says, if it finds nothing wrong. `package` is what to install, and how."""
    beside = Path(sys.executable).with_name(program)
    found = str(beside) if beside.exists() else shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed: {package}")
    done = subprocess.run(
        [found, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env=env and {"PATH": "/usr/bin:/bin", **env},
    )
    told = done.stdout + done.stderr
    assert done.returncode == 0, told[:2000]
    return told
