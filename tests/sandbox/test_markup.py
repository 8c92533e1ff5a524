"""Text as Mastodon's HTML."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.sandbox.markup import to_html
from monitor.sandbox.people import Person

SITE = "http://127.0.0.1:9878"
BRAND = Person(1, "tarn_air", "Tarn Air", "en", 1, datetime(2026, 1, 1, tzinfo=UTC))
LINKED = (
    '<span class="h-card" translate="no"><a href="http://127.0.0.1:9878/@tarn_air" '
    'class="u-url mention">@<span>tarn_air</span></a></span>'
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("one\ntwo\n\nthree", "<p>one<br />two</p><p>three</p>", id="paragraphs"),
        pytest.param("@Tarn_Air hi", f"<p>{LINKED} hi</p>", id="a mention, in any case"),
        pytest.param("@everyone (#5)", "<p>@everyone (#5)</p>", id="nobody's name, no tag"),
        pytest.param(
            "<script>alert('1')</script> & \"q\"",
            "<p>&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;q&quot;</p>",
            id="mark-up is text",
        ),
        pytest.param(
            "#Help",
            f'<p><a href="{SITE}/tags/help" class="mention hashtag" rel="tag">'
            "#<span>Help</span></a></p>",
            id="a hashtag",
        ),
        pytest.param(
            "https://example.com/a?b=1&c=2.",
            '<p><a href="https://example.com/a?b=1&amp;c=2" target="_blank" '
            'rel="nofollow noopener" translate="no"><span class="invisible">https://</span>'
            '<span class="">example.com/a?b=1&amp;c=2</span><span class="invisible"></span>'
            "</a>.</p>",
            id="a link, in parts",
        ),
    ],
)
def test_text_becomes_what_mastodon_sends(text: str, expected: str) -> None:
    assert to_html(text, [BRAND], SITE) == expected


def test_a_long_link_is_cut_for_the_eye_only() -> None:
    html = to_html("https://pictures.example.com/seen/8412?size=large", [], SITE)

    assert '<span class="ellipsis">pictures.example.com/seen/8412</span>' in html
    assert bare(html) == "https://pictures.example.com/seen/8412?size=large"


@given(st.text(st.sampled_from("ab<>&\"'@#_ :/.tarn_air https")))
def test_without_its_tags_the_text_is_there_again(text: str) -> None:
    assert bare(to_html(text, [BRAND], SITE)).casefold() == text.strip()


def bare(html: str) -> str:
    return unescape(re.sub("<[^>]*>", "", html))
