"""`/report`: any window and filter, beside the window before; and the same to take away."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from zoneinfo import ZoneInfo

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from monitor.report import plain, telling
from monitor.report.as_csv import write_figures
from monitor.report.as_html import Links, body, document
from monitor.report.as_json import report_tree
from monitor.report.as_markdown import markdown
from monitor.report.figures import Report, made
from monitor.report.figures import Request as Wanted
from monitor.report.languages import called
from monitor.report.listing import pieces_of_csv, reported
from monitor.report.numbers import Subject, account_numbers
from monitor.report.question_error import QuestionError
from monitor.report.subjects import subjects
from monitor.store import accounts
from monitor.web.deck import Deck
from monitor.web.paper import Paper
from monitor.web.report.question import WINDOWS, Question
from monitor.web.turns import Turns

IN_MEMORY = 2_000_000
"""Bytes of a table; of a longer one the rest lies on disk until it is sent."""

_STEP = 65_536

STYLE = Path(__file__).parent.parent / "static" / "style.css"


def routes(deck: Deck, paper: Paper, turns: Turns) -> list[Route]:
    pages = _Pages(deck, paper, turns)
    return [
        Route("/report", pages.page),
        Route("/report.html", pages.html),
        Route("/report.md", pages.markdown),
        Route("/report.csv", pages.csv),
        Route("/report.json", pages.json),
        Route("/waits.csv", pages.waits),
    ]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question at a time, and the accounts that it can be about."""

    question: Question
    every: Sequence[Subject]
    now: datetime
    zone: ZoneInfo

    def wanted(self) -> tuple[Wanted, list[Subject]]:
        """Raises QuestionError."""
        return self.question.request(self.zone, self.now), self.question.subjects(self.every)


class _Pages:
    def __init__(self, deck: Deck, paper: Paper, turns: Turns) -> None:
        self._deck, self._paper, self._turns = deck, paper, turns

    def page(self, request: Request) -> Response:
        asked = self._asked(request)
        try:
            return self._shown(request, asked, self._report(asked), "")
        except QuestionError as error:
            return self._shown(request, asked, None, str(error))

    def html(self, request: Request) -> Response:
        style = STYLE.read_text(encoding="utf-8")
        return self._file(
            request, "html", "text/html", lambda report: document(report, style, self._abroad())
        )

    def markdown(self, request: Request) -> Response:
        return self._file(
            request, "md", "text/markdown", lambda report: markdown(report, self._abroad())
        )

    def csv(self, request: Request) -> Response:
        return self._file(request, "csv", "text/csv", _figures)

    def json(self, request: Request) -> Response:
        """The same tree as `report --format json`."""
        return self._answered(request, self._tree)

    def waits(self, request: Request) -> Response:
        """All waits of the window, one a line."""
        return self._answered(request, self._lines)

    def _file(
        self, request: Request, ending: str, kind: str, write: Callable[[Report], str]
    ) -> Response:
        def answer(asked: _Asked) -> Response:
            text = write(self._report(asked))
            return Response(text, media_type=kind, headers=_kept_by(ending, asked.now))

        return self._answered(request, answer)

    def _tree(self, asked: _Asked) -> Response:
        wanted, chosen = asked.wanted()
        with self._turns.mine(), self._deck.store.read() as tx:
            numbers = [account_numbers(tx, one, wanted.asked, asked.now) for one in chosen]
        text = plain.document(report_tree(numbers, wanted.asked))
        headers = _kept_by("json", asked.now)
        return Response(text, media_type="application/json", headers=headers)

    def _lines(self, asked: _Asked) -> Response:
        """Read whole before it is sent: who takes it slowly holds no transaction open."""
        wanted, chosen = asked.wanted()
        with self._turns.mine(), self._deck.store.read() as tx:
            table = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  closed by who sends it
            ids = [accounts.one(tx, one.name).id for one in chosen]
            for piece in pieces_of_csv(reported(tx, ids, wanted.asked, asked.now)):
                table.write(piece.encode())
        headers = _kept_by("csv", asked.now, "waits")
        return StreamingResponse(_sent(table), media_type="text/csv", headers=headers)

    def _answered(self, request: Request, answer: Callable[[_Asked], Response]) -> Response:
        """What cannot be reported is said in a line."""
        try:
            return answer(self._asked(request))
        except QuestionError as error:
            return PlainTextResponse(f"{error}\n", 400)

    def _asked(self, request: Request) -> _Asked:
        config = self._deck.config
        with self._deck.store.read() as tx:
            every = [*subjects(tx, config).values()]
        question = Question.asked(request.query_params)
        return _Asked(question, every, self._deck.clock(), config.timezone)

    def _report(self, asked: _Asked) -> Report:
        """Raises BusyError and QuestionError."""
        wanted, chosen = asked.wanted()
        with self._turns.mine(), self._deck.store.read() as tx:
            return made(tx, chosen, wanted, asked.zone, asked.now, self._deck.config)

    def _shown(
        self, request: Request, asked: _Asked, report: Report | None, trouble: str
    ) -> Response:
        context = {"question": asked.question, "choices": self._choices(asked, report)}
        form = Markup(self._paper.part("report/what_if.html", asked.now, **context))  # noqa: S704
        links = Links(wait=lambda number: f"/waits/{number}", what_form=form)
        page = self._paper.page(
            request,
            "report/page.html",
            asked.now,
            here="/report",
            trouble=trouble,
            report_title=telling.title(report) if report else "Report",
            body=body(report, links) if report else "",
            footing=telling.footing(report) if report else "",
            **context,
        )
        page.status_code = 400 if trouble else 200
        return page

    def _choices(self, asked: _Asked, report: Report | None) -> dict[str, Any]:
        """What the form offers: each value with its words."""
        config, question = self._deck.config, asked.question
        spoken = {*(report.languages if report else ()), question.language} - {""}
        targets = dict.fromkeys(name for one in asked.every for name in one.targets)
        brands = dict.fromkeys(one.brand for one in asked.every)
        platforms = dict.fromkeys(one.platform for one in asked.every if one.platform)
        return {
            "window": [(name, words) for name, words in WINDOWS.items()],
            "brand": [(each, each) for each in brands],
            "account": [(one.name, one.name) for one in asked.every],
            "platform": [(each, each) for each in platforms],
            "language": sorted(((each, called(each)) for each in spoken), key=lambda one: one[1]),
            "target": [(each, each) for each in targets],
            "calendar": [(each, each) for each in config.calendars],
        }

    def _abroad(self) -> Links:
        """From a file that lies anywhere."""
        place = self._deck.config.http.external_url.rstrip("/")
        return Links(wait=lambda number: f"{place}/waits/{number}")


def _sent(table: IO[bytes]) -> Iterator[bytes]:
    table.seek(0)
    with table:
        while piece := table.read(_STEP):
            yield piece


def _figures(report: Report) -> str:
    out = io.StringIO()
    write_figures(report, out)
    return out.getvalue()


def _kept_by(ending: str, now: datetime, what: str = "report") -> dict[str, str]:
    """What a browser keeps as a file, and nobody in between."""
    name = f"replywatch-{what}-{now:%Y-%m-%d}.{ending}"
    return {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
