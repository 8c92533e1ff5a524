"""HTML to plain text, for connectors of platforms that speak HTML.

Parsed by lexbor, as browsers do, since what strangers write is not always well formed: broken or
deep nesting loses no text. Lines are broken before parsing, where only tags can be meant: inside
text a `<` is always written `&lt;`.
"""

from __future__ import annotations

import re
import threading

from selectolax.lexbor import LexborHTMLParser

MOST_CHARACTERS = 20_000
MOST_HTML = 10 * MOST_CHARACTERS  # mark-up included; what lies beyond is not even parsed

_PARAGRAPH = re.compile(r"<(?=/?(?:p|pre|ul|ol|blockquote|h[1-6])[\s/>])", re.IGNORECASE)
_LINE = re.compile(r"<(?=(?:br|li|tr|/?div)[\s/>])", re.IGNORECASE)
_BLANKS = {**dict.fromkeys("\t\r\f\v\xa0", " "), "\0": ""}
_BLANK_LINES = re.compile(r"\n{3,}")
_UNSPOKEN = ["script", "style", "title", "template"]


def plain_text(html: str) -> str:
    """What a reader sees of a piece of HTML, at most 20,000 characters. Raises nothing.

    `<br>` becomes a line break, paragraphs are parted by a blank line. Spans are joined, so an
    address shown in pieces is whole again and `@<span>brand</span>` reads `@brand`.
    """
    broken = _LINE.sub("\n<", _PARAGRAPH.sub("\n\n<", _unfolded(html[:MOST_HTML])))
    text = _single_spaced(_sheet.read(broken)).replace(" \n", "\n").replace("\n ", "\n")
    return _BLANK_LINES.sub("\n\n", text).strip()[:MOST_CHARACTERS]


class _Sheet(threading.local):
    """A document that takes one text after another, as a document costs more than most texts.

    What it has held stays in its memory, so it is soon replaced.
    """

    def __init__(self) -> None:
        self._left = 0

    def read(self, html: str) -> str:
        """What is left without tags."""
        if self._left <= 0:
            self._tree, self._left = LexborHTMLParser("<body>"), MOST_CHARACTERS
        self._left -= len(html)
        body = self._tree.body
        if body is None:
            return ""
        body.inner_html = html.encode(errors="ignore").decode()  # halves of characters are none
        self._tree.strip_tags(_UNSPOKEN)
        return body.text()


_sheet = _Sheet()


def _single_spaced(text: str) -> str:
    for blank, plain in _BLANKS.items():
        text = text.replace(blank, plain)
    while "  " in text:
        text = text.replace("  ", " ")
    return text


def _unfolded(html: str) -> str:
    """Line breaks of the source mean nothing in HTML, except in `<pre>`."""
    return html if "<pre" in html else html.replace("\n", " ")
