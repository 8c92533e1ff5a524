"""All that can be asked of the API, and the routes that serve it."""

from __future__ import annotations

from collections import defaultdict

from starlette.routing import Route

from monitor.web.api import (
    accounts,
    acts,
    board,
    figures,
    intake,
    openapi,
    silences,
    stories,
    waits,
)
from monitor.web.api.endpoint import PREFIX, Endpoint, Serve
from monitor.web.api.resource import Resource
from monitor.web.deck import Deck
from monitor.web.problem import API, problem
from monitor.web.turns import Turns

TABLE: list[Endpoint] = [
    *waits.ENDPOINTS,
    *acts.ENDPOINTS,
    *board.ENDPOINTS,
    *accounts.ENDPOINTS,
    *figures.ENDPOINTS,
    *stories.ENDPOINTS,
    *silences.ENDPOINTS,
    *intake.ENDPOINTS,
    openapi.described(lambda: TABLE),
]

_NOWHERE = f"there is nothing at this address; {PREFIX}/openapi.json tells what there is"


def routes(deck: Deck, turns: Turns) -> list[Route]:
    paths: defaultdict[str, dict[str, Serve]] = defaultdict(dict)
    for endpoint in TABLE:
        paths[endpoint.path][endpoint.method] = endpoint.serve(deck, turns)
    resources = [Route(PREFIX + path, Resource(serves)) for path, serves in paths.items()]
    return [*resources, Route(f"{API}{{rest:path}}", problem(404, _NOWHERE))]
