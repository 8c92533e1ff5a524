"""A post's text as Mastodon 4.3 sends it: paragraphs, links, hashtags, mentions, all escaped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape as to_entities

from monitor.sandbox.people import Person

TOKEN = re.compile(
    r"(?P<url>https?://[^\s<>\"]*[^\s<>\".,;:!?)'])"
    r"|(?<![=/\w])@(?P<name>[A-Za-z0-9_]+)"
    r"|(?<![=/\w&])#(?P<tag>\w*[^\W\d]\w*)"
)
SHOWN_OF_A_LINK = 30


def to_html(text: str, names: Sequence[Person], site: str) -> str:
    """`names` are the accounts to link; `site` is the server's origin."""
    named = {person.username.casefold(): person for person in names}
    parts: list[str] = []
    done = 0
    for found in TOKEN.finditer(text):
        parts += (escape(text[done : found.start()]), _token(found, named, escape(site)))
        done = found.end()
    body = "".join([*parts, escape(text[done:])]).strip()
    paragraphs = re.split(r"\n{2,}", body)
    return "".join(f"<p>{part.replace(chr(10), '<br />')}</p>" for part in paragraphs)


def escape(text: str) -> str:
    """The entities that Mastodon writes."""
    return to_entities(text).replace("&#x27;", "&#39;")


def _token(found: re.Match[str], named: dict[str, Person], site: str) -> str:
    if found["url"]:
        return _link(found["url"])
    if found["tag"]:
        tag = escape(found["tag"])
        address = f"{site}/tags/{tag.casefold()}"
        return f'<a href="{address}" class="mention hashtag" rel="tag">#<span>{tag}</span></a>'
    person = named.get(found["name"].casefold())
    return _mention(person, site) if person else escape(found[0])


def _mention(person: Person, site: str) -> str:
    return (
        f'<span class="h-card" translate="no"><a href="{site}/@{person.username}" '
        f'class="u-url mention">@<span>{person.username}</span></a></span>'
    )


def _link(url: str) -> str:
    scheme, _, rest = url.partition("://")
    shown, hidden = rest[:SHOWN_OF_A_LINK], rest[SHOWN_OF_A_LINK:]
    return (
        f'<a href="{escape(url)}" target="_blank" rel="nofollow noopener" translate="no">'
        f'<span class="invisible">{scheme}://</span>'
        f'<span class="{"ellipsis" if hidden else ""}">{escape(shown)}</span>'
        f'<span class="invisible">{escape(hidden)}</span></a>'
    )
