"""A command reads a notice, knows nothing else of us, and is given up after a while."""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from monitor.http import Web
from monitor.notifiers.command import Command, CommandConfig
from monitor.notifiers.payload import payload
from monitor.notifiers.texts import Texts
from monitor.ports.connector import FetchError, Reason
from monitor.ports.notifier import Notice
from tests.notifiers.notices import notice
from tests.notifiers.notifier_contract import SECRET, NotifierContract

KEEPS = "import pathlib, sys; pathlib.Path(sys.argv[1]).write_bytes(sys.stdin.buffer.read())"


def script(code: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", code, *arguments]


def refusal(command: list[str], texts: Texts, seconds: float = 10) -> FetchError:
    with pytest.raises(FetchError) as caught:
        Command(command, texts, timedelta(seconds=seconds)).tell(notice())
    return caught.value


class TestCommand(NotifierContract):
    @pytest.fixture
    def place(self, tmp_path: Path) -> Path:
        return tmp_path / "told"

    def tell(self, place: Path, notice: Notice, web: Web, texts: Texts) -> None:
        CommandConfig(command=script(KEEPS, str(place))).build(web, texts).tell(notice)

    def shown(self, place: Path) -> str:
        told = json.loads(place.read_text())
        return f"{told['title']}\n{told['text']}"

    def test_it_reads_what_a_webhook_gets(self, place: Path, web: Web, texts: Texts) -> None:
        self.tell(place, notice(), web, texts)

        assert place.read_bytes() == payload(notice(), texts)


def test_there_is_no_shell(tmp_path: Path, texts: Texts) -> None:
    words = "; touch made $(touch made) `touch made`"
    Command(script("import sys; assert sys.argv[1].startswith(';')", words), texts).tell(notice())

    assert not Path("made").exists()


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (1, Reason.UNAVAILABLE),
        (64, Reason.REJECTED),
        (75, Reason.UNAVAILABLE),
        (77, Reason.AUTH),
        (127, Reason.REJECTED),
    ],
)
def test_an_exit_code_has_its_reason(texts: Texts, code: int, reason: Reason) -> None:
    found = refusal(script(f"import sys; sys.stdin.read(); sys.exit({code})"), texts)

    assert found.reason is reason
    assert f"exit code {code}" in str(found)


def test_one_that_reads_nothing_may_do_well(texts: Texts) -> None:
    Command(script("pass"), texts).tell(notice())


def test_one_that_does_not_end_is_ended_with_all_it_began(tmp_path: Path, texts: Texts) -> None:
    left = tmp_path / "left"
    begins = f"import subprocess, time; subprocess.Popen(['sh', '-c', 'sleep 1.5; touch {left}'])"
    begun = time.monotonic()
    found = refusal(script(f"{begins}; time.sleep(60)"), texts, seconds=0.7)

    assert time.monotonic() - begun < 5
    assert found.reason is Reason.UNAVAILABLE
    time.sleep(1.5)
    assert not left.exists()


def test_it_does_not_see_our_environment(
    tmp_path: Path, texts: Texts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    seen = tmp_path / "seen"
    code = f"import os, json; open({str(seen)!r}, 'w').write(json.dumps(dict(os.environ)))"
    Command(script(code), texts).tell(notice())

    assert SECRET not in seen.read_text()
    assert json.loads(seen.read_text())["PATH"] == os.environ["PATH"]


def test_what_it_writes_is_not_told(texts: Texts, capfd: pytest.CaptureFixture[str]) -> None:
    code = f"import sys; print({SECRET!r}); sys.exit({SECRET!r})"
    found = refusal(script(code), texts)

    assert SECRET not in f"{found} {found!r}" + "".join(capfd.readouterr())


def test_one_that_is_gone_needs_a_person(tmp_path: Path, texts: Texts) -> None:
    assert refusal([str(tmp_path / "gone")], texts).reason is Reason.REJECTED


@pytest.mark.parametrize("command", [[], ["/nowhere/told"], ["no-such-program"]])
def test_what_cannot_be_run_is_refused(command: list[str]) -> None:
    with pytest.raises(ValidationError):
        CommandConfig(command=command)
