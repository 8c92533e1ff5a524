"""How the API says that something went wrong (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, PlainTextResponse, Response

API = "/api/"
"""Below this, everything that goes wrong is told so."""

STORE_REST = 5
"""Seconds to come back after, where the store failed."""

KIND = "application/problem+json"


class RefusedError(Exception):
    """A request that is not served: the status, and what the caller can do. `more` are further
    members of the problem."""

    def __init__(self, status: int, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.status, self.more = status, more


class Problem(BaseModel):
    """What went wrong. There may be further members."""

    model_config = ConfigDict(extra="allow", frozen=True)

    title: str
    status: int
    detail: Annotated[str, Field(description="What the caller can do.")]


def problem(
    status: int, detail: str, headers: Mapping[str, str] | None = None, **more: Any
) -> JSONResponse:
    """`more` are further members."""
    told = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, **more)
    return JSONResponse(told.model_dump(mode="json"), status, headers, media_type=KIND)


def told(path: str, status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """What is wrong at this path: in the way of the API, or as a line of text."""
    if path.startswith(API):
        return problem(status, detail, headers)
    return PlainTextResponse(f"{detail}\n", status, headers)


def come_back(path: str, status: int, detail: str, rest: int) -> Response:
    """The same may be well in so many seconds."""
    return told(path, status, detail, {"retry-after": str(rest)})
