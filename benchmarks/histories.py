"""A file of history: conversations about `acme`, and those of strangers in between."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import orjson

BEGAN = datetime(2025, 3, 1, tzinfo=UTC)
STRANGERS = 0.2
"""The share of conversations that are not about the account."""


def write(path: Path, lines: int) -> int:
    """Write so many posts as JSON Lines; how many of them are about the account.

    Conversations have 3 posts in the mean, and 50 of them are told at a time.
    """
    relevant = 0
    with path.open("wb") as file:
        for post, is_ours in islice(_posts(Random(3)), lines):
            file.write(orjson.dumps(post) + b"\n")
            relevant += is_ours
    return relevant


def _posts(random: Random) -> Iterator[tuple[dict[str, Any], bool]]:
    talks: list[Iterator[tuple[dict[str, Any], bool]]] = []
    number = 0
    while True:
        while len(talks) < 50:
            number += 1
            talks.append(_talk(number, random))
        turn = random.randrange(50)
        said = next(talks[turn], None)
        if said is None:
            del talks[turn]
        else:
            yield said


def _talk(number: int, random: Random) -> Iterator[tuple[dict[str, Any], bool]]:
    """A customer asks; the brand, or somebody, answers, mostly, and sometimes it goes on."""
    is_ours = random.random() > STRANGERS
    brand = "acme" if is_ours else "umbrella"
    customer = f"customer{random.randrange(100_000)}"
    at = BEGAN + timedelta(seconds=40 * number)
    for place in range(random.choice((1, 2, 2, 3, 4, 6))):
        is_reply = place % 2 == 1
        at += timedelta(seconds=random.randrange(30, 2_400))
        yield (
            {
                "id": f"{number}{place:02}",
                "author_id": brand if is_reply else customer,
                "author_handle": brand if is_reply else customer,
                "author_name": "Customer Care" if is_reply else customer.title(),
                "author_followers": random.randrange(5_000),
                "created_at": at.isoformat(),
                "text": f"@{customer if is_reply else brand} " + " ".join(_words(random)),
                "parent_id": f"{number}{place - 1:02}" if place else None,
                "mentions": [customer if is_reply else brand],
                "root_id": f"{number}00",
                "lang": "en",
                "url": f"https://social.example/posts/{number}{place:02}",
                "reach": {"likes": random.randrange(9), "reposts": 0, "replies": 1},
            },
            is_ours,
        )


def _words(random: Random) -> list[str]:
    return random.choices(
        ("flight", "parcel", "late", "refund", "order", "where", "is", "my"), k=14
    )
