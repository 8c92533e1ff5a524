"""Printed by a browser, the report is three pages of A4 on which everything can be read."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from random import Random

import pytest

from monitor.report.as_html import Links, document
from monitor.report.figures import Report
from monitor.report.numbers import Asked
from monitor.report.windows import Bounds
from tests.cli.running import at
from tests.report.brands import stock
from tests.report.stocked import Asking
from tests.report.test_as_html import STYLE

pytestmark = pytest.mark.service

PROGRAMS = ("chromium", "pdftotext")
QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
DAY = 24 * 60
WORDS = (
    "Where is my refund? I have written three times, and nobody answers me at all",
    "返金の連絡が三週間ありません。問い合わせ番号も届いていません。",
    "Рейс отменили, а в приложении он всё ещё по расписанию.",
    "https://pictures.example.com/a/very/long/address/without/any/break?size=large&from=post",
    "وصل السرير بدون مسامير ولا أحد يرد على الرسائل.",
)


@dataclass(frozen=True)
class Word:
    text: str
    page: int
    left: float
    top: float
    right: float
    bottom: float

    def covers(self, other: Word) -> bool:
        """Whether they stand on one line and print over each other, by more than a fringe."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        apart = abs(self.top + self.bottom - other.top - other.bottom) / 2
        return wide > 1.5 and apart < min(self.bottom - self.top, other.bottom - other.top) / 2


def month() -> Report:
    """Of many languages, with gaps, long texts, and a month to compare with."""
    chance = Random(5)
    waits = [_asked(chance) for _ in range(1_500)]
    here = stock(*waits, acme=60 * DAY, umbra=58 * DAY)
    return here.report(Asked(at(30 * DAY), at(60 * DAY)), Bounds(at(0), at(30 * DAY)))


def _asked(chance: Random) -> Asking:
    opened = chance.uniform(0, 60 * DAY)
    is_answered = chance.random() < 0.85  # so that a percentile is "not reached"
    return Asking(
        chance.choice(["acme", "umbra"]),
        opened,
        answered=opened + chance.lognormvariate(1.5, 1.2) if is_answered else None,
        nudges=chance.choice([0, 0, 0, 1, 3, 12]),
        lang=chance.choice(["en", "sv", "ja", "ru", "zh", "ar"]),
        post=(("text", chance.choice(WORDS)), ("author_name", "Grace Adeyemi-Featherstonehaugh")),
    )


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> list[Word]:
    for program in PROGRAMS:
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed; on Debian: chromium, poppler-utils")
    room = tmp_path_factory.mktemp("print")
    links = Links(wait=lambda number: f"https://care.example.com/waits/{number}")
    (room / "report.html").write_text(document(month(), STYLE, links), encoding="utf-8")
    return [*_printed(room)]


def _printed(room: Path) -> Iterator[Word]:
    to = room / "report.pdf"
    own = f"--user-data-dir={room / 'browser'}"
    page = (room / "report.html").as_uri()
    command = ["chromium", *QUIET, own, "--no-pdf-header-footer", f"--print-to-pdf={to}", page]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    found = subprocess.run(
        ["pdftotext", "-bbox", str(to), "-"], check=True, capture_output=True, text=True
    )
    for number, sheet in enumerate(found.stdout.split("<page ")[1:], 1):
        for box in re.finditer(
            r'<word xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">(.*?)</word>', sheet
        ):
            yield Word(box[5], number, *(float(box[edge]) for edge in range(1, 5)))


def test_it_has_three_pages_with_their_numbers(words: list[Word]) -> None:
    assert {word.page for word in words} == {1, 2, 3}
    for page in (1, 2, 3):
        foot = [word.text for word in words if word.page == page and word.top > 790]
        assert foot[-3:] == [str(page), "/", "3"]


def test_each_page_begins_with_a_section(words: list[Word]) -> None:
    first: dict[int, str] = {}
    for word in words:
        first.setdefault(word.page, word.text)
    assert first == {1: "Replies,", 2: "When", 3: "Ten"}


def test_nothing_lies_outside_the_margins(words: list[Word]) -> None:
    """A4 is 595 x 842 points; the margins are 12 mm, which is 34."""
    outside = [word for word in words if word.left < 33 or word.right > 563 or word.bottom > 842]
    assert not outside


def test_nothing_is_printed_over_anything_else(words: list[Word]) -> None:
    pairs = (
        (one, other)
        for one, other in combinations(words, 2)
        if one.page == other.page and one.covers(other)
    )
    assert not [(one.text, other.text, one.page) for one, other in pairs]


def test_the_ten_worst_are_all_there(words: list[Word]) -> None:
    """On one page, under their heading."""
    assert {word.page for word in words if re.fullmatch(r"w\d+", word.text)} == {3}
    assert sum(bool(re.fullmatch(r"w\d+", word.text)) for word in words) == 10


def test_the_smallest_letters_can_be_read(words: list[Word]) -> None:
    """Lines of seven points at least, from foot to head."""
    small = [word for word in words if word.bottom - word.top < 7 and word.text.isascii()]
    assert not small
