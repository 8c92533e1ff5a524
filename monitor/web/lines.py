"""Reads the lines of a request as they come in, never much of it at once."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncGenerator, AsyncIterator

from starlette.requests import Request

from monitor.web.problem import RefusedError

MOST_BYTES = 10_000_000
"""Of a body, as sent and unpacked."""

MOST_LINES = 10_000

LONGEST_LINE = 1_000_000
"""Bytes; of what is longer, one more is kept. No channel lets people write that much."""

PATIENCE = 30.0
"""Seconds that all of a body's pieces together may be waited for."""

_STEP = 65_536
_GZIP = 16 + zlib.MAX_WBITS
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


Line = tuple[int, bytes]
"""Its number, from 1, and what it says, without the end of line."""


async def lines(request: Request, patience: float = PATIENCE) -> AsyncGenerator[Line]:
    """All lines that are not blank. Raises RefusedError, and ClientDisconnect."""
    packing = request.headers.get("content-encoding", "identity").lower()
    if packing not in ("identity", "gzip"):
        raise RefusedError(415, "send it plain, or with Content-Encoding: gzip")
    pieces = _capped(_patiently(request, patience))
    content = _capped(_unpacked(pieces)) if packing == "gzip" else pieces
    number = 0
    async for line in _split(content):
        number += 1
        if number > MOST_LINES:
            raise RefusedError(413, f"send no more than {MOST_LINES:,} lines in a request")
        if line and not line.isspace():
            yield number, line.removeprefix(_BYTE_ORDER_MARK) if number == 1 else line


async def _patiently(request: Request, patience: float) -> AsyncIterator[bytes]:
    """The pieces as they come, unless they come too slowly."""
    clock, left = asyncio.get_running_loop().time, patience
    stream = aiter(request.stream())
    while True:
        began = clock()
        try:
            async with asyncio.timeout(left):
                piece = await anext(stream)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise RefusedError(408, f"send the whole body within {patience:g} s") from None
        left -= clock() - began
        yield piece


async def _capped(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    total = 0
    async for piece in pieces:
        total += len(piece)
        if total > MOST_BYTES:
            raise RefusedError(
                413, f"send no more than {MOST_BYTES:,} bytes in a request, unpacked or not"
            )
        yield piece


async def _unpacked(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    gzip = zlib.decompressobj(_GZIP)
    async for piece in pieces:
        packed = piece
        while packed:
            try:
                yield gzip.decompress(packed, _STEP)
            except zlib.error:
                raise RefusedError(400, "the body is damaged: it is no gzip") from None
            packed = gzip.unconsumed_tail
    if not gzip.eof or gzip.unused_data:
        raise RefusedError(400, "the body is damaged: it is not one whole gzip stream")


async def _split(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    rest = bytearray()
    async for piece in pieces:
        first, *others = piece.split(b"\n")
        _add(rest, first)
        for begun in others:
            yield bytes(rest)
            rest.clear()
            _add(rest, begun)
    if rest:
        yield bytes(rest)


def _add(line: bytearray, more: bytes) -> None:
    line += more[: LONGEST_LINE + 1 - len(line)]
