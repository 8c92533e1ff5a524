"""The unit for systemd is sound, and leaves the service little to harm."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.acceptance.running import REPLYWATCH
from tests.running.tools import CONFIG, run

UNIT = CONFIG / "systemd" / "replywatch.service"
INSTALLED = "/opt/replywatch/.venv/bin/replywatch"


@pytest.mark.service
def test_systemd_finds_nothing_wrong(tmp_path: Path) -> None:
    """With the program where it is in this clone: systemd looks whether it is there."""
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace(INSTALLED, REPLYWATCH))

    assert run("systemd-analyze", "verify", unit) == ""


@pytest.mark.service
def test_the_service_is_exposed_to_little() -> None:
    told = run("systemd-analyze", "security", "--offline=true", UNIT)
    (level,) = re.findall(r"Overall exposure level for \S+: ([\d.]+)", told)

    assert float(level) < 2


def test_the_unit_uses_what_the_daemon_speaks() -> None:
    lines = set(UNIT.read_text().splitlines())

    assert {"Type=notify", "WatchdogSec=2min", "ExecReload=/bin/kill -HUP $MAINPID"} <= lines
    assert f"ExecStart={INSTALLED} run -c /etc/replywatch/replywatch.yml" in lines
