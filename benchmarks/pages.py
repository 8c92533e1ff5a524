"""Pages as a Mastodon server sends them: mentions of `acme`, and what `acme` wrote itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

import orjson

MENTIONS, STATUSES = 80, 40
SITE = "https://mastodon.example"
WORDS = ("flight", "parcel", "refund", "please", "still", "waiting", "since", "gate", "help")

Json = dict[str, Any]
ACME: Json = {"id": "1", "username": "acme", "acct": "acme", "url": f"{SITE}/@acme"}


def mentions(page: int, now: datetime) -> bytes:
    """80 mentions that no other page has, about 114 kB; one in five follows the one before it."""
    random = Random(page)
    first = 10**17 + page * MENTIONS
    entries: list[Json] = []
    for place in range(MENTIONS):
        at = now - timedelta(milliseconds=5 * (MENTIONS - place))
        above = entries[-1]["status"] if place % 5 == 4 else None
        author = above["account"] if above else _customer(random)
        status = _status(first + place, author, at, above, random)
        entries.append(
            {
                "id": str(page * MENTIONS + place + 1),
                "type": "mention",
                "created_at": _iso(at),
                "group_key": f"ungrouped-{page * MENTIONS + place + 1}",
                "account": author,
                "status": {**status, "mentions": [ACME]},
            }
        )
    return orjson.dumps(entries[::-1])


def statuses(now: datetime) -> bytes:
    """40 posts of the account itself, which answer nobody that is known."""
    random = Random(0)
    author = {**ACME, "display_name": "Acme", "bot": False, "followers_count": 120_000}
    ours = [
        _status(9 * 10**16 + place, author, now - timedelta(minutes=place + 2), None, random)
        for place in range(STATUSES)
    ]
    return orjson.dumps(ours)


def _customer(random: Random) -> Json:
    number = random.randrange(10**6)
    return {
        "id": str(2 + number),
        "username": f"customer{number}",
        "acct": f"customer{number}@social{number % 40}.example",
        "display_name": f"Customer {number}",
        "bot": False,
        "url": f"https://social{number % 40}.example/@customer{number}",
        "followers_count": random.randrange(5_000),
        "emojis": [],
    }


def _status(number: int, author: Json, at: datetime, above: Json | None, random: Random) -> Json:
    said = " ".join(random.choices(WORDS, k=24))
    acme = (
        f'<span class="h-card" translate="no"><a href="{SITE}/@acme">@<span>acme</span></a></span>'
    )
    return {
        "id": str(number),
        "created_at": _iso(at),
        "edited_at": None,
        "in_reply_to_id": above["id"] if above else None,
        "in_reply_to_account_id": above["account"]["id"] if above else None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "public",
        "language": "en",
        "uri": f"{SITE}/users/{author['username']}/statuses/{number}",
        "url": f"{SITE}/@{author['acct']}/{number}",
        "replies_count": 0,
        "reblogs_count": random.randrange(3),
        "favourites_count": random.randrange(9),
        "content": f"<p>{acme} {said}?</p>",
        "account": author,
        "mentions": [],
        "media_attachments": [],
        "tags": [],
        "emojis": [],
        "card": None,
        "poll": None,
    }


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
