"""HTML becomes what a reader sees."""

from __future__ import annotations

import html as stdlib_html
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.plaintext import MOST_CHARACTERS, plain_text

LINK = (
    '<a href="https://a.test/b?c=1&amp;d=2" rel="nofollow"><span class="invisible">https://</span>'
    '<span class="ellipsis">a.test/b?c=1</span><span class="invisible">&amp;d=2</span></a>'
)
MENTION = '<span class="h-card"><a href="https://a.test/@brand">@<span>brand</span></a></span>'


@pytest.mark.parametrize(
    ("html", "text"),
    [
        pytest.param("<p>one<br />two</p><p>three</p>", "one\ntwo\n\nthree", id="Mastodon"),
        pytest.param("<p>one<br>two<br><br>three</p>", "one\ntwo\n\nthree", id="GoToSocial"),
        pytest.param(f"<p>see {LINK}!</p>", "see https://a.test/b?c=1&d=2!", id="split link"),
        pytest.param(f"<p>{MENTION}’s sale</p>", "@brand’s sale", id="mention"),
        pytest.param("&lt;b&gt;x&lt;/b&gt; &amp; &quot;q&quot;", '<b>x</b> & "q"', id="entities"),
        pytest.param('<p>&lt;b>x&lt;/b> & "q" &</p>', '<b>x</b> & "q" &', id="left bare"),
        pytest.param("&amp;lt;b&amp;gt;", "&lt;b&gt;", id="unescaped once"),
        pytest.param("a < b, I <3 you", "a < b, I <3 you", id="no tags"),
        pytest.param("<p>one\ntwo \t three&nbsp; </p>", "one two three", id="blanks"),
        pytest.param("<p>\n one\n<br>\n two </p>", "one\ntwo", id="folded source"),
        pytest.param("<pre><code>if x:\n  y</code></pre>", "if x:\ny", id="code"),
        pytest.param("<ul><li>one</li><li>two</li></ul>", "one\ntwo", id="list"),
        pytest.param("<p>a<p>b</div>c<b>d", "a\n\nb\ncd", id="badly nested"),
        pytest.param("x<script>alert('<p>')</script><style>p{}</style>y", "xy", id="no program"),
        pytest.param("<!-- <p>no</p> -->yes", "yes", id="no comment"),
        pytest.param("日本 <b>語</b> &#x1F600;", "日本 語 😀", id="any script"),
        pytest.param("a\0b", "ab", id="no zero"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_html_reads_as_it_is_seen(html: str, text: str) -> None:
    assert plain_text(html) == text


@pytest.mark.parametrize("html", ["<p>" * 50_000, "<div>" * 20_000 + "deep", "\ud800<b>half", "<"])
def test_rubbish_breaks_nothing(html: str) -> None:
    assert len(plain_text(html)) <= MOST_CHARACTERS


def test_deep_nesting_hides_no_text() -> None:
    assert plain_text("<div>" * 5_000 + "refund?") == "refund?"


def test_a_text_ends_at_the_cap() -> None:
    assert plain_text("<p>" + "ä" * 1_000_000) == "ä" * MOST_CHARACTERS


@settings(max_examples=200)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=80))
def test_whatever_was_escaped_is_read_again(text: str) -> None:
    assert plain_text(f"<p>{stdlib_html.escape(text)}</p>") == text


@settings(max_examples=200)
@given(st.text(st.sampled_from("<>/&;#!-pbrscipt='\" \n\0x"), max_size=60))
def test_no_mark_up_raises(html: str) -> None:
    plain_text(html)


_pieces = st.sampled_from(
    [
        "<frameset>",
        "<template>",
        "<script>",
        "<table>",
        "<select>",
        "<svg>",
        "<!--",
        "</body>",
        "ana",
    ]
)
_written = st.lists(_pieces).map("".join)


@given(_written, _written)
def test_a_text_leaves_nothing_behind_for_the_next(before: str, html: str) -> None:
    with ThreadPoolExecutor(1) as fresh:  # a thread has a document of its own
        alone = fresh.submit(plain_text, html).result()
    plain_text(before)

    assert plain_text(html) == alone
