"""What a browser keeps and sends, as far as logging in goes: cookies, and where a page is from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import httpx

from monitor.web.session import COOKIE, CSRF_HEADER
from tests.web.handing import OURS, Inbox

PAGE = {"accept": "text/html,application/xhtml+xml", "sec-fetch-site": "same-origin"}


class Browser:
    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self.cookie: str | None = None

    def goes_to(self, path: str, **headers: str) -> httpx.Response:
        return self._ask("GET", path, {**PAGE, **_named(headers)})

    def sends(self, path: str, **fields: str) -> httpx.Response:
        """A form of our own page."""
        kind = {"content-type": "application/x-www-form-urlencoded", "origin": OURS}
        return self._ask("POST", path, {**PAGE, **kind}, urlencode(fields).encode())

    def logs_in(self, user: str, password: str) -> httpx.Response:
        return self.sends("/login", user=user, password=password)

    def script(
        self, method: str, path: str, csrf: str | None = None, **headers: str
    ) -> httpx.Response:
        """A request by the script of our page."""
        shown = {CSRF_HEADER: csrf} if csrf is not None else {}
        modes = {"sec-fetch-site": "same-origin", "sec-fetch-mode": "cors", "accept": "*/*"}
        return self._ask(method, path, {**modes, **shown, **_named(headers)})

    @property
    def csrf(self) -> str:
        """As the page has it."""
        found = re.search(r'name="csrf-token" content="([^"]+)"', self.goes_to("/").text)
        return found[1] if found else ""

    def _ask(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> httpx.Response:
        kept = {"cookie": f"{COOKIE}={self.cookie}"} if self.cookie else {}
        answered = self._inbox.act(method, path, {**headers, **kept}, body)
        for line in answered.headers.get_list("set-cookie"):
            morsel = SimpleCookie(line)[COOKIE]
            self.cookie = None if morsel["max-age"] == "0" else morsel.value
        return answered


def _named(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
