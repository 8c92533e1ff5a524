"""Rendering a notice as a title, a body, a mail's HTML, or one short line."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from jinja2 import TemplateError

from monitor.notifiers.inert import CUT, web_link
from monitor.notifiers.texts.languages import Phrases, languages, load
from monitor.notifiers.texts.samples import samples
from monitor.notifiers.texts.views import ItemView, item_view, worst_first
from monitor.ports.connector import FetchError, Reason
from monitor.ports.notifier import AlertKind, Item, Notice

SCREEN = 60  # lines; what one sees at once on a screen of common height
LINE = 100  # columns; a longer line counts as several
MOST_IN_FULL = 10
MOST_TITLE = 150  # characters; subject lines are cut at about that
MOST_SHORT = 300

_FRAME = 4  # lines around the items: why it comes now, and how many more there are
_MOST_OF_ITEM = 12  # lines
_BROKEN = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Said:
    """One fact by itself: a sentence, and what else is known of it, line by line."""

    headline: str
    details: str


class Texts:
    """The texts of one language; `own` is a folder with templates that go before ours.

    Raises ValueError, with a sentence, for a language that there is no file of and for a template
    that cannot be read or fails with any kind of fact.
    """

    def __init__(self, language: str, own: Path | None = None) -> None:
        known = languages(own)
        if language not in known:
            raise ValueError(f'there are no texts in "{language}"; there are: {", ".join(known)}')
        self.language = language
        self._plain = load(language, own, for_html=False)
        self._mail = load(language, own, for_html=True)
        self._try()

    def title(self, notice: Notice) -> str:
        """One line: the fact, or how many there are of each kind."""
        return self._safely(self._title, notice)

    def body(self, notice: Notice, most: int | None = None) -> str:
        """Plain text of a screen at most, and of at most `most` characters."""
        return self._safely(self._body, notice, most)

    def html(self, notice: Notice) -> str:
        """A whole HTML page, with the facts that `body` has."""
        return self._safely(self._html, notice)

    def short(self, notice: Notice, most: int = MOST_SHORT) -> str:
        """One line with a link, for pagers and telephones; the link goes before the words."""
        return self._safely(self._short, notice, most)

    def said(self, item: Item, now: datetime, zone: ZoneInfo) -> Said:
        """Of one fact."""
        return self._safely(self._said, item, now, zone)

    def _title(self, notice: Notice) -> str:
        t = self._plain.phrases
        views = _views(notice)
        if len(views) == notice.total == 1:
            told = t.headline(views[0])
        else:
            told = t.overview(_tallied(t, notice.counts), _common_brand(views))
        return _one_line(t.test_title(told) if notice.test else told, MOST_TITLE)

    def _body(self, notice: Notice, most: int | None) -> str:
        t, shown = self._plain.phrases, self._shown(notice, most)
        parts = [*_preface(t, notice), *shown]
        if rest := _rest(notice, len(shown)):
            parts.append(t.rest(sum(rest.values()), _tallied(t, rest)))
        whole = "\n\n".join(part for part in parts if part)
        return whole if most is None or len(whole) <= most else whole[: most - 1] + CUT

    def _html(self, notice: Notice) -> str:
        t, views = self._mail.phrases, _views(notice)
        shown = views[: len(self._shown(notice, None))]
        rest = _rest(notice, len(shown))
        return self._mail.page(
            title=self._title(notice),
            language=self.language,
            preface=_preface(t, notice),
            items=shown,
            is_alone=notice.total == 1,
            rest=t.rest(sum(rest.values()), _tallied(t, rest)) if rest else "",
        )

    def _short(self, notice: Notice, most: int = MOST_SHORT) -> str:
        link = web_link(notice.items[0].link) if notice.items else None
        if not link or len(link) >= most:
            return _one_line(self._title(notice), most)
        return f"{_one_line(self._title(notice), most - len(link) - 1)} {link}".strip()

    def _said(self, item: Item, now: datetime, zone: ZoneInfo) -> Said:
        view = item_view(item, now, zone)
        headline = _one_line(self._plain.phrases.headline(view), MOST_TITLE)
        return Said(headline, self._plain.block(view, is_alone=True))

    def _shown(self, notice: Notice, most: int | None) -> list[str]:
        """The items that fit, the first in any case."""
        is_alone, room = notice.total == 1, SCREEN - _FRAME
        left = None if most is None else most - _FRAME * LINE
        shown: list[str] = []
        for view in _views(notice)[:MOST_IN_FULL]:
            block = _cut_lines(self._plain.block(view, is_alone=is_alone), _MOST_OF_ITEM)
            room -= _rows(block) + 1
            left = None if left is None else left - len(block) - 2
            if shown and (room < 0 or (left is not None and left < 0)):
                break
            shown.append(block)
        return shown

    def _try(self) -> None:
        for notice in samples():
            try:
                for render in (self._title, self._html, self._short):
                    render(notice)
                self._body(notice, None)
            except _BROKEN as error:
                raise ValueError(f'the texts in "{self.language}" fail: {error}') from None

    def _safely(self, render: Callable[..., T], *told: object) -> T:
        try:
            return render(*told)
        except _BROKEN as error:
            kind = type(error).__name__
            told_of = f'the texts in "{self.language}" fail ({kind}); correct the own templates'
            raise FetchError(Reason.REJECTED, told_of) from None


def _views(notice: Notice) -> list[ItemView]:
    return [item_view(item, notice.at, notice.zone) for item in notice.items[:MOST_IN_FULL]]


def _tallied(t: Phrases, counts: Mapping[AlertKind, int]) -> str:
    return ", ".join(t.tally(kind.value, count) for kind, count in worst_first(counts))


def _preface(t: Phrases, notice: Notice) -> list[str]:
    return [t.test()] * notice.test + [t.held()] * notice.held


def _rest(notice: Notice, shown: int) -> Mapping[AlertKind, int]:
    """What is not told in full, by kind."""
    told = Counter(item.kind for item in notice.items[:shown])
    return {kind: count - told[kind] for kind, count in notice.counts.items() if count > told[kind]}


def _common_brand(views: Sequence[ItemView]) -> str | None:
    brands = {view.brand for view in views}
    return brands.pop() if len(brands) == 1 else None


def _one_line(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: max(most - 1, 0)] + CUT


def _cut_lines(text: str, most: int) -> str:
    """The lines of `text` that fit on so many of a screen."""
    kept: list[str] = []
    for line in text.splitlines():
        most -= _rows(line)
        if most < 0:
            return "\n".join([*kept, CUT])
        kept.append(line)
    return "\n".join(kept)


def _rows(text: str) -> int:
    return sum(1 + max(_width(line) - 1, 0) // LINE for line in text.split("\n"))


def _width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in line)
