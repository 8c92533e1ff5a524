"""A sandbox to ask: its application without a socket, at a time that the test sets."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from starlette.applications import Starlette

from monitor.sandbox.server import build_app
from monitor.sandbox.world import Scenario, World

START = datetime(2026, 11, 22, 15, 0, 0, 250_000, tzinfo=UTC)
SITE = "http://127.0.0.1:9878"
AIR = {"Authorization": "Bearer sandbox-tarn_air"}


class Hands:
    """A clock that is set by hand."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, amount: timedelta) -> None:
        self.now += amount


@dataclass
class Peer:
    """Asks the application as a client would."""

    world: World
    clock: Hands
    app: Starlette

    def get(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        """Signed in as the airline unless `headers` are given."""
        return asyncio.run(self._get(path, AIR if headers is None else headers))

    async def _get(self, path: str, headers: dict[str, str]) -> httpx.Response:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url=SITE) as client:
            return await client.get(path, headers=headers)


@pytest.fixture
def peer() -> Peer:
    world, clock = World(Scenario(history=timedelta(hours=2)), START), Hands(START)
    return Peer(world, clock, build_app(world, clock))
