"""What a server says: only the fields that are read.

People write posts with programs of their own, so what stands in one may have any shape.
"""

from __future__ import annotations

from typing import Annotated, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter
from pydantic.alias_generators import to_camel

from monitor.http import Answer

T = TypeVar("T")
Perhaps = Annotated[T | object, Field(union_mode="left_to_right")]
"""Where people's own programs may have written anything."""

Token = Annotated[str, Field(min_length=1, pattern=r"^[!-~]+$")]
Id = Annotated[str, Field(min_length=1)]


class Wire(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)


class Service(Wire):
    id: str
    service_endpoint: Perhaps[str]


class Document(Wire):
    service: list[Service] = []


class Grant(Wire):
    access_jwt: Token
    refresh_jwt: Token
    did: Id
    did_doc: Perhaps[Document] = None


class Failure(Wire):
    error: str | None = None


class Did(Wire):
    did: Id


class Uri(Wire):
    uri: Id


class Reply(Wire):
    root: Uri
    parent: Uri


class Feature(Wire):
    type: str = Field(alias="$type")
    did: str | None = None


class Facet(Wire):
    features: list[Perhaps[Feature]] = []


class Quote(Wire):
    record: Uri


class QuoteWithMedia(Wire):
    record: Quote


class Record(Wire):
    text: str = ""
    created_at: Perhaps[AwareDatetime] = None
    langs: list[str] = []
    facets: list[Facet] = []
    reply: Reply | None = None
    embed: Annotated[Quote | QuoteWithMedia | object, Field(union_mode="left_to_right")] = None


class Author(Wire):
    did: Id
    handle: str
    display_name: str | None = None


class View(Uri):
    author: Author
    record: Perhaps[Record]
    indexed_at: AwareDatetime
    like_count: int | None = None
    repost_count: int | None = None
    reply_count: int | None = None


class Notification(Uri):
    author: Author
    reason: str
    record: Perhaps[Record]
    indexed_at: AwareDatetime


class Notifications(Wire):
    notifications: list[Notification]
    cursor: str | None = None


class FeedItem(Wire):
    post: View
    reason: object = None
    """Why it stands here, if not for having been written: a repost, or pinned."""


class Feed(Wire):
    feed: list[FeedItem]
    cursor: str | None = None


class Stored(Uri):
    value: Perhaps[Record]


class Stock(Wire):
    records: list[Stored]


class Branch(Wire):
    post: View | None = None
    replies: list[Branch] = []


class Tree(Wire):
    thread: Branch


class Views(Wire):
    posts: list[View]


GRANT = TypeAdapter(Grant)
FAILURE = TypeAdapter(Failure)
DID = TypeAdapter(Did)
NOTIFIED = TypeAdapter(Notifications)
FED = TypeAdapter(Feed)
STOCKED = TypeAdapter(Stock)
GROWN = TypeAdapter(Tree)
VIEWED = TypeAdapter(Views)


def failure(answer: Answer) -> str | None:
    """The name of an error; None where it is a web page."""
    return None if answer.is_page else answer.read(FAILURE).error
