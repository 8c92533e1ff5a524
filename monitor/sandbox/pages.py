"""Pages for people, so that a monitor's links open something. No script; all text escaped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import islice

from monitor.sandbox.instance import Status, may_see
from monitor.sandbox.markup import escape, to_html
from monitor.sandbox.paging import read_id
from monitor.sandbox.people import Cast
from monitor.sandbox.wire import Wire, permalink

Show = Callable[[Wire, Cast, Mapping[str, str]], str | None]

MOST_POSTS = 40
DEPTH = 100
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem;
  color: #1b1f24; background: #fbfaf7 }
article { border-top: 1px solid #d8d4ca; padding: .75rem }
article p { margin: .25rem 0; overflow-wrap: anywhere }
.asked { background: #f0ece0; border-left: 4px solid #a8681b }
.brand b { color: #19604f }
small, footer { color: #5d6570 }
.invisible { font-size: 0 }
.ellipsis::after { content: "…" }
@media (prefers-color-scheme: dark) {
  body { color: #e6e4df; background: #16191c } a { color: #8ab4f8 }
  article { border-color: #363c42 }
  .asked { background: #262016 } .brand b { color: #6cc9b0 } small, footer { color: #9aa3ad }
}
"""


def front(wire: Wire, cast: Cast, _path: Mapping[str, str]) -> str | None:
    """What this server is, and its brands."""
    names = "".join(
        f'<li><a href="/@{brand.account.username}">{escape(brand.account.name)}</a></li>'
        for brand in cast.brands
    )
    about = "<p>A simulated server that speaks the Mastodon client API. Nobody here is real.</p>"
    return _page(wire, "Replywatch sandbox", f"{about}<ul>{names}</ul>")


def profile(wire: Wire, cast: Cast, path: Mapping[str, str]) -> str | None:
    """An account's latest public posts."""
    person = wire.instance.find(path["name"])
    if person is None:
        return None
    posts = reversed(wire.instance.statuses_of(person))
    public = (post for post in posts if may_see(None, post) and post.boost_of is None)
    shown = islice(public, MOST_POSTS)
    return _page(wire, f"{person.name} (@{person.username})", _articles(wire, cast, shown))


def thread(wire: Wire, cast: Cast, path: Mapping[str, str]) -> str | None:
    """A post among those above and below it."""
    post = wire.instance.status(read_id(path["id"]))
    if post is None or not may_see(None, post) or post.author.username != path["name"]:
        return None
    around = [*wire.instance.ancestors(post), post, *wire.instance.descendants(post, DEPTH)]
    public = (each for each in around if may_see(None, each))
    return _page(wire, f"{post.author.name}: a thread", _articles(wire, cast, public, post.id))


def _articles(wire: Wire, cast: Cast, posts: Iterable[Status], asked: int | None = None) -> str:
    return "".join(_article(wire, cast, post, asked) for post in posts)


def _article(wire: Wire, cast: Cast, post: Status, asked: int | None) -> str:
    favourites, reblogs = post.fame.after(wire.now - post.created_at)
    marks = "asked" if post.id == asked else ""
    brand = "brand" if cast.brand_of(post.author) else ""
    edited = " · edited" if post.edited_at else ""
    return (
        f'<article class="{marks} {brand}" lang="{post.language}">'
        f"<b>{escape(post.author.name)}</b> <small>@{post.author.username}</small>"
        f"{to_html(post.text, post.names, wire.site)}"
        f'<small><a href="{escape(permalink(post, wire.site))}">'
        f"{post.created_at:%Y-%m-%d %H:%M:%S} UTC</a>{edited}"
        f" · {favourites} favourites · {reblogs} boosts</small></article>"
    )


def _page(wire: Wire, title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head>'
        f"<body><h1>{escape(title)}</h1>{body}"
        f'<footer><p>Simulated by the <a href="/">replywatch sandbox</a>, '
        f"{wire.now:%Y-%m-%d %H:%M:%S}.</p></footer></body></html>"
    )


NOT_FOUND = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Not found</title></head>'
    "<body><h1>The page you are looking for is not here.</h1></body></html>"
)
