"""docs/api.md is true, and its examples work as they stand."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor import web
from monitor.domain.wait import Dismissal
from monitor.web import limits
from monitor.web.api import TABLE
from monitor.web.api.endpoint import Endpoint
from monitor.web.api.waits import MOST, USUAL
from monitor.web.session import CSRF_HEADER, LASTS
from tests.acceptance.running import until
from tests.acceptance.watching import Hands
from tests.web import api_room
from tests.web.api_room import ACT, Room
from tests.web.handing import call
from tests.web.serving import serving

PAGE = (Path(__file__).parents[2] / "docs/api.md").read_text(encoding="utf-8")


@pytest.fixture
def room(tmp_path: Path, clock: Hands) -> Iterator[Room]:
    with api_room.room(tmp_path, clock) as room:
        room.hand_in()
        room.hand_in(call(1))
        clock.forward(60)
        room.hand_in()
        yield room


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_every_example_is_answered(room: Room) -> None:
    (script,) = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    with serving(web.build(room.inbox.program)) as address:
        until(lambda: _is_up(address))
        asked = script.replace("http://127.0.0.1:9877", address)
        asked = asked.replace("curl -s", "curl -fsS -w '\\n'")
        done = subprocess.run(
            ["sh", "-e", "-c", asked],
            env={**os.environ, "RW_TOKEN": ACT},
            capture_output=True,
            text=True,
        )

    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == script.count("curl")
    assert [wait["id"] for wait in answers[1]["waits"]] == [1]
    assert (answers[3]["acked_by"], answers[4]["acked_by"]) == ("anna", None)
    assert answers[-1]["status"] == "dismissed"


def _is_up(address: str) -> bool:
    asked = ["curl", "-fs", f"{address}/-/healthy"]
    return subprocess.run(asked, capture_output=True).returncode == 0


@pytest.mark.parametrize("endpoint", TABLE, ids=lambda one: f"{one.method} {one.path}")
def test_every_endpoint_is_on_the_page(endpoint: Endpoint) -> None:
    path = re.sub(r"{(\w+)}", lambda found: found[1].upper(), endpoint.path)

    assert path in PAGE


@pytest.mark.parametrize("reason", Dismissal)
def test_every_reason_is_on_the_page(reason: Dismissal) -> None:
    assert f"`{reason}`" in PAGE


def test_its_figures_are_those_of_the_program() -> None:
    text = " ".join(PAGE.split())

    assert f"`limit` ({USUAL}; {MOST} at most)" in text
    assert f"lasts {LASTS.days} days" in text
    assert f"{limits.AT_ONCE} requests at once and {limits.PER_SECOND} a second" in text
    assert f"After {limits.FREE_TRIES} wrong passwords" in text
    assert f"up to {limits.LONGEST_REST.seconds // 60} minutes" in text
    assert CSRF_HEADER in text
