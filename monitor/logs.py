"""Logs: one line an event, to standard error; people's words and secrets are never in it."""

from __future__ import annotations

import logging
import sys
import traceback

import structlog
from structlog.types import EventDict, WrappedLogger

LOUD_LIBRARIES = ("httpx", "httpcore", "uvicorn")
MUTE_LIBRARIES = ("apscheduler",)
"""They tell the words of exceptions; what fails in them, the daemon tells itself."""


def configure() -> None:
    """For people on a terminal, else as JSON. Libraries speak up only when something is wrong."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(name)s: %(message)s")
    for name in LOUD_LIBRARIES:
        logging.getLogger(name).setLevel(logging.ERROR)
    for name in MUTE_LIBRARIES:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    for_people = structlog.dev.ConsoleRenderer(colors=True)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            without_words,
            for_people if sys.stderr.isatty() else structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def without_words(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Of an exception, tell its kind and the lines of code, not its message: that may hold what a
    platform or a person wrote."""
    told = event.pop("exc_info", None)
    error = told if isinstance(told, BaseException) else sys.exc_info()[1] if told else None
    if error:
        frames = traceback.extract_tb(error.__traceback__)
        event["exception"] = type(error).__name__
        event["where"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return event
