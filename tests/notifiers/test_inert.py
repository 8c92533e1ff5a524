"""What strangers write is read, and obeyed by nothing."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from monitor.notifiers.inert import BREAK, clean, inert, web_link
from tests.notifiers.notices import HOSTILE, is_live

ANY = st.text(st.characters(exclude_categories=()), max_size=80)
MARKS = st.text(alphabet="ab _*~`#<>[]()!@&|:./\\-+=1{}\n\u200b\u202e", max_size=40)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_inert(name: str) -> None:
    words, _ = HOSTILE[name]

    assert is_live(name, words)
    assert not is_live(name, inert(words, 300))


@pytest.mark.parametrize(
    "text",
    [
        "Bonjour, où est ma réservation n° 4711 ?",
        "Die Verspätung: 14:02 bis 15:30 Uhr, 3.50 € zurück!",
        "Вы украли мой багаж",
        "予約が消えました。助けてください",
        "می‌خواهم بدانم",
        "क्‍या हुआ",
        "👩‍👩‍👧 🇸🇪 ❤️‍🔥 👍🏽",
        "Tiếng Việt",
        "snake_case",
        "Rock & Roll, 50% off; R&D",
    ],
)
def test_what_people_mostly_write_is_left_as_it_is(text: str) -> None:
    assert inert(text, 300) == text


@given(ANY)
def test_a_text_becomes_one_line_of_characters_that_are_seen(text: str) -> None:
    line = inert(text, 50)

    assert line == " ".join(line.split())
    assert not {unicodedata.category(one) for one in line.replace(BREAK, "")} & {"Cc", "Cs", "Co"}
    line.encode()


@given(MARKS)
def test_markdown_finds_nothing_in_it(text: str) -> None:
    read = MarkdownIt("commonmark").enable(["strikethrough", "table"]).parse(inert(text, 100))
    inner = [child.type for token in read for child in token.children or ()]

    assert {token.type for token in read} <= {"paragraph_open", "inline", "paragraph_close"}
    assert set(inner) <= {"text"}


@given(MARKS)
def test_what_is_inert_stays_so(text: str) -> None:
    once = inert(text, 100)

    assert inert(once, 100).replace(BREAK, "") == once.replace(BREAK, "")


@given(ANY, st.integers(1, 60))
def test_a_text_is_cut_to_its_length(text: str, most: int) -> None:
    assert len(clean(text, most)) <= most


def test_what_is_cut_says_so() -> None:
    assert clean("word " * 100, 20) == "word word word word…"


def test_a_hundred_thousand_characters_are_not_all_read() -> None:
    assert len(inert("@" * 100_000, 200)) <= 2 * 200


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://social.example/@grace/1", "https://social.example/@grace/1"),
        ("https://exämple.com/ü?q=ö#x", "https://xn--exmple-cua.com/%C3%BC?q=%C3%B6#x"),
        ("https://social.example/@everyone/1", "https://social.example/%40everyone/1"),
        ("https://x.example/a_b/_c_", "https://x.example/a_b/%5Fc%5F"),
        ("https://x.example/](https://y.example)", "https://x.example/%5D%28https://y.example%29"),
        ("https://x.example/<b>|x", "https://x.example/%3Cb%3E%7Cx"),
    ],
)
def test_a_link_leads_where_it_did_and_is_nothing_else(url: str, told: str) -> None:
    assert web_link(url) == told


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "data:text/html,<script>",
        "//evil.example",
        "https://bank.example@evil.example/",
        "https://x.example/ y",
        "https://x.example/\u202egnp.exe",
        "https://x.example/\nBcc: y",
        "https://" + "x" * 5_000,
    ],
)
def test_what_is_no_plain_address_of_the_web_is_no_link(url: str | None) -> None:
    assert web_link(url) is None
