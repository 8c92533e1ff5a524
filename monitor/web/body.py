"""Reads a short body whole, and never more of it."""

from __future__ import annotations

import asyncio

from starlette.requests import Request

from monitor.web.problem import RefusedError

PATIENCE = 30.0
"""Seconds for all of it."""


async def content(request: Request, most: int) -> bytes:
    """Raises RefusedError: 408, 413; and ClientDisconnect."""
    found = b""
    try:
        async with asyncio.timeout(PATIENCE):
            async for piece in request.stream():
                found += piece
                if len(found) > most:
                    raise RefusedError(413, f"send no more than {most:,} bytes in a request")
    except TimeoutError:
        raise RefusedError(408, f"send the whole body within {PATIENCE:g} s") from None
    return found
