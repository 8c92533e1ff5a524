"""What the addresses answer, also when something is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
import structlog

from monitor import web
from monitor.logs import without_words
from tests.acceptance.platform import SECRET, whole
from tests.web.conftest import Client, House

WORDS = "my card number is 4711"


def test_it_is_healthy_from_the_start(house: House) -> None:
    assert house.client.get("/-/healthy").status_code == 200


@pytest.mark.parametrize("status", ["200 So", "500 Oh"])
def test_it_is_ready_after_the_first_poll_good_or_bad(house: House, status: str) -> None:
    assert house.client.get("/-/ready").status_code == 503
    if status != "200 So":
        house.platform.fails(whole(status=status))
    house.poll()

    assert house.client.get("/-/ready").status_code == 200


def test_a_bad_configuration_is_refused_with_its_problems(house: House) -> None:
    house.write(poll="20 sec", handle="''")
    refused = house.client.post("/-/reload")

    assert refused.status_code == 400
    assert "acme.yml: 2 problems" in refused.text
    assert '"20 sec" is not a duration' in refused.text
    assert SECRET not in refused.text
    assert house.program.config.http.external_url == "https://care.example.com"


@pytest.mark.parametrize(
    "head", ["http: {listen: '127.0.0.1:1'}\n", "sandbox: {listen: '127.0.0.1:2'}\n"]
)
def test_what_only_a_restart_changes_is_refused(house: House, head: str) -> None:
    house.write(head=head)
    refused = house.client.post("/-/reload")

    assert refused.status_code == 400
    assert "changes with a restart only" in refused.text


@pytest.mark.parametrize("path", ["/", "/events", "/metrics", "/-/ready"])
def test_a_store_that_cannot_be_read_is_told(house: House, path: str) -> None:
    spoil(house.path.with_name("rw.db"), house)

    answer = house.client.get(path)

    assert answer.status_code == 503
    assert "this file is no database" in answer.text


def test_a_reload_that_the_store_fails_keeps_the_old_configuration(house: House) -> None:
    spoil(house.path.with_name("rw.db"), house)
    before = house.program.config

    assert house.client.post("/-/reload").status_code == 503
    assert house.program.config is before
    assert not house.program.reloads.successful


def spoil(path: Path, house: House) -> None:
    house.program.store.close()
    for beside in ("-wal", "-shm"):
        Path(f"{path}{beside}").unlink(missing_ok=True)
    path.write_bytes(b"dear diary, " * 1000)


class Broken:
    """A program with a defect."""

    def __init__(self, house: House) -> None:
        self._program = house.program

    def __getattr__(self, name: str) -> object:
        return getattr(self._program, name)

    def is_ready(self) -> bool:
        raise RuntimeError(WORDS)


def test_a_defect_tells_nobodys_words(house: House) -> None:
    client = Client(web.build(Broken(house)))  # type: ignore[arg-type]
    with structlog.testing.capture_logs([without_words]) as logs:
        answer = client.get("/-/ready")

    assert answer.status_code == 500
    (told,) = logs
    assert (told["event"], told["exception"]) == ("page.failed", "RuntimeError")
    assert WORDS not in f"{answer.text} {logs}"
