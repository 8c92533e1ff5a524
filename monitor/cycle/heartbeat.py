"""A sign of life to somebody elsewhere, who notices when it stays away."""

from __future__ import annotations

import httpx
import structlog
from pydantic import SecretStr

from monitor.http import Web
from monitor.ports.connector import FetchError

log = structlog.get_logger()


class Heartbeat:
    """Asks for an address, all of which is a secret."""

    def __init__(self, url: SecretStr, web: Web) -> None:
        self._url, self._web = url, web

    def beat(self) -> bool:
        """Whether it was heard."""
        try:
            self._web.get(httpx.URL(self._url.get_secret_value()), {})
        except FetchError as error:  # its text names the path
            log.warning("heartbeat.failed", reason=error.reason.value)
            return False
        return True

    def close(self) -> None:
        self._web.close()
