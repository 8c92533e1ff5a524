"""Serves what is described: one resource a path, which knows its methods."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from monitor.web.api.endpoint import Serve
from monitor.web.problem import RefusedError, problem


class Resource:
    """What is at one path, by method."""

    def __init__(self, serves: Mapping[str, Serve]) -> None:
        self._serves = serves

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._response(Request(scope, receive))
        await response(scope, receive, send)

    async def _response(self, request: Request) -> Response:
        serve = self._serves.get("GET" if request.method == "HEAD" else request.method)
        if serve is None:
            allowed = ", ".join(_with_head(self._serves))
            return problem(405, f"this takes {allowed}", {"allow": allowed})
        try:
            return await serve(request)
        except RefusedError as error:
            return problem(error.status, str(error), **error.more)


def _with_head(methods: Mapping[str, Serve]) -> list[str]:
    return sorted({*methods, *(["HEAD"] if "GET" in methods else [])})
