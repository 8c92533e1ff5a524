"""An answer that goes on, such as a stream of events, ends for who would not be let in any more."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from starlette.types import Message, Receive


class Hearing:
    """Stands between a server's `receive` and who waits there for the other end to go away: that
    is told, too, once `is_welcome` denies it, which is asked each `every` seconds. Then `is_over`,
    and the answer is still to be ended."""

    def __init__(
        self, receive: Receive, is_welcome: Callable[[], Awaitable[bool]], every: float
    ) -> None:
        self._receive, self._is_welcome, self._every = receive, is_welcome, every
        self.is_over = False

    async def receive(self) -> Message:
        coming = asyncio.ensure_future(self._receive())
        try:
            while not (await asyncio.wait({coming}, timeout=self._every))[0]:
                if not await self._is_welcome():
                    self.is_over = True
                    return {"type": "http.disconnect"}
            return coming.result()
        finally:
            coming.cancel()
