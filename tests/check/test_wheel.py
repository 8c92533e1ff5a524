"""The wheel carries what `replywatch export` gives."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from monitor import shipped

pytestmark = pytest.mark.check

ROOT = Path(__file__).parents[2]

ASK = """
from monitor import shipped
print(shipped.__file__, *shipped.rules(), *shipped.dashboards(), *shipped.examples(), sep="\\n")
"""


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the wheel puts beside other packages."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("replywatch-*.whl")
    with ZipFile(wheel) as archive:
        archive.extractall(folder / "there")
    return folder / "there"


def test_an_installed_program_finds_every_file_that_the_repository_has(unpacked: Path) -> None:
    command = [sys.executable, "-c", ASK]
    done = subprocess.run(command, cwd=unpacked, check=True, capture_output=True, text=True)
    program, *files = done.stdout.splitlines()

    assert program == str(unpacked / "monitor/shipped.py")
    assert files == [*shipped.rules(), *shipped.dashboards(), *shipped.examples()]
    assert "systemd/replywatch.service" in files


def test_the_python_that_builds_dashboards_stays_at_home(unpacked: Path) -> None:
    assert {path.name for path in unpacked.iterdir() if path.suffix != ".dist-info"} == {
        *("monitor", "connectors"),
    }
