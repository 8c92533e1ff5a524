"""The waits: many of them by what is asked for, or one with all that is known of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlencode

import sqlalchemy as sa
from pydantic import Field

from monitor.domain.outcome import Outcome, What
from monitor.domain.post import DeletedBy, ReplyClass, Surface
from monitor.domain.target import Verdict
from monitor.domain.wait import Kind, Status
from monitor.report import plain
from monitor.report.explaining import Explained, explained_wait
from monitor.report.listing import described
from monitor.store import accounts, history, posts
from monitor.store.choosing import Choice, page
from monitor.store.history import Window
from monitor.store.posts import StoredPost
from monitor.web.api.calling import reads
from monitor.web.api.endpoint import DIGITS, PREFIX, Answer, Endpoint, Here, Inputs
from monitor.web.api.queries import AccountNames, Bounded, Word, among, chosen
from monitor.web.api.shapes import ActedWait, Step, Wait, WaitId, acted_tree, step_trees
from monitor.web.problem import RefusedError

MOST = 500
USUAL = 100


class Order(StrEnum):
    OLDEST = "oldest"
    NEWEST = "newest"


class WaitsAsked(Bounded):
    account: AccountNames = ()
    brand: tuple[Word, ...] = ()
    platform: tuple[Word, ...] = ()
    kind: tuple[Kind, ...] = ()
    status: Annotated[
        tuple[Status, ...], Field(description="All but merged and withdrawn unless given.")
    ] = ()
    target: Annotated[tuple[Word, ...], Field(description="That owe one of these.")] = ()
    verdict: Annotated[
        tuple[Verdict, ...],
        Field(description="As it stands now; beside `target`, of that target."),
    ] = ()
    language: Annotated[
        tuple[Word, ...],
        Field(description="Of the post that opened it: `en` is `en` and `en-GB`."),
    ] = ()
    order: Annotated[Order, Field(description="Which number comes first.")] = Order.OLDEST
    after: Annotated[WaitId | None, Field(description="The last number of the page before.")] = None
    limit: Annotated[int, Field(ge=1, le=MOST, description="Waits on a page."), DIGITS] = USUAL


class WaitsPage(Answer):
    waits: list[Wait]
    next: Annotated[
        str | None,
        Field(description="Where the next page is; null on the last. In the header Link, too."),
    ]


class OneWait(Inputs):
    id: WaitId


class Reach(Answer):
    likes: int | None
    reposts: int | None
    replies: int | None
    views: int | None


class Post(Answer):
    """A post of the conversation, and what became of it."""

    id: str
    author_handle: str
    author_name: str | None
    created_at: datetime
    text: Annotated[str | None, Field(description="Null once retention has removed it.")]
    lang: str | None
    url: str | None
    parent_id: str | None
    surface: Surface
    reach: Reach
    became: What
    reply_class: Annotated[ReplyClass | None, Field(description="Of a reply.")]
    deleted_at: datetime | None
    deleted_by: DeletedBy | None


class WholeWait(ActedWait):
    posts: Annotated[list[Post], Field(description="The whole conversation, in its order.")]
    explain: Annotated[
        list[Step] | None,
        Field(
            description="Why it stands as it does; null where the conversation is not kept"
            " or its account not configured any more."
        ),
    ]


def waits(here: Here, asked: WaitsAsked) -> dict[str, Any]:
    window = asked.window(here)
    with here.deck.store.read() as tx:
        choice = Choice(
            accounts=_account_ids(tx, here, asked),
            statuses=asked.status or [status for status in Status if not status.is_gone],
            kinds=asked.kind,
            languages=asked.language,
            targets=_targets(tx, asked),
            verdicts=asked.verdict,
            opened=window,
        )
        rows = page(
            tx,
            choice,
            accounts.watermarks(tx),
            here.now,
            after=asked.after,
            newest_first=asked.order is Order.NEWEST,
            limit=asked.limit + 1,
        )
        found = list(described(tx, rows[: asked.limit], here.now))
    following = _following(asked, window, found[-1]["id"]) if len(rows) > asked.limit else None
    return {"waits": found, "next": following}


def wait(here: Here, asked: OneWait) -> dict[str, Any]:
    with here.deck.store.read() as tx:
        try:
            row = history.listed_one(tx, asked.id)
        except LookupError as error:
            raise RefusedError(404, str(error)) from None
        (listed,) = described(tx, [row], here.now)
        told = _explained(tx, here, row)
        outcomes = told.posts if told else ()
        stored = posts.find(tx, row["account_id"], [one.post_id for one in outcomes])
    return {
        **acted_tree(listed, row),
        "posts": [_post(stored[one.post_id], one) for one in outcomes],
        "explain": step_trees(told.steps) if told else None,
    }


def _account_ids(tx: sa.Connection, here: Here, asked: WaitsAsked) -> list[int]:
    stored = accounts.all_of(tx)
    every = chosen(tx, here, ())
    among("brand", asked.brand, {one.brand: one for one in every})
    among("platform", asked.platform, {one.platform: one for one in every if one.platform})
    return [
        stored[one.name].id
        for one in chosen(tx, here, asked.account)
        if (not asked.brand or one.brand in asked.brand)
        and (not asked.platform or one.platform in asked.platform)
    ]


def _targets(tx: sa.Connection, asked: WaitsAsked) -> list[str]:
    known = {row.name: row.name for row in history.targets(tx).values()}
    return among("target", asked.target, known) if asked.target else []


def _following(asked: WaitsAsked, window: Window, last: int) -> str:
    """The same question, from there on; a window that was told from now stays where it is."""
    said = asked.model_dump(mode="json", exclude_unset=True)
    bounds = {"since": plain.rfc3339(window.since), "until": plain.rfc3339(window.until)}
    said |= {name: bound for name, bound in bounds.items() if bound}
    return f"{PREFIX}/waits?{urlencode({**said, 'after': last}, doseq=True)}"


def _explained(tx: sa.Connection, here: Here, row: Mapping[Any, Any]) -> Explained | None:
    watch = here.deck.watches.get(row["account"])
    if watch is None:
        return None
    try:
        return explained_wait(tx, watch.settings, row["number"], here.now)
    except LookupError:
        return None


def _post(stored: StoredPost, outcome: Outcome) -> dict[str, Any]:
    first, deletion = stored.versions.first, stored.versions.deletion
    is_reply = outcome.what is What.REPLY
    return {
        "id": first.id,
        "author_handle": first.author_handle,
        "author_name": first.author_name,
        "created_at": plain.rfc3339(first.created_at),
        "text": first.text,
        "lang": first.lang,
        "url": first.url,
        "parent_id": first.parent_id,
        "surface": first.surface,
        "reach": {
            "likes": first.reach.likes,
            "reposts": first.reach.reposts,
            "replies": first.reach.replies,
            "views": first.reach.views,
        },
        "became": outcome.what,
        "reply_class": stored.reading.reply_class if is_reply else None,
        "deleted_at": plain.rfc3339(deletion.at) if deletion else None,
        "deleted_by": deletion.by if deletion else None,
    }


ENDPOINTS: list[Endpoint] = [
    reads("/waits", "Waits by what is asked for, a page at a time.", WaitsAsked, WaitsPage, waits),
    reads("/waits/{id}", "One wait, its conversation, and why.", OneWait, WholeWait, wait),
]
