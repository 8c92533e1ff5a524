"""schemathesis takes the API's description at its word, and finds nothing."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from monitor import web
from monitor.web.api import TABLE
from monitor.web.limits import LONGEST_REST
from tests.acceptance.watching import NOON, Hands
from tests.web import api_room
from tests.web.api_room import ACT, HTTP, Room
from tests.web.handing import call
from tests.web.serving import serving

pytestmark = [
    pytest.mark.service,
    pytest.mark.skipif(
        importlib.util.find_spec("schemathesis") is None,
        reason="schemathesis is not installed; make test-services installs it",
    ),
]

EXAMPLES = 40
"""Of each operation; the seed makes them the same each time."""

MAY_DO_ALL = HTTP.replace(f"{ACT}, scopes: [read, act]", f"{ACT}, scopes: [read, act, ingest]")

# No schema can say that a window ends after it begins, that a silence ends later than now, or that
# just one of three ways to ask is taken. A line that is no post by the rules of posts is told so.
CONFIG = """
[[operations]]
include-path-regex = "/(waits|report|replay|explain|posts|silences)$"
[operations.checks.positive_data_acceptance]
expected-statuses = ["2xx", "401", "403", "404", "409", "422", "429", "5xx"]
"""


class Quick(Hands):
    """So much time passes each time it is asked for that nobody asks or guesses too often."""

    def __call__(self) -> datetime:
        self.now += LONGEST_REST
        return self.now


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with api_room.room(tmp_path, Quick(NOON), MAY_DO_ALL) as room:
        room.hand_in()
        room.hand_in(*(call(n, lang="en", url=f"https://phone.example/{n}") for n in range(40)))
        yield room


@pytest.fixture
def address(room: Room) -> Iterator[str]:
    with serving(web.build(room.inbox.program)) as address:
        yield address


def test_schemathesis_finds_nothing(address: str, tmp_path: Path) -> None:
    (tmp_path / "schemathesis.toml").write_text(CONFIG, encoding="utf-8")
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        f"{address}/api/v1/openapi.json",
        f"--header=Authorization: Bearer {ACT}",
        f"--max-examples={EXAMPLES}",
        "--seed=1",
        "--no-color",
    ]
    hooks = {"SCHEMATHESIS_HOOKS": "tests.web.ndjson_hooks", "PYTHONPATH": str(Path.cwd())}
    done = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, **hooks}, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Tested: {len(TABLE) - 1}" in done.stdout  # all but the description itself
