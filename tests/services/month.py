"""Four weeks of conversations with a brand, up to an hour ago, as lines to import."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

WEEKS = timedelta(weeks=4)
APART = timedelta(minutes=20)
"""Between two customers."""

Line = Mapping[str, Any]


def write(path: Path, handle: str, now: datetime) -> None:
    """Everything that is counted happens to the brand of that handle, each thing often."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(WEEKS // APART):
            for line in _talk(number, handle, now - WEEKS + APART * number):
                if line["created_at"] < now.isoformat():
                    file.write(json.dumps(line) + "\n")


def _talk(number: int, handle: str, began: datetime) -> Iterator[Line]:
    """One customer's."""
    customer = f"old-customer-{number}"

    def post(name: str, author: str, seconds: float, **fields: Any) -> Line:
        at = began + timedelta(seconds=seconds)
        by = {"author_id": author, "author_handle": author, "created_at": at.isoformat()}
        return {"id": f"old-{number}-{name}", **by, "text": "Where is my parcel?", **fields}

    def ask(name: str, seconds: float, **fields: Any) -> Line:
        return post(name, customer, seconds, mentions=[handle], **fields)

    def reply(name: str, seconds: float, to: str, text: str = "We look into it.") -> Line:
        return post(name, handle, seconds, text=text, parent_id=f"old-{number}-{to}")

    patience = 5 + number % 23
    yield ask("1", 0, reach={"likes": number % 7})
    match number % 8:
        case 0:
            yield reply("2", 20 * patience, "1")
        case 1:
            yield ask("2", 10, parent_id=f"old-{number}-1")
        case 2:
            yield reply("2", patience, "1")
            yield ask("3", 60, parent_id=f"old-{number}-2", text="And when does it arrive?")
            yield reply("4", 60 + 2 * patience, "3")
            yield ask("5", 200, parent_id=f"old-{number}-4", text="Thanks!")
        case 3:
            yield reply("2", 2, "1", "Thanks for reaching out")
            yield reply("3", patience, "1", "Please DM us your order number.")
        case 4:
            deleted_at = (began + timedelta(seconds=20)).isoformat()
            yield ask("2", 0, author_id=f"shy-{number}", author_handle=f"shy-{number}")
            yield ask(
                "2",
                0,
                author_id=f"shy-{number}",
                author_handle=f"shy-{number}",
                deleted_at=deleted_at,
            )
            yield reply("3", patience, "1")
        case 5:
            yield ask("2", 3, author_id="old-bot", author_handle="old-bot", author_is_bot=True)
            yield reply("3", patience, "1")
            yield post("4", handle, 30, parent_id="old-unseen")
        case _:
            yield reply("2", patience, "1")
