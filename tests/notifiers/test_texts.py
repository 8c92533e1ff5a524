"""Texts say what has happened, shortly, in every language that ships."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from monitor.notifiers.texts import LINE, MOST_IN_FULL, SCREEN, Texts
from monitor.notifiers.texts.languages import OURS, languages
from monitor.notifiers.texts.samples import sample, samples
from monitor.notifiers.texts.views import Span, compact, percent
from monitor.ports.connector import FetchError, Reason
from monitor.ports.notifier import AlertKind, Item, Notice
from tests.notifiers.notices import (
    BREACH,
    DUE,
    HOSTILE,
    NOW,
    is_live,
    notice,
    written_by_a_stranger,
)

LANGUAGES = languages(None)
REVIEWED = ("en", "sv")


@pytest.fixture(scope="module", params=LANGUAGES)
def each(request: pytest.FixtureRequest) -> Texts:
    return Texts(request.param)


def rows(text: str) -> int:
    """How many lines of a screen a text needs."""
    return sum(-(-max(len(line), 1) // LINE) for line in text.split("\n"))


def many(count: int, of: Item = BREACH) -> Sequence[Item]:
    return [replace(of, key=f"breach/{n}/x", wait=n) for n in range(1, count + 1)]


def crowd(items: Sequence[Item], counts: dict[AlertKind, int], **more: Any) -> Notice:
    return notice(*items, counts=counts, **more)


def test_english_and_swedish_ship_reviewed_and_others_say_that_they_are_not() -> None:
    heads = {name: (OURS / f"{name}.jinja").read_text().split("#}")[0] for name in LANGUAGES}

    assert {"en", "sv", "de", "ja", "ru", "zh"} <= set(heads)
    for name, head in heads.items():
        assert ("Reviewed." in head) is (name in REVIEWED)
        assert ("Unreviewed" in head) is (name not in REVIEWED)


def test_every_language_says_every_fact(each: Texts) -> None:
    for told in samples():
        title, body, short = each.title(told), each.body(told), each.short(told)
        assert title.strip()
        assert "\n" not in title + short
        assert not re.search(r"None|Undefined|\{|\}|<|  ", title + body), title + body
        assert [head.text() for head in LexborHTMLParser(each.html(told)).css("h1")] == [title]


@pytest.mark.parametrize("kind", AlertKind)
def test_no_two_facts_are_said_alike(each: Texts, kind: AlertKind) -> None:
    others = {each.title(notice(sample(other))) for other in AlertKind if other is not kind}

    assert each.title(notice(sample(kind))) not in others


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_inert_in_every_language(each: Texts, name: str) -> None:
    told = notice(written_by_a_stranger(HOSTILE[name][0]), at=NOW)
    text = "\n".join((each.title(told), each.body(told), each.short(told), each.html(told)))

    assert "17" in text
    assert not is_live(name, text)


def test_a_breach_in_full(texts: Texts) -> None:
    full = replace(BREACH, nudges=2, reach=48_213, growth=9_600, acked_by="Anna")

    assert texts.title(notice(full)) == (
        "Overdue: Grace Adeyemi waits for acme on Mastodon, 12 min late"
    )
    assert texts.body(notice(full)).replace("\u200b", "") == (
        "acme-mastodon, @grace@social.example, since 14:00, due 14:06 (airline-6m: 6 min), "
        "2 nudges, reach 48.2 k (▲ 9.6 k in 10 min), Anna has it\n"
        "“My booking is gone. Can anybody help?”\n"
        "Wait 17: https://care.example.com/waits/17 · Post: https://social.example/@grace/1"
    )


@pytest.mark.parametrize(
    ("item", "title"),
    [
        (
            replace(sample(AlertKind.WARNING), due_at=NOW + timedelta(seconds=72.9)),
            "Due soon: Grace Adeyemi waits for acme on Mastodon, 1:12 left",
        ),
        (
            replace(BREACH, ended_at=DUE + timedelta(minutes=3)),
            "Was overdue: Grace Adeyemi waited for acme on Mastodon, 3:00 too long",
        ),
        (
            replace(BREACH, customer=None, handle=None),
            "Overdue: Somebody waits for acme on Mastodon, 12 min late",
        ),
        (
            replace(sample(AlertKind.BLIND), at=datetime(2026, 5, 31, 21, tzinfo=UTC)),
            "Monitor blind: acme-mastodon has not been read since 2026-05-31 23:00; "
            "whether 3 customers have an answer is not known",
        ),
        (
            replace(sample(AlertKind.BLIND), at=DUE, count=1),
            "Monitor blind: acme-mastodon has not been read since 14:06; "
            "whether 1 customer has an answer is not known",
        ),
        (
            sample(AlertKind.ACCOUNT_FAILING),
            "Cannot read acme-mastodon: the platform refuses the credential; renew it",
        ),
        (
            sample(AlertKind.SURGE),
            "Surge: 120 mentions of acme on Mastodon in an hour, mostly 14",
        ),
        (
            replace(BREACH, kind=AlertKind.SURGE, reach=12_000),
            "Spreading: the post of Grace Adeyemi to acme on Mastodon, unanswered",
        ),
    ],
)
def test_a_title_says_who_waits_where_and_how_late(texts: Texts, item: Item, title: str) -> None:
    assert texts.title(notice(item)) == title


def test_a_digest_tells_each_promise_rounded_down(texts: Texts) -> None:
    told = texts.body(notice(sample(AlertKind.DIGEST)))

    assert "airline-6m: 81 of 93 kept, 87.0\u00a0% (objective 90.0\u00a0%)" in told
    assert "half answered within 4:12" in told


def test_of_many_facts_ten_are_told_in_full_and_the_rest_is_counted(texts: Texts) -> None:
    told = crowd(many(10), {AlertKind.BREACH: 1_997, AlertKind.WARNING: 3})

    assert texts.title(told) == "acme: 1,997 overdue, 3 due soon"
    assert texts.body(told).count("care.example.com") == MOST_IN_FULL
    assert texts.body(told).endswith("and 1,990 more: 1,987 overdue, 3 due soon")


def test_the_worst_comes_first(texts: Texts) -> None:
    told = texts.body(notice(*many(12)))

    waits = [int(each) for each in re.findall(r"Wait (\d+)", told)]
    assert waits == list(range(1, 11))


@pytest.mark.parametrize(
    "words", ["word " * 100, "w" * 100_000, "長い" * 5_000, "\n" * 500 + "x", "", "a\u0300" * 900]
)
@pytest.mark.parametrize("count", [1, 2, 10, 500])
def test_no_message_is_longer_than_a_screen(each: Texts, words: str, count: int) -> None:
    item = replace(written_by_a_stranger(words), url="https://x.example/" + "y" * 3_000)
    told = crowd(many(min(count, 10), item), {AlertKind.BREACH: count}, held=True)

    assert rows(each.body(told)) <= SCREEN
    assert len(each.title(told)) <= 150


@pytest.mark.parametrize("most", [50, 400, 1_000, 2_000, 4_000])
def test_a_body_is_as_short_as_a_place_wants_it(texts: Texts, most: int) -> None:
    assert len(texts.body(notice(*many(10)), most)) <= most


@pytest.mark.parametrize("most", [70, 140, 300])
def test_a_short_text_has_its_link(texts: Texts, most: int) -> None:
    told = texts.short(notice(written_by_a_stranger("long " * 99)), most)

    assert len(told) <= most
    assert told.endswith(" https://care.example.com/waits/17")


def test_what_was_held_and_what_is_a_test_say_so(texts: Texts) -> None:
    told = notice(held=True, test=True)

    assert texts.title(told).startswith("Test: ")
    assert texts.body(told).startswith("This is a test: nothing has happened.\n\nGathered")
    assert "This is a test" in texts.html(told)


def test_of_a_customer_s_words_the_first_two_hundred_characters_are_told(texts: Texts) -> None:
    told = texts.body(notice(replace(BREACH, text="x" * 201)))

    assert f"“{'x' * 199}…”" in told


def test_a_page_leads_to_the_post_and_tells_its_language(texts: Texts) -> None:
    page = LexborHTMLParser(texts.html(notice(replace(BREACH, text="予約", language="ja"))))

    links = [link.attributes["href"] for link in page.css("a")]
    assert links == [BREACH.link, BREACH.url]
    words = [(each.text(), each.attributes["dir"]) for each in page.css("[lang=ja]")]
    assert words == [("“予約”", "auto")]


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (9.9, "0:09"),
        (599, "9:59"),
        (600, "10 min"),
        (3_599, "59 min"),
        (3_960, "1 h 06"),
        (86_399, "23 h 59"),
        (86_400 * 3 + 3_600 * 5 + 3_599, "3 d 5 h"),
    ],
)
def test_a_span_is_rounded_down(seconds: float, told: str) -> None:
    span = Span(timedelta(seconds=seconds))

    assert span.spelled("{m} min", "{h} h {mm}", "{d} d {h} h") == told


def test_numbers_are_rounded_down() -> None:
    assert [compact(n, ".") for n in (999, 1_099, 48_299, 999_999, 1_999_999)] == [
        "999",
        "1.0 k",
        "48.2 k",
        "999 k",
        "1.9 M",
    ]
    assert percent(899, ",") == "89,9\u00a0%"


def test_own_templates_go_before_ours_macro_by_macro(tmp_path: Path) -> None:
    own = "{% macro breach(i) %}Hey, {{ i.customer }}!{% endmacro %}"
    (tmp_path / "en.jinja").write_text(own)
    texts = Texts("en", tmp_path)

    assert texts.title(notice()) == "Hey, Grace Adeyemi!"
    assert "Due soon" in texts.title(notice(sample(AlertKind.WARNING)))


def test_own_templates_can_use_ours(tmp_path: Path) -> None:
    ours = '{% import "shipped/en.jinja" as ours %}'
    own = "{% macro breach(i) %}!! {{ ours.breach(i) }}{% endmacro %}"
    (tmp_path / "en.jinja").write_text(ours + own)

    assert Texts("en", tmp_path).title(notice()).startswith("!! Overdue: Grace")


def test_a_language_of_one_s_own(tmp_path: Path) -> None:
    (tmp_path / "nb.jinja").write_text((OURS / "sv.jinja").read_text())

    assert Texts("nb", tmp_path).title(notice()).startswith("Försenat")


def test_a_template_sees_inert_text_only_and_cannot_leave_its_box(tmp_path: Path) -> None:
    (tmp_path / "en.jinja").write_text("{% macro breach(i) %}{{ i.said }}{% endmacro %}")
    told = Texts("en", tmp_path).title(notice(written_by_a_stranger("@everyone {{ 7*191 }}")))

    assert told.replace("\u200b", "") == "@everyone ｛｛ 7∗191 ｝｝"


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ("{% macro breach(i) %}", "line 1"),
        ("{% macro breach(i) %}{{ i.nobody }}{% endmacro %}", "nobody"),
        ("{% macro breach(i) %}{{ 1 // 0 }}{% endmacro %}", "zero"),
        ("{% macro breach(i) %}{{ i.__class__.__mro__ }}{% endmacro %}", "unsafe"),
        ("{% include 'gone' %}", "gone"),
    ],
)
def test_a_broken_template_is_told_at_the_start(tmp_path: Path, own: str, told: str) -> None:
    (tmp_path / "en.jinja").write_text(own)

    with pytest.raises(ValueError, match=told):
        Texts("en", tmp_path)


def test_a_phrase_that_is_missing_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "nb.jinja").write_text("{% macro breach(i) %}x{% endmacro %}")

    with pytest.raises(ValueError, match="no macro warning, recovered"):
        Texts("nb", tmp_path)


@pytest.mark.parametrize("language", ["xx", "../en", "", "block"])
def test_an_unknown_language_is_told_with_those_there_are(language: str) -> None:
    with pytest.raises(ValueError, match=r"there are: .*\ben, .*\bsv\b"):
        Texts(language)


def test_a_template_that_fails_later_needs_a_person(tmp_path: Path) -> None:
    own = "{% macro breach(i) %}{{ 1 // (i.nudges - 99) }}{% endmacro %}"
    (tmp_path / "en.jinja").write_text(own)

    with pytest.raises(FetchError) as caught:
        Texts("en", tmp_path).title(notice(replace(BREACH, nudges=99)))
    assert caught.value.reason is Reason.REJECTED
