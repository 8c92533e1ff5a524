"""The page of a wait."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from monitor.cycle.act import standing
from monitor.domain.wait import DEFINITION_VERSION
from monitor.report.cleaning import web_address
from monitor.store import accounts, history, reach
from monitor.web.deck import Deck
from monitor.web.paper import Paper
from monitor.web.wait.story import Chapter, Story, story
from monitor.web.wait.strip import strip
from monitor.web.wait.timeline import name_of, timeline
from monitor.web.wallboard.board import GROWTH_OVER
from monitor.web.wallboard.row import LONGEST_NAME, line
from monitor.web.wallboard.state import State


def routes(deck: Deck, paper: Paper) -> list[Route]:
    page = _Page(deck, paper)
    return [Route("/waits/{number}", page.wait)]


_NUMBER = re.compile("[0-9]{1,18}")
"""One that the store can look for."""

_MISSING = "There is no wait of this number here, or its conversation is not kept any more."

_UNWATCHED = "The account of this wait is not configured any more."


class _Page:
    def __init__(self, deck: Deck, paper: Paper) -> None:
        self._deck, self._paper = deck, paper

    def wait(self, request: Request) -> Response:
        deck, told_number = self._deck, request.path_params["number"]
        now = deck.clock()
        try:
            number = _number(told_number)
            with deck.store.read() as tx:
                watch = deck.watches.get(history.account_of(tx, number))
                if watch is None:
                    return self._paper.missing(request, _UNWATCHED, now)
                row = accounts.one(tx, watch.name)
                stored = standing(tx, row.id, number)
                if stored.number != number:
                    return RedirectResponse(f"/waits/{stored.number}", 302)
                told = story(tx, watch, stored, now)
                shown = told.customer
                grown = reach.as_of(tx, row.id, [shown.id] if shown else [], now - GROWTH_OVER)
        except (KeyError, IndexError):  # a defect, not a number that nobody knows
            raise
        except LookupError:
            return self._paper.missing(request, _MISSING, now)
        total = shown.reach.total if shown else None
        events = timeline(told)
        return self._paper.page(
            request,
            "wait/page.html",
            now,
            story=told,
            watch=watch.settings,
            name=name_of(shown) if shown else line(told.handle, LONGEST_NAME),
            handle=line(told.handle, LONGEST_NAME),
            shown=shown,
            link=web_address(shown.url) if shown else None,
            reach=total,
            growth=max((total or 0) - grown.get(shown.id, total or 0), 0) if shown else 0,
            events=events,
            strip=strip(told, events, deck.config.timezone),
            states={one.number: _state(told, one) for one in told.waits},
            definition=DEFINITION_VERSION,
        )


def _number(told: str) -> int:
    """Raises LookupError."""
    if not _NUMBER.fullmatch(told):
        raise LookupError("no wait has such a number")
    return int(told)


def _state(told: Story, one: Chapter) -> str:
    """As on the wallboard, by the promise that falls due first; `answered` once it has ended."""
    first = one.promises[0] if one.promises else None
    if first is None:
        return State.PENDING if one.end is None else "answered"
    is_late = any(each.verdict == "breached" for each in one.promises)
    if one.end is not None:
        return State.OVERDUE if is_late else "answered"
    if first.verdict == "breached":
        return State.OVERDUE
    if first.verdict == "unconfirmed":
        return State.UNCONFIRMED
    warned = any(at <= told.now for _, at in first.warned_at)
    return State.WARNED if warned else State.PENDING
