"""How the API says that something went wrong (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.responses import JSONResponse

API = "/api/"
"""Below this, everything that goes wrong is told so."""

KIND = "application/problem+json"


class RefusedError(Exception):
    """A request that is not served: the status, and what the caller can do. `more` are further
    members of the problem."""

    def __init__(self, status: int, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.status, self.more = status, more


def problem(
    status: int, detail: str, headers: Mapping[str, str] | None = None, **more: Any
) -> JSONResponse:
    """`detail` says what the caller can do; `more` are further members."""
    told = {"title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    return JSONResponse(told, status, headers, media_type=KIND)
