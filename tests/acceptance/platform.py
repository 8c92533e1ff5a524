"""A platform on a real socket that can fail in every way, and then recovers."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

import httpx

from tests.connectors.fake_mastodon import FakeMastodon
from tests.http.loopback import HangUpError, Loopback, Script, Visit, answer

SECRET = "s3cr3t-token-for-tests"

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


class Platform:
    """A Mastodon whose time is `clock`'s. While `trouble` is set it answers so, instead of truly;
    `spared` requests are answered well before."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.mastodon = FakeMastodon(clock(), SECRET)
        self.trouble: Script | None = None
        self.spared = 0
        self.server = Loopback(self._answered)

    @property
    def address(self) -> str:
        return self.server.address

    def says(self, author: str, text: str = "help", **more: Any) -> str:
        """A mention of the brand, now; its id."""
        self.mastodon.now = self.clock()
        if author not in self.mastodon.accounts:
            self.mastodon.join(author)
        return self.mastodon.mention(author, text, **more).id

    def replies(self, to: str, text: str = "we look into it", author: str = "brand") -> str:
        self.mastodon.now = self.clock()
        return self.mastodon.post(author, text, to=to).id

    def fails(self, trouble: Script | None, *, spared: int = 0) -> None:
        self.trouble, self.spared = trouble, spared

    def secrets_seen(self) -> int:
        """How many requests carried the secret."""
        return sum(SECRET.encode() in visit.head for visit in self.server.visits)

    def _answered(self, visit: Visit) -> Iterable[bytes]:
        if self.trouble and self.spared <= 0:
            yield from self.trouble(visit)
            return
        self.spared -= 1
        self.mastodon.now = self.clock()
        pairs = (line.partition(": ") for line in visit.head.decode().split("\r\n")[1:])
        headers = {name: value for name, _, value in pairs if name}
        url = self.address + visit.target
        told = self.mastodon.answer(httpx.Request("GET", url, headers=headers))
        lines = "".join(
            f"{name}: {value}\n" for name, value in told.headers.items() if name != "content-length"
        )
        yield answer(told.content, status=f"{told.status_code} So", headers=lines)


def whole(content: bytes = b"", status: str = "200 OK", headers: str = "") -> Script:
    """Always the same answer."""
    return lambda _visit: [answer(content, status=status, headers=headers)]


def hanging(visit: Visit) -> Iterator[bytes]:
    visit.wait(30)
    yield b""


def dripping(visit: Visit) -> Iterator[bytes]:
    yield HEAD + b"Content-Length: 100000\r\n\r\n["
    for _ in range(1000):
        visit.wait(0.02)
        yield b" "


def half(_visit: Visit) -> Iterator[bytes]:
    yield HEAD + b"Content-Length: 1000\r\n\r\n[{"
    raise HangUpError


def flooding(_visit: Visit) -> Iterator[bytes]:
    yield HEAD + b"Content-Length: 50000000\r\n\r\n["
    for _ in range(50):
        yield b" " * 1_000_000


def bomb(_visit: Visit) -> Iterator[bytes]:
    yield answer(gzip.compress(b" " * 50_000_000), headers="Content-Encoding: gzip\n")
