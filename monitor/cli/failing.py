"""What goes wrong, told in a sentence on standard error, and the exit code that says which kind."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator
from enum import IntEnum
from typing import Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from monitor.report.cleaning import shown

DEBUG = "REPLYWATCH_DEBUG"
"""Set it to see where in the program an error arose."""


class Exit(IntEnum):
    WELL = 0
    NOT_WELL = 1
    """The thing asked about."""
    USAGE = 2
    """Or the configuration."""
    UNKNOWN = 3
    """It could not be told: the store, the network, a defect."""
    UNREAD = 141
    """Who read the output went away; a shell says so of programs that SIGPIPE ended."""


class NotWellError(Exception):
    """What was asked about is not well, or not there."""


class UsageError(Exception):
    """The command cannot be meant so; the text says how."""


class CarefulGroup(TyperGroup):
    """Commands that end with one of our exit codes, and without a traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return self._invoke_and_flush(ctx)
        except BrokenPipeError:
            _write_no_more()
            raise typer.Exit(Exit.UNREAD) from None
        except (typer.Exit, typer.Abort, TyperException):
            raise
        except Exception as error:  # noqa: BLE001  the last place that can tell a person
            if os.environ.get(DEBUG):
                traceback.print_exc()
            code, message = explained(error)
            complain(message)
            raise typer.Exit(code) from None

    def _invoke_and_flush(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        finally:
            sys.stdout.flush()


def _write_no_more() -> None:
    """What is left in the buffer goes nowhere when Python ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def complain(message: str) -> None:
    """Tell it on standard error."""
    for line in message.splitlines():
        typer.echo(shown(line), err=True)


def explained(error: Exception) -> tuple[Exit, str]:
    """The exit code, and what to tell."""
    for kind, code in _kinds():
        if isinstance(error, kind):
            return code, str(error)
    if isinstance(error, OSError) and error.strerror:
        place = f"{error.filename}: " if error.filename else ""
        return Exit.UNKNOWN, f"{place}{error.strerror}"
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return Exit.UNKNOWN, (
        f"a defect in replywatch: {type(error).__name__} in {frame.name}; "
        f"set {DEBUG}=1 to see where, and report it"
    )


def _kinds() -> Iterator[tuple[type[Exception], Exit]]:
    from monitor.app import StartError
    from monitor.config import ConfigError
    from monitor.store.database import StoreError
    from monitor.store.lease import HeldError

    yield NotWellError, Exit.NOT_WELL
    yield UsageError, Exit.USAGE
    yield ConfigError, Exit.USAGE
    yield StoreError, Exit.UNKNOWN
    yield HeldError, Exit.UNKNOWN
    yield StartError, Exit.UNKNOWN
