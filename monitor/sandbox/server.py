"""The web application: one door before every answer, and the pages for people."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from threading import Lock
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from monitor.sandbox import api, pages
from monitor.sandbox.api import Answer, Call, Refusal, Reply
from monitor.sandbox.limits import PAGED, PER_ACCOUNT, PER_ADDRESS, PER_TOKEN, Limits, Rule
from monitor.sandbox.paging import CURSORS, OutOfRangeError
from monitor.sandbox.people import Person
from monitor.sandbox.wire import Wire
from monitor.sandbox.world import World

Clock = Callable[[], datetime]

TOKEN_PREFIX = "sandbox-"  # noqa: S105
INVALID = "The access token is invalid"
CHALLENGE = 'Bearer realm="Doorkeeper", error="invalid_token", error_description='


def build_app(world: World, clock: Clock) -> Starlette:
    """The server of a world. Every request first advances the world to the clock's time.

    `Authorization: Bearer sandbox-tarn_air` reads as that brand.
    """
    door = _Door(world, clock)
    accounts, one_status = "/api/v1/accounts", "/api/v1/statuses/{id}"
    routes = [
        Route("/health", _health),
        Route(f"{accounts}/lookup", door.answers(api.lookup)),
        Route(f"{accounts}/verify_credentials", door.answers(api.verify_credentials)),
        Route(f"{accounts}/{{id}}/statuses", door.answers(api.account_statuses)),
        Route("/api/v1/notifications", door.answers(api.notifications)),
        Route("/api/v1/statuses", door.answers(api.statuses)),
        Route(one_status, door.answers(api.status)),
        Route(f"{one_status}/context", door.answers(api.context)),
        Route("/api/v1/instance", door.answers(api.instance)),
        Route("/", door.shows(pages.front)),
        Route("/@{name}", door.shows(pages.profile)),
        Route("/@{name}/{id}", door.shows(pages.thread)),
    ]
    return Starlette(routes=routes, exception_handlers={404: _not_found})


class _Door:
    """Advances the world, knows the caller, counts the request; one request at a time."""

    def __init__(self, world: World, clock: Clock) -> None:
        self._world = world
        self._clock = clock
        self._limits = Limits()
        self._lock = Lock()

    def answers(self, answer: Answer) -> Callable[[Request], Response]:
        def endpoint(request: Request) -> Response:
            with self._lock:
                now = self._now()
                return _dated(self._api(answer, request, now), now)

        return endpoint

    def shows(self, page: pages.Show) -> Callable[[Request], Response]:
        def endpoint(request: Request) -> Response:
            with self._lock:
                now = self._now()
                wire = Wire(self._world.instance, _site(request), now, None)
                html = page(wire, self._world.cast, request.path_params)
            return _dated(_html(html), now)

        return endpoint

    def _now(self) -> datetime:
        now = self._clock()
        self._world.advance(now)
        return now

    def _api(self, answer: Answer, request: Request, now: datetime) -> Response:
        token = _token(request)
        viewer = self._viewer(token)
        standing = self._limits.take(_kinds(request, viewer), now)
        headers = standing.headers()
        if standing.is_exceeded:
            return _error(429, "Too many requests", {**headers, "Connection": "close"})
        if token is not None and viewer is None:
            return _error(401, INVALID, headers)
        call = Call(request, Wire(self._world.instance, _site(request), now, viewer))
        try:
            return _reply(answer(call), call, headers)
        except Refusal as refusal:
            return _error(refusal.status, refusal.reason, headers)
        except OutOfRangeError:
            return HTMLResponse("", 500)

    def _viewer(self, token: str | None) -> Person | None:
        accounts = (brand.account for brand in self._world.cast.brands)
        return next((who for who in accounts if f"{TOKEN_PREFIX}{who.username}" == token), None)


def _token(request: Request) -> str | None:
    """The bearer token; one in the query is no token, as upstream."""
    if "access_token" in request.query_params:
        return ""
    header = request.headers.get("Authorization")
    return None if header is None else header.removeprefix("Bearer ")


def _kinds(request: Request, viewer: Person | None) -> Sequence[tuple[Rule, str]]:
    if viewer is None:
        return [(PER_ADDRESS, request.client.host if request.client else "")]
    kinds = [(PER_ACCOUNT, viewer.username), (PER_TOKEN, viewer.username)]
    if any(name in request.query_params for name in (*CURSORS, "page")):
        kinds.append((PAGED, viewer.username))
    return kinds


def _reply(reply: Reply, call: Call, headers: dict[str, str]) -> Response:
    body = orjson.dumps(reply.body)
    tag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    cache = "private, no-store" if call.wire.viewer else "max-age=15, public"
    headers = {**headers, "ETag": tag, "Cache-Control": cache}
    if reply.link is not None:
        headers["Link"] = reply.link
    if call.request.headers.get("If-None-Match") == tag:
        return Response(status_code=304, headers=headers)
    return _json(200, body, headers)


def _error(status: int, reason: str, headers: dict[str, str]) -> Response:
    if status == 401:
        headers = {**headers, "WWW-Authenticate": f'{CHALLENGE}"{reason}"'}
    return _json(status, orjson.dumps({"error": reason}), headers)


def _json(status: int, body: bytes, headers: dict[str, str]) -> Response:
    return Response(body, status, headers, "application/json; charset=utf-8")


def _site(request: Request) -> str:
    """The origin that was asked, as upstream builds its links from the request's Host."""
    return str(request.base_url).rstrip("/")


def _dated(response: Response, now: datetime) -> Response:
    """The server's clock is the world's, so `Date` is too."""
    response.headers["Date"] = format_datetime(now.astimezone(UTC), usegmt=True)
    return response


def _html(page: str | None) -> Response:
    return HTMLResponse(page or pages.NOT_FOUND, 200 if page else 404, pages.HEADERS)


def _health(_request: Request) -> Response:
    return PlainTextResponse("OK")


def _not_found(_request: Request, _error: Any) -> Response:
    return _html(None)
