"""The page where people log in, by name and password or with a token, and out again."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from monitor.config import Scope
from monitor.web.auth import is_closed
from monitor.web.body import content
from monitor.web.paper import Paper
from monitor.web.problem import RefusedError
from monitor.web.session import COOKIE, LASTS, Known, Sessions
from monitor.web.visitor import Reception, Visitor

if TYPE_CHECKING:
    from monitor.web.deck import Deck

MOST_BYTES = 16_384
"""Of a form."""

MOST_FIELDS = 10

_HOME = "/"
_WRONG = "That is not known here. Is it written as it was given to you?"
_NOT_ITS_PAGE = "Only the page itself can log out. Reload it."
_NO_READING = "That is known, but may not read: ask for one that has the scope read."


class Entrance:
    def __init__(self, deck: Deck, paper: Paper, sessions: Sessions, reception: Reception) -> None:
        self._deck, self._paper = deck, paper
        self._sessions, self._reception = sessions, reception

    def routes(self) -> list[Route]:
        return [
            Route("/login", self.shown),
            Route("/login", self.tried, methods=["POST"]),
            Route("/logout", self.left, methods=["POST"]),
        ]

    async def shown(self, request: Request) -> Response:
        """A browser that comes by a link from elsewhere shows no cookie of ours, though it may have
        one. So it is sent on once more from here."""
        wanted = _local(request.query_params.get("next", ""))
        visitor: Visitor = request.state.visitor
        if visitor.may(Scope.READ) or not is_closed(self._deck.config.http):
            return _on_to(wanted)
        comes_by_link = request.headers.get("sec-fetch-site") == "cross-site"
        return self._page(request, wanted, onward=comes_by_link)

    async def tried(self, request: Request) -> Response:
        try:
            fields = _fields(await content(request, MOST_BYTES))
            wanted = _local(fields.get("next", ""))
            known = self._known(request, fields)
        except RefusedError as error:
            headers = {"retry-after": str(error.more["rest"])} if "rest" in error.more else {}
            return self._page(request, _HOME, error.status, str(error).capitalize(), headers)
        if not known:
            return self._page(request, wanted, 403, _WRONG)
        if Scope.READ not in known[0].allows:
            return self._page(request, wanted, 403, _NO_READING)
        cookie = await run_in_threadpool(self._sessions.begun, known[0], self._deck.clock())
        answer = _on_to(wanted)
        answer.set_cookie(
            COOKIE,
            cookie,
            max_age=int(LASTS.total_seconds()),
            secure=self._is_secure(),
            httponly=True,
            samesite="strict",
        )
        return answer

    async def left(self, request: Request) -> Response:
        """Ends the session, if its own page asks for it."""
        session = request.state.visitor.session
        if session:
            try:
                fields = _fields(await content(request, MOST_BYTES))
            except RefusedError as error:
                return self._page(request, _HOME, error.status, str(error).capitalize())
            if not hmac.compare_digest(fields.get("csrf", "").encode(), session.csrf.encode()):
                return self._page(request, _HOME, 403, _NOT_ITS_PAGE)
            await run_in_threadpool(self._sessions.end, session, self._deck.clock())
        answer = _on_to("/login")
        answer.delete_cookie(COOKIE, secure=self._is_secure(), httponly=True, samesite="strict")
        return answer

    def _known(self, request: Request, fields: dict[str, str]) -> tuple[Known, ...]:
        http = self._deck.config.http
        place = request.state.visitor.place
        if token := fields.get("token", "").strip():
            return self._reception.tried_token(http, place, token)
        user, password = fields.get("user", ""), fields.get("password", "")
        return self._reception.tried_password(http, place, user.encode(), password.encode())

    def _page(
        self,
        request: Request,
        wanted: str,
        status: int = 200,
        complaint: str = "",
        headers: Mapping[str, str] | None = None,
        *,
        onward: bool = False,
    ) -> Response:
        http = self._deck.config.http
        page = self._paper.page(
            request,
            "login.html",
            self._deck.clock(),
            wanted=wanted,
            complaint=complaint,
            onward=onward,
            has_logins=bool(http.basic),
            has_tokens=bool(http.tokens),
        )
        page.status_code = status
        page.headers.update(headers or {})
        return page

    def _is_secure(self) -> bool:
        return self._deck.config.http.external_url.startswith("https:")


def _fields(body: bytes) -> dict[str, str]:
    """Of a form; each once, the last counts. Raises RefusedError."""
    try:
        found = parse_qs(body.decode("utf-8", "replace"), max_num_fields=MOST_FIELDS)
    except ValueError:
        raise RefusedError(400, f"send no more than {MOST_FIELDS} fields") from None
    return {name: values[-1] for name, values in found.items()}


def _local(wanted: str) -> str:
    """A path of this site; anything else leads home."""
    is_path = wanted.startswith("/") and not wanted.startswith(("//", "/\\", "/login", "/logout"))
    return wanted if is_path and wanted.isprintable() and "\\" not in wanted else _HOME


def _on_to(path: str) -> Response:
    return RedirectResponse(path, 303, {"cache-control": "no-store"})
