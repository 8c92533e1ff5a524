"""The program's pages, asked without a socket; it watches one account on a platform."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest
from starlette.types import ASGIApp

from monitor import web
from monitor.app import Program
from monitor.cycle.poll import poll
from monitor.cycle.promises import put_in_force
from tests.acceptance.platform import Platform
from tests.acceptance.watching import Hands, configuration

OURS = "http://127.0.0.1:9877"
HTTP = "http: {external_url: 'https://care.example.com', hosts: [Rooms.example.com]}\n"


class Client:
    """Asks a site as a browser on this machine would."""

    def __init__(self, site: ASGIApp) -> None:
        self._site = site

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return asyncio.run(self._ask("GET", path, headers))

    def post(self, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return asyncio.run(self._ask("POST", path, headers))

    async def _ask(
        self, method: str, path: str, headers: Mapping[str, str] | None
    ) -> httpx.Response:
        transport = httpx.ASGITransport(self._site)
        async with httpx.AsyncClient(transport=transport, base_url=OURS) as client:
            return await client.request(method, path, headers=headers)


class House:
    """A program under its configuration, whose jobs do not run; it polls when it is told to."""

    def __init__(self, folder: Path, platform: Platform, clock: Hands, head: str = HTTP) -> None:
        self.platform, self.clock = platform, clock
        self.path = folder / "acme.yml"
        self.write(head=head)
        self.program = Program(self.path, clock)
        with self.program.store.write() as tx:
            put_in_force(tx, self.program.watches.values())
        self.site = web.build(self.program)
        self.client = Client(self.site)

    def write(self, **fields: str) -> None:
        self.path.write_text(configuration(self.platform.address, **fields), encoding="utf-8")

    def poll(self) -> None:
        poll(self.program.store, self.program.watches["acme"], self.clock)

    def close(self) -> None:
        for watch in self.program.watches.values():
            watch.web.close()
        self.program.store.close()


@pytest.fixture
def house(tmp_path: Path, platform: Platform, clock: Hands) -> Iterator[House]:
    house = House(tmp_path, platform, clock)
    yield house
    house.close()
