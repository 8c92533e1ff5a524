"""A program with an inbox and a polled account, to which requests are made without a socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterable, Collection, Mapping
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa
from starlette.types import ASGIApp

from monitor import web
from monitor.app import Program
from monitor.store import accounts, schema
from tests.acceptance.platform import SECRET
from tests.acceptance.watching import NOON, Hands

OURS = "http://127.0.0.1:9877"
POSTS = "/api/v1/accounts/phone/posts"
TOKENS = f"""
  tokens:
    - {{name: sender, token: {SECRET}, scopes: [ingest]}}
"""
HEAD = """
store: sqlite:///rw.db
targets:
  forty: {metric: first_reply, within: 40s, objective: 90%, warn_at: []}
accounts:
"""
ACCOUNTS = {
    "phone": "{name: phone, connector: inbox, handle: desk}",
    "social": '{name: social, connector: mastodon, server: "https://social.example", handle: desk,'
    " access_token: t}",
    "chat": "{name: chat, connector: inbox, handle: helper, brand: Other}",
}

Body = bytes | AsyncIterable[bytes]
Headers = Mapping[str, str] | Mapping[bytes, bytes]


class Inbox:
    """`http`: what stands under this heading of the configuration."""

    def __init__(self, folder: Path, clock: Hands, http: str = TOKENS) -> None:
        self.clock, self._path = clock, folder / "rw.yml"
        self.write(http)
        self.program = Program(self._path, clock)
        self.serve(web.build(self.program))

    def serve(self, site: ASGIApp) -> None:
        """From now on, by this."""
        self._site = site

    def write(self, http: str, accounts: Collection[str] = tuple(ACCOUNTS)) -> None:
        entries = "".join(f"  - {ACCOUNTS[name]}\n" for name in accounts)
        self._path.write_text(f"http:{http}{HEAD}{entries}", encoding="utf-8")

    def close(self) -> None:
        for watch in self.program.watches.values():
            watch.web.close()
        self.program.store.close()

    def hand_in(
        self, *lines: Any, path: str = POSTS, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Each line is what is sent, or an object to be written as JSON."""
        sent = (line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
        return self.send(b"\n".join(sent), path=path, headers=headers)

    def send(
        self, body: Body, path: str = POSTS, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """By the sender who has the token."""
        return asyncio.run(self.asked("POST", path, by_token(headers), body))

    def ask(self, method: str, path: str, headers: Headers) -> httpx.Response:
        return asyncio.run(self.asked(method, path, headers))

    def act(self, method: str, path: str, headers: Headers, body: Body) -> httpx.Response:
        return asyncio.run(self.asked(method, path, headers, body))

    async def asked(
        self, method: str, path: str, headers: Headers, body: Body = b""
    ) -> httpx.Response:
        transport = httpx.ASGITransport(self._site)
        async with httpx.AsyncClient(transport=transport, base_url=OURS) as client:
            return await client.request(method, path, headers=headers, content=body)

    def stored(self) -> list[str]:
        with self.program.store.read() as tx:
            return list(tx.scalars(sa.select(schema.post.c.native_id)))

    def row(self) -> accounts.AccountRow:
        with self.program.store.read() as tx:
            return accounts.one(tx, "phone")


def by_token(headers: Mapping[str, str] | None = None) -> Mapping[str, str]:
    return {"authorization": f"Bearer {SECRET}", **(headers or {})}


def call(number: int, **fields: Any) -> dict[str, Any]:
    """A caller joins the queue, at noon."""
    caller = {"author_id": f"c{number}", "author_handle": f"c{number}", "surface": "message"}
    return {"id": f"call-{number}", **caller, "created_at": NOON.isoformat(), **fields}
