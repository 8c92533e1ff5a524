"""What all pages are written on: the templates, and what every page says."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse

from monitor import __version__
from monitor.report.cleaning import shown
from monitor.report.wording import spell
from monitor.web import languages, reasons, wording
from monitor.web.deck import Deck

TEMPLATES = Path(__file__).parent / "templates"

_FILTERS = {
    "big": wording.big,
    "counter": wording.counter,
    "dismissed": wording.dismissed,
    "figure": wording.figure,
    "holder": wording.holder,
    "language": languages.named,
    "lasted": wording.lasted,
    "length_of": wording.length,
    "percent": wording.percent,
    "platform": wording.platform,
    "shown": shown,
    "spell": spell,
    "tag": languages.tag,
    "trouble": reasons.trouble,
}


@cache
def _templates() -> jinja2.Environment:
    """One for the whole process: templates are compiled once, and before anybody waits for it."""
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters.update(_FILTERS)
    templates.globals.update(many=wording.many, missing=wording.missing)
    for name in templates.list_templates(["html"]):
        templates.get_template(name)
    return templates


class Paper:
    def __init__(self, deck: Deck) -> None:
        self._deck = deck
        _templates()

    def page(
        self, request: Request, template: str, now: datetime, *, here: str = "", **context: Any
    ) -> HTMLResponse:
        """`here` is the entry of the menu that it belongs to."""
        page = self.part(
            template,
            now,
            here=here,
            csrf=getattr(request.state, "csrf", ""),
            sandbox=self._deck.config.sandbox,
            version=__version__,
            **context,
        )
        return HTMLResponse(page, headers={"cache-control": "no-store"})

    def missing(self, request: Request, sentence: str, now: datetime) -> HTMLResponse:
        """What is asked for is not here."""
        page = self.page(request, "missing.html", now, sentence=sentence)
        page.status_code = 404
        return page

    def part(self, template: str, now: datetime, **context: Any) -> str:
        """A piece of a page."""
        zone = self._deck.config.timezone
        return (
            _templates()
            .get_template(template)
            .render(
                now=now,
                zone=zone,
                hm=lambda at: wording.hm(at, now, zone),
                hms=lambda at: wording.hms(at, now, zone),
                **context,
            )
        )
