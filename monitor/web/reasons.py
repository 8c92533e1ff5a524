"""Why a poll failed, in words, and what a person can do."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.ports.connector import Reason


@dataclass(frozen=True, slots=True)
class Trouble:
    """`words` is what happened, `code` what it is called; `advice` is what to do."""

    words: str
    code: str
    advice: str


TROUBLES = {
    Reason.AUTH: Trouble(
        "The server refuses our access",
        "HTTP 401 or 403",
        "Make a new token or password, put it into the configuration and reload. "
        "replywatch check --online tries it.",
    ),
    Reason.RATE_LIMITED: Trouble(
        "The server asks us to slow down",
        "HTTP 429",
        "Nothing to do now: it reads again by itself. If it comes often, set a longer poll.",
    ),
    Reason.REJECTED: Trouble(
        "The server refuses what we ask for",
        "HTTP 4xx",
        "Look at the account's server and handle in the configuration. "
        "replywatch check --online tries them.",
    ),
    Reason.UNAVAILABLE: Trouble(
        "The server is not available",
        "HTTP 5xx, or no answer in time",
        "Nothing to do here: it tries again by itself. If it lasts, look at the network.",
    ),
    Reason.BAD_PAYLOAD: Trouble(
        "The server answers what we cannot read",
        "not the form we expect",
        "Is it the right address, and that kind of server? If so, this is a defect of the "
        "connector: tell its makers, with the log.",
    ),
    Reason.STORE: Trouble(
        "What was read could not be stored",
        "the database",
        "Look at the disk, and at who owns the database. It tries again by itself.",
    ),
    Reason.INTERNAL: Trouble(
        "A defect in replywatch",
        "internal",
        "The log tells where it arose: please report it. It tries again by itself.",
    ),
}


def trouble(reason: str) -> Trouble:
    """Raises ValueError for a reason that is none."""
    return TROUBLES[Reason(reason)]
