"""Which address shows what."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import jinja2
import structlog
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, Router
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from monitor import __version__
from monitor.config import ConfigError
from monitor.store.database import StoreError
from monitor.web import api
from monitor.web.auth import Auth
from monitor.web.deck import Deck
from monitor.web.entrance import Entrance
from monitor.web.guard import Guard
from monitor.web.limits import Attempts
from monitor.web.problem import STORE_REST, come_back, told
from monitor.web.session import Sessions
from monitor.web.visitor import Reception
from monitor.web.waiting import clock_time, waiting

log = structlog.get_logger()

HERE = Path(__file__).parent


def build(deck: Deck) -> ASGIApp:
    """The site, guarded."""
    pages = _Pages(deck)
    sessions = Sessions(deck.store)
    reception = Reception(sessions, Attempts(), deck.clock)
    entrance = Entrance(deck, sessions, reception, HERE / "templates")
    router = Router(
        [
            Route("/", pages.wallboard),
            Route("/waiting", pages.waiting),
            Route("/metrics", pages.metrics),
            Route("/-/healthy", pages.healthy),
            Route("/-/ready", pages.ready),
            Route("/-/reload", pages.reload, methods=["POST"]),
            *entrance.routes(),
            *api.routes(deck),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ]
    )
    careful = ExceptionMiddleware(router, {StoreError: _store_failed, Exception: _failed})
    return Guard(Auth(careful, deck, reception), lambda: _hosts(deck))


def _store_failed(request: Request, error: Exception) -> Response:
    return come_back(request.url.path, 503, f"the store cannot be used: {error}", STORE_REST)


def _failed(request: Request, error: Exception) -> Response:
    """A defect. What it says may be somebody's words: the log tells where it arose, and no more."""
    log.error("page.failed", path=request.url.path, exc_info=error)
    return told(request.url.path, 500, "a defect in replywatch: see its log")


def _hosts(deck: Deck) -> set[str]:
    http = deck.config.http
    external = urlsplit(http.external_url).hostname
    return {*http.hosts, *([external] if external else [])}


class _Pages:
    """Plain functions: Starlette runs them in threads, as the store is synchronous."""

    def __init__(self, deck: Deck) -> None:
        self._deck = deck
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
        )
        self._templates.filters["clock_time"] = clock_time

    def wallboard(self, request: Request) -> Response:
        return self._page("wallboard.html", request)

    def waiting(self, request: Request) -> Response:
        """The part of the wallboard that changes."""
        return self._page("waiting.html", request)

    def _page(self, name: str, request: Request) -> Response:
        deck, now = self._deck, self._deck.clock()
        with deck.store.read() as tx:
            shown = waiting(tx, deck.watches, now)
        page = self._templates.get_template(name).render(
            waiting=shown,
            csrf=request.state.csrf,
            zone=deck.config.timezone,
            sandbox=deck.config.sandbox,
            version=__version__,
        )
        return HTMLResponse(page, headers={"cache-control": "no-store"})

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
