"""A command of one's own: it reads the notice as JSON from its standard input.

https://docs.python.org/3/library/subprocess.html (no shell: arguments are what the configuration
says, and nothing from outside is ever among them)
https://man.freebsd.org/cgi/man.cgi?query=sysexits (what exit codes mean)
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from monitor.http import Web
from monitor.notifiers.payload import payload
from monitor.notifiers.texts import Texts
from monitor.ports.connector import FetchError, Reason
from monitor.ports.notifier import Notice

LIMIT = timedelta(seconds=15)
KEPT_VARIABLES = ("HOME", "LANG", "LC_ALL", "LOGNAME", "PATH", "TMPDIR", "TZ", "USER")
"""Of our environment, in which there may be secrets, the command sees these alone."""

_REASONS = {
    64: Reason.REJECTED,  # EX_USAGE
    65: Reason.REJECTED,  # EX_DATAERR
    77: Reason.AUTH,  # EX_NOPERM
    78: Reason.REJECTED,  # EX_CONFIG
    126: Reason.REJECTED,  # found, but nothing to run
    127: Reason.REJECTED,  # not found
}
"""Of any other exit code it is hoped that it passes."""


def _runnable(command: list[str]) -> list[str]:
    if not shutil.which(command[0]):
        raise ValueError(f'"{command[0]}" is no program that can be run; write its whole path')
    if any("\0" in word for word in command):
        raise ValueError("holds a NUL character")
    return command


class CommandConfig(BaseModel):
    """Keys of the notifier `command`."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", hide_input_in_errors=True)

    command: Annotated[list[str], Field(min_length=1), AfterValidator(_runnable)]
    """The program and its arguments."""

    def build(self, web: Web, texts: Texts) -> Command:  # noqa: ARG002 - it tells nothing to the web
        return Command(self.command, texts)


class Command:
    """Exit code 0 means that the notice has arrived. What the command writes goes nowhere."""

    def __init__(self, command: list[str], texts: Texts, limit: timedelta = LIMIT) -> None:
        self._command = command
        self._texts = texts
        self._limit = limit.total_seconds()

    def tell(self, notice: Notice) -> None:
        try:
            running = self._start()
        except OSError as error:
            told = f"{self._name} cannot be run ({error.strerror}); correct the command"
            raise FetchError(Reason.REJECTED, told) from None
        with running:
            try:
                running.communicate(payload(notice, self._texts), timeout=self._limit)
            except subprocess.TimeoutExpired:
                raise FetchError(Reason.UNAVAILABLE, f"{self._name} did not end in time") from None
            finally:
                _end(running)
        if code := running.returncode:
            reason = _REASONS.get(code, Reason.UNAVAILABLE)
            told = f"signal {-code}" if code < 0 else f"exit code {code}"
            raise FetchError(reason, f"{self._name} failed ({told})")

    @property
    def _name(self) -> str:
        return os.path.basename(self._command[0])  # noqa: PTH119 - only its last part

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - the configuration's own words
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ},
            start_new_session=True,
        )


def _end(running: subprocess.Popen[bytes]) -> None:
    """With all that it has started, in case it is still there."""
    if running.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
