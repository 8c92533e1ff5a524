"""Logins by app password."""

from __future__ import annotations

import re
from collections.abc import Mapping

from connectors.bluesky.wire import GRANT, Document, Grant, failure
from monitor.http import Answer, Session, Site, Web

LOGIN = "/xrpc/com.atproto.server.createSession"
REFRESH = "/xrpc/com.atproto.server.refreshSession"
_LET_IN_NO_MORE = (400, 401, 403)
_SPENT = ("ExpiredToken", "InvalidToken")
_SECURE_HOST = re.compile(r"https://[A-Za-z0-9.-]+(:\d+)?")


class Login:
    """Lets an account in by its app password."""

    def __init__(self, web: Web, server: str, handle: str, password: str) -> None:
        self.key = f"{handle} on {server}"
        self.credential = password
        self._web = web
        self._server = server
        self._handle = handle

    def login(self) -> Session | None:
        asked = {"identifier": self._handle, "password": self.credential}
        return self._granted(self._web.site(self._server).post(LOGIN, asked, also=_LET_IN_NO_MORE))

    def refresh(self, session: Session) -> Session | None:
        site = self._web.site(session.address, _bearing(session.refresh))
        return self._granted(site.post(REFRESH, also=_LET_IN_NO_MORE))

    def site(self, session: Session) -> Site:
        return self._web.site(session.address, _bearing(session.access))

    def is_spent(self, answer: Answer) -> bool:
        return answer.status == 401 or failure(answer) in _SPENT

    def _granted(self, answer: Answer) -> Session | None:
        if answer.status in _LET_IN_NO_MORE and not answer.is_page:
            return None
        granted = answer.read(GRANT)
        return Session(granted.access_jwt, granted.refresh_jwt, granted.did, self._home(granted))

    def _home(self, granted: Grant) -> str:
        """The server that the account lies on, behind the one that it logs in at."""
        document = granted.did_doc
        services = document.service if isinstance(document, Document) else []
        for service in services:
            endpoint = service.service_endpoint
            if service.id.endswith("#atproto_pds") and isinstance(endpoint, str):
                return endpoint if _SECURE_HOST.fullmatch(endpoint) else self._server
        return self._server


def _bearing(token: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {token}"}
