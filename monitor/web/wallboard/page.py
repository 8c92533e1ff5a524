"""The wallboard's page, and the markup of what changes on it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from monitor.web.deck import Deck
from monitor.web.languages import named
from monitor.web.paper import Paper
from monitor.web.wallboard.board import Board, CrowdedError
from monitor.web.wallboard.filter import Filter
from monitor.web.wallboard.row import Row
from monitor.web.wallboard.stream import Broadcaster
from monitor.web.wallboard.view import View
from monitor.web.wording import platform

Options = list[tuple[str, str]]
"""What is asked for, and how it is called."""


def routes(deck: Deck, paper: Paper) -> list[Route]:
    wallboard = Wallboard(deck, paper)
    return [
        Route("/", wallboard.page),
        Route("/events", wallboard.events),
    ]


class Wallboard:
    def __init__(self, deck: Deck, paper: Paper) -> None:
        self._deck, self._paper = deck, paper
        self._board = Board(deck, self._changed)
        self.events = Broadcaster(self._board, deck.ending).events

    def page(self, request: Request) -> Response:
        filter_ = Filter.asked(request.query_params)
        try:
            seen, place, now = self._board.look(filter_)
        except CrowdedError as error:
            return PlainTextResponse(f"{error}\n", 503, {"retry-after": "30"})
        return self._paper.page(
            request,
            "wallboard/page.html",
            now,
            here="/",
            view=seen,
            place=place,
            choices=self._choices(seen),
            is_wall=request.query_params.get("view") == "wall",
        )

    def _changed(self, seen: View, rows: Iterable[Row], is_head_new: bool) -> dict[str, Any]:
        """What the page's script puts in its place."""
        now = self._deck.clock()
        put = [{"id": row.number, "html": self._part("row", seen, now, row=row)} for row in rows]
        head = None
        if is_head_new:
            parts = ("title", "facts", "chips", "more", "empty")
            head = {name: self._part(name, seen, now).strip() for name in parts}
        return {"put": put, "head": head}

    def _part(self, name: str, seen: View, now: datetime, **context: Any) -> str:
        return self._paper.part(f"wallboard/{name}.html", now, view=seen, **context)

    def _choices(self, seen: View) -> dict[str, Options]:
        accounts = [watch.settings for watch in self._deck.watches.values()]
        targets = sorted({target.name for one in accounts for target in one.targets})
        spoken = sorted((named(tag), tag) for tag in seen.head.languages)
        return {
            "brand": _same({one.brand for one in accounts}),
            "platform": [
                (one, platform(one)) for one in sorted({one.platform for one in accounts})
            ],
            "account": _same({one.name for one in accounts}),
            "target": _same(targets),
            "language": [(tag, name) for name, tag in spoken],
        }


def _same(names: Iterable[str]) -> Options:
    return [(name, name) for name in sorted(names)]
