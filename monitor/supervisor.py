"""Tells systemd how the service fares, by the protocol of sd_notify(3), where systemd asks for it.

A datagram to the socket that the environment names; without one nobody is told.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping

import structlog

log = structlog.get_logger()

SOCKET = "NOTIFY_SOCKET"
WATCHDOG = "WATCHDOG_USEC"
WATCHDOG_PID = "WATCHDOG_PID"

PATIENCE = 1.0
"""Seconds for one that does not listen."""


class Supervisor:
    """What started this process and wants to know of it."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._address = _address(environment.get(SOCKET, ""))
        self._gap = _gap(environment)
        self._alive_at = float("-inf")

    def ready(self) -> None:
        """It has begun to serve, or goes on after a reload."""
        self._tell("READY=1")

    def reloading(self) -> None:
        self._tell("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        self._tell("STOPPING=1")

    def alive(self) -> None:
        """Call it often, and only while all is well: the watchdog restarts what falls silent."""
        now = time.monotonic()
        if self._gap and now - self._alive_at >= self._gap:
            self._alive_at = now
            self._tell("WATCHDOG=1")

    def _tell(self, *states: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                sender.settimeout(PATIENCE)
                sender.connect(self._address)
                sender.sendall("\n".join(states).encode())
        except OSError as error:
            log.warning("supervisor.not_told", state=states[0], error=str(error))


def _address(named: str) -> str:
    """A path, or a name without one, which the kernel knows by a NUL before it."""
    return f"\0{named[1:]}" if named.startswith("@") else named


def _gap(environment: Mapping[str, str]) -> float:
    """Seconds between signs of life: half of what the watchdog waits for. 0 where there is none."""
    meant_for = environment.get(WATCHDOG_PID, "")
    if meant_for and meant_for != str(os.getpid()):
        return 0.0
    return int(environment.get(WATCHDOG) or 0) / 2e6
