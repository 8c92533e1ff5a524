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


_PACKAGES = {
    "amtool": "prometheus-alertmanager",
    "docker-compose": "docker-compose",
    "promtool": "prometheus",
    "systemd-analyze": "systemd",
}
"""Of Debian; what is not among them is installed by make check."""


def run(program: str, *arguments: str | Path, env: Mapping[str, str] | None = None) -> str:
    """All that it says, if it finds nothing wrong."""
    beside = Path(sys.executable).with_name(program)
    found = str(beside) if beside.exists() else shutil.which(program)
    if found is None:
        package = _PACKAGES.get(program)
        how = f"on Debian: apt-get install {package}" if package else "make check installs it"
        pytest.skip(f"{program} is not installed; {how}")
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
