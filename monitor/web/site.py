"""Which address shows what."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route, Router
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from monitor.config import ConfigError
from monitor.store.database import StoreError
from monitor.web import api
from monitor.web.account import page as account
from monitor.web.auth import Auth
from monitor.web.deck import Deck
from monitor.web.entrance import Entrance
from monitor.web.guard import Guard
from monitor.web.limits import Attempts
from monitor.web.paper import Paper
from monitor.web.problem import STORE_REST, come_back, told
from monitor.web.report import page as report
from monitor.web.session import Sessions
from monitor.web.turns import REST, BusyError, Turns
from monitor.web.visitor import Reception
from monitor.web.wait import page as wait
from monitor.web.wallboard import page as wallboard

log = structlog.get_logger()

HERE = Path(__file__).parent


def build(deck: Deck, turns: Turns | None = None) -> ASGIApp:
    """The site, guarded. What is heavy takes these turns."""
    turns = turns or Turns()
    pages, paper = _Pages(deck), Paper(deck)
    sessions = Sessions(deck.store)
    reception = Reception(sessions, Attempts(), deck.clock)
    entrance = Entrance(deck, paper, sessions, reception)
    router = Router(
        [
            *wallboard.routes(deck, paper),
            *wait.routes(deck, paper),
            *account.routes(deck, paper),
            *report.routes(deck, paper, turns),
            Route("/metrics", pages.metrics),
            Route("/-/healthy", pages.healthy),
            Route("/-/ready", pages.ready),
            Route("/-/reload", pages.reload, methods=["POST"]),
            *entrance.routes(),
            *api.routes(deck, turns),
            Mount("/static", _Static(directory=HERE / "static")),
        ]
    )
    careful = ExceptionMiddleware(
        router,
        {StoreError: _store_failed, BusyError: _busy, ClientDisconnect: _gone, Exception: _failed},
    )
    return Guard(Auth(careful, deck, reception), lambda: _hosts(deck))


def _store_failed(request: Request, error: Exception) -> Response:
    return come_back(request.url.path, 503, f"the store cannot be used: {error}", STORE_REST)


def _busy(request: Request, _error: Exception) -> Response:
    detail = "others wait for what takes as long; ask again in a moment"
    return come_back(request.url.path, 503, detail, REST)


def _gone(_request: Request, _error: Exception) -> Response:
    return Response(status_code=400)  # nobody hears it


def _failed(request: Request, error: Exception) -> Response:
    """A defect. What it says may be somebody's words: the log tells where it arose, and no more."""
    log.error("page.failed", path=request.url.path, exc_info=error)
    return told(request.url.path, 500, "a defect in replywatch: see its log")


def _hosts(deck: Deck) -> set[str]:
    http = deck.config.http
    external = urlsplit(http.external_url).hostname
    return {*http.hosts, *([external] if external else [])}


class _Static(StaticFiles):
    """Asked for anew each time, so that after an upgrade no page wears the old sheet; mostly the
    answer is that nothing has changed."""

    def file_response(self, *args: Any, **more: Any) -> Response:
        response = super().file_response(*args, **more)
        response.headers["cache-control"] = "no-cache"
        return response


class _Pages:
    """Plain functions: Starlette runs them in threads, as the store is synchronous."""

    def __init__(self, deck: Deck) -> None:
        self._deck = deck

    def metrics(self, request: Request) -> Response:
        body, content_type = self._deck.metrics(request.headers.get("accept", ""))
        return Response(body, headers={"content-type": content_type})

    def healthy(self, _request: Request) -> Response:
        return PlainTextResponse("replywatch is healthy.\n")

    def ready(self, _request: Request) -> Response:
        if self._deck.is_ready():
            return PlainTextResponse("replywatch is ready.\n")
        return PlainTextResponse("an account has not been polled yet\n", status_code=503)

    def reload(self, _request: Request) -> Response:
        try:
            self._deck.reload()
        except ConfigError as error:
            return PlainTextResponse(f"{error}\n", status_code=400)
        return PlainTextResponse("the configuration was taken.\n")
