"""Small conversations with all that can be wrong in one, for properties of the fold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from monitor.domain.account import Account, Person
from monitor.domain.fold import fold
from monitor.domain.outcome import Folded
from monitor.domain.post import DeletedBy, Post, Surface
from monitor.domain.wait import Act, Deed, Dismissal
from monitor.domain.words import TextRule, Wording
from tests.building import ACCOUNT, at, known

DAY = 24 * 60
WORDING = Wording(
    ignore=(TextRule("bots", author="bot"),),
    automated=(TextRule("0", author_is_bot=True),),
)
ACCOUNTS = [
    ACCOUNT,
    replace(ACCOUNT, me=Person("acme", id="acme"), burst=timedelta(0)),
    replace(ACCOUNT, reopen_after=timedelta(minutes=1)),
]

ids = st.sampled_from(list("12345"))
authors = st.sampled_from(["ana", "ana", "bo", "cy", "acme", "acme", "acme_anna"])
rare_authors = st.sampled_from(["acme_news", "bot"]) | authors
instants = st.sampled_from([0, 1, 1, 2, 3, 5, DAY, DAY + 1, 2 * DAY + 4, -DAY]).map(at)
mostly_none = st.none() | st.none() | instants


@st.composite
def posts(draw: st.DrawFn) -> Post:
    author = draw(rare_authors)
    fields: dict[str, Any] = {
        "parent_id": draw(st.none() | ids | st.sampled_from(["x", "y"])),
        "parent_author_id": draw(st.none() | authors),
        "root_id": draw(st.sampled_from([None, "r", "1"])),
        "mentions": tuple(draw(st.lists(st.sampled_from(["acme", "@Ana", "bo"]), max_size=2))),
        "surface": draw(st.sampled_from([Surface.PUBLIC, *Surface])),
        "text": draw(st.sampled_from(["help", "thanks", "https://acme.example", None])),
        "edited_at": draw(mostly_none),
        "deleted_at": draw(mostly_none),
        "deleted_by": draw(st.sampled_from(DeletedBy)),
        "author_is_bot": draw(st.booleans()),
    }
    return Post(
        id=draw(ids),
        author_id=author,
        author_handle=draw(st.sampled_from([author, author, "Ana"])),
        created_at=draw(instants),
        **fields,
    )


@dataclass(frozen=True)
class World:
    posts: Sequence[Post]
    acts: Sequence[Act]
    account: Account

    def folded(self) -> list[Folded]:
        """The conversations by the ids of their first posts."""
        found = fold(known(self.posts, WORDING), self.acts, self.account)
        return sorted(found, key=lambda one: one.outcomes[0].post_id)


acts = st.builds(
    Act,
    number=st.integers(1, 99),
    post_id=ids,
    deed=st.sampled_from(Deed),
    at=instants,
    reason=st.sampled_from(Dismissal),
)
worlds = st.builds(
    World,
    posts=st.lists(posts(), min_size=1, max_size=12),
    acts=st.lists(acts, max_size=3, unique_by=lambda act: act.number),
    account=st.sampled_from(ACCOUNTS),
)
