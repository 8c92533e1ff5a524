"""Who may ask: only host names that are ours, and no other site's page may change anything.

Against DNS rebinding (a foreign name that leads here) and cross-site requests.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from monitor.web.problem import told

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

HEADERS = [
    (
        b"content-security-policy",
        b"default-src 'self'; base-uri 'none'; form-action 'self'; "
        b"frame-ancestors 'none'; object-src 'none'",
    ),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (b"referrer-policy", b"same-origin"),  # with no-referrer, a form of ours has no Origin
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
]


class Guard:
    """Wraps the site. `hosts` gives the names, beside loopback, under which it is reached."""

    def __init__(self, site: ASGIApp, hosts: Callable[[], Collection[str]]) -> None:
        self._site, self._hosts = site, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._site(scope, receive, send)
            return
        complaint = self._complaint(scope["method"], Headers(scope=scope))
        site = told(scope["path"], 403, complaint) if complaint else self._site
        await site(scope, receive, _with_headers(send))

    def _complaint(self, method: str, headers: Headers) -> str | None:
        if not self._is_ours(f"//{headers.get('host', '')}"):
            return "this host name is not served here; add it to http.hosts"
        if method in SAFE_METHODS:
            return None
        origin = headers.get("origin")
        if origin is not None and not self._is_ours(origin):
            return "a page of another site may not change anything here"
        if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            return "a page of another site may not change anything here"
        return None

    def _is_ours(self, address: str) -> bool:
        try:
            name = urlsplit(address).hostname
        except ValueError:
            return False
        return name is not None and (name in LOOPBACK or name in self._hosts())


def _with_headers(send: Send) -> Send:
    async def sending(message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *HEADERS]  # type: ignore[misc]
        await send(message)

    return sending  # type: ignore[return-value]
