"""Writes answers: JSON that a terminal may show, with a tag by which it is known again."""

from __future__ import annotations

import hashlib
from typing import Any

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from monitor.report import plain

_TAG_BYTES = 16
KEEPING = "private, no-cache"
"""Kept by who asked alone, and asked for again each time, which the tag makes cheap."""


def answered(request: Request, form: type[BaseModel], told: Any) -> Response:
    """`told` as `form` describes it; 304 where the asker has it already."""
    known = form.model_validate(told)
    headers = {"cache-control": KEEPING, **_links(known)}
    body = plain.line(known.model_dump(mode="json", by_alias=True)).encode()
    if request.method in ("GET", "HEAD"):
        tag = f'"{hashlib.sha256(body).hexdigest()[: 2 * _TAG_BYTES]}"'
        headers["etag"] = tag
        if _has(request.headers.get("if-none-match", ""), tag):
            return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


def _has(shown: str, tag: str) -> bool:
    """By weak comparison (RFC 9110, 13.1.2)."""
    tags = [one.strip().removeprefix("W/") for one in shown.split(",")]
    return tag in tags or tags == ["*"]


def _links(known: BaseModel) -> dict[str, str]:
    """Where there are more pages, the next one (RFC 8288)."""
    following = getattr(known, "next", None)
    return {"link": f'<{following}>; rel="next"'} if following else {}
