"""The JSON of Mastodon's entities: Account, Status, Notification, Context, Instance.

Ids are strings; times are UTC with milliseconds. `site` is the origin that was asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from monitor.sandbox.instance import Instance, Notification, Status, Visibility, may_see
from monitor.sandbox.markup import to_html
from monitor.sandbox.people import Person

Json = dict[str, Any]
VERSION = "4.3.23"


@dataclass(frozen=True, slots=True)
class Wire:
    """Writes what `viewer` (None: nobody in particular) sees of the instance at `now`."""

    instance: Instance
    site: str
    now: datetime
    viewer: Person | None

    def account(self, person: Person) -> Json:
        statuses = self.instance.statuses_of(person)
        return {
            "id": str(person.id),
            "username": person.username,
            "acct": person.username,
            "display_name": person.name,
            "locked": False,
            "bot": person.bot,
            "discoverable": True,
            "group": False,
            "created_at": person.created_at.strftime("%Y-%m-%dT00:00:00.000Z"),
            "note": to_html(person.note, (), self.site) if person.note else "",
            "url": f"{self.site}/@{person.username}",
            "uri": f"{self.site}/users/{person.username}",
            "avatar": f"{self.site}/avatars/original/missing.png",
            "avatar_static": f"{self.site}/avatars/original/missing.png",
            "header": f"{self.site}/headers/original/missing.png",
            "header_static": f"{self.site}/headers/original/missing.png",
            "followers_count": person.followers,
            "following_count": person.followers // 3,
            "statuses_count": len(statuses),
            "last_status_at": f"{statuses[-1].created_at:%Y-%m-%d}" if statuses else None,
            "emojis": [],
            "fields": [],
        }

    def status(self, status: Status) -> Json:
        boosted = self.instance.status(status.boost_of)
        shown = boosted or status
        parent = self.instance.status(status.parent_id)
        favourites, reblogs = shown.fame.after(self.now - shown.created_at)
        return {
            "id": str(status.id),
            "created_at": iso(status.created_at),
            "in_reply_to_id": str(parent.id) if parent else None,
            "in_reply_to_account_id": _text(status.parent_author_id),
            "sensitive": False,
            "spoiler_text": "",
            "visibility": status.visibility.value,
            "language": status.language,
            "uri": f"{self.site}/users/{status.author.username}/statuses/{status.id}",
            "url": permalink(shown, self.site),
            "replies_count": self._open_replies(shown),
            "reblogs_count": reblogs,
            "favourites_count": favourites,
            "edited_at": iso(status.edited_at) if status.edited_at else None,
            "favourited": False,
            "reblogged": False,
            "muted": False,
            "bookmarked": False,
            "content": to_html(shown.text, shown.names, self.site),
            "filtered": [],
            "reblog": self.status(boosted) if boosted else None,
            "application": None,
            "account": self.account(status.author),
            "media_attachments": [],
            "mentions": [self._named(person) for person in shown.names],
            "tags": [],
            "emojis": [],
            "card": None,
            "poll": None,
        }

    def notification(self, told: Notification) -> Json:
        status = self.instance.status(told.status_id)
        shape: Json = {
            "id": str(told.id),
            "type": told.kind,
            "created_at": iso(told.created_at),
            "group_key": f"ungrouped-{told.id}",
            "account": self.account(told.sender),
        }
        return {**shape, "status": self.status(status)} if status else shape

    def context(self, status: Status, most_above: int, most_below: int, depth: int) -> Json:
        above = self._seen(self.instance.ancestors(status))
        below = self._seen(list(self.instance.descendants(status, depth)))
        return {
            "ancestors": [self.status(each) for each in above[-most_above:]],
            "descendants": [self.status(each) for each in below[:most_below]],
        }

    def about(self) -> Json:
        host = self.site.partition("://")[2]
        return {
            "uri": host,
            "title": "Replywatch sandbox",
            "short_description": "A simulated server: nobody here is real.",
            "description": "",
            "email": "",
            "version": VERSION,
            "urls": {},
            "stats": {"status_count": len(self.instance)},
            "languages": ["en"],
            "registrations": False,
            "configuration": {"statuses": {"max_characters": 500}},
            "rules": [],
        }

    def _named(self, person: Person) -> Json:
        return {
            "id": str(person.id),
            "username": person.username,
            "url": f"{self.site}/@{person.username}",
            "acct": person.username,
        }

    def _open_replies(self, status: Status) -> int:
        replies = self.instance.replies_to(status)
        return sum(reply.visibility is not Visibility.DIRECT for reply in replies)

    def _seen(self, statuses: Sequence[Status]) -> list[Status]:
        return [status for status in statuses if may_see(self.viewer, status)]


def permalink(status: Status, site: str) -> str:
    return f"{site}/@{status.author.username}/{status.id}"


def iso(at: datetime) -> str:
    """UTC with milliseconds, as Mastodon writes it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)
