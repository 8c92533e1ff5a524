"""Why a post or a wait counts as it does."""

from __future__ import annotations

from typing import Annotated, Any, Self

import sqlalchemy as sa
from pydantic import Field, model_validator

from monitor.config import Account
from monitor.report.explaining import Explained, explained_post, explained_wait
from monitor.store import history
from monitor.web.api.calling import reads
from monitor.web.api.endpoint import Answer, Endpoint, Here, Inputs
from monitor.web.api.finding import watch_called, watch_of
from monitor.web.api.queries import Word
from monitor.web.api.shapes import Step, WaitId, step_trees
from monitor.web.problem import RefusedError

_ONE_OF = "give account and post, or url, or wait"


class StoryAsked(Inputs):
    account: Annotated[Word | None, Field(description="With `post`.")] = None
    post: Annotated[Word | None, Field(description="The id of a post of the account.")] = None
    url: Annotated[Word | None, Field(description="The address of a post.")] = None
    wait: WaitId | None = None

    @model_validator(mode="after")
    def _is_one_question(self) -> Self:
        ways = [self.account or self.post, self.url, self.wait]
        is_half = (self.account is None) is not (self.post is None)
        if is_half or sum(way is not None for way in ways) != 1:
            raise ValueError(_ONE_OF)
        return self


class Story(Answer):
    title: str
    steps: list[Step]


class Stories(Answer):
    stories: list[Story]


def explain(here: Here, asked: StoryAsked) -> dict[str, Any]:
    with here.deck.store.read() as tx:
        try:
            found = _stories(tx, here, asked)
        except (KeyError, IndexError):  # a defect, not an id that nobody knows
            raise
        except LookupError as error:
            raise RefusedError(404, str(error)) from None
    return {"stories": [{"title": one.title, "steps": step_trees(one.steps)} for one in found]}


def _stories(tx: sa.Connection, here: Here, asked: StoryAsked) -> list[Explained]:
    if asked.wait:
        settings = watch_of(tx, here, asked.wait).settings
        return [explained_wait(tx, settings, asked.wait, here.now)]
    if asked.url:
        places = history.posts_at(tx, asked.url)
        if not places:
            raise LookupError(f"no post at {asked.url} is stored")
        return [explained_post(tx, _settings(here, name), post, here.now) for name, post in places]
    account, post = asked.account or "", asked.post or ""
    return [explained_post(tx, _settings(here, account), post, here.now)]


def _settings(here: Here, name: str) -> Account:
    return watch_called(here, name).settings


ENDPOINTS: list[Endpoint] = [
    reads(
        "/explain",
        "Why a post did or did not open a wait, what closed it, and each promise's verdict.",
        StoryAsked,
        Stories,
        explain,
        {404: "There is no such wait, post or account."},
    ),
]
