"""A notice as JSON, for programs: what the notifiers `webhook` and `command` hand over.

Version 1. Within a version, keys are only added. Text from outside is cleaned of what is not seen
and otherwise as it was written: who shows it somewhere has to quote it as that place demands.
`title` and `text` are ready to be shown: in them it is inert.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import orjson

from monitor.notifiers.inert import clean, web_link
from monitor.notifiers.texts import Texts
from monitor.ports.notifier import Digest, Item, Notice

VERSION = 1
MOST_SAID = 200
MOST_NAME = 100

Json = dict[str, Any]


def payload(notice: Notice, texts: Texts) -> bytes:
    """docs/notifiers.md lists the keys."""
    return orjson.dumps(
        {
            "version": VERSION,
            "key": notice.key,
            "at": _instant(notice.at),
            "test": notice.test,
            "held": notice.held,
            "language": texts.language,
            "title": texts.title(notice),
            "text": texts.body(notice),
            "total": notice.total,
            "counts": {kind.value: count for kind, count in notice.counts.items()},
            "items": [_item(item) for item in notice.items],
        }
    )


def _item(item: Item) -> Json:
    return {
        "key": item.key,
        "kind": item.kind.value,
        "at": _instant(item.at),
        "account": item.account,
        "brand": item.brand,
        "platform": item.platform,
        "link": item.link,
        "wait": item.wait,
        "target": item.target,
        "within_seconds": _seconds(item.within),
        "due_at": _instant(item.due_at),
        "opened_at": _instant(item.opened_at),
        "ended_at": _instant(item.ended_at),
        "customer": _clean(item.customer, MOST_NAME),
        "handle": _clean(item.handle, MOST_NAME),
        "text": _clean(item.text, MOST_SAID),
        "lang": _clean(item.language, MOST_NAME),
        "url": web_link(item.url),
        "nudges": item.nudges,
        "reach": item.reach,
        "growth": item.growth,
        "acked_by": _clean(item.acked_by, MOST_NAME),
        "late_detected": item.late_detected,
        "late_arrival": item.late_arrival,
        "reason": item.reason and item.reason.value,
        "count": item.count,
        "usual": item.usual,
        "digest": item.digest and _digest(item.digest),
    }


def _digest(digest: Digest) -> Json:
    return {
        "since": _instant(digest.since),
        "until": _instant(digest.until),
        "mentions": digest.mentions,
        "opened": digest.opened,
        "answered": digest.answered,
        "still_open": digest.still_open,
        "half_within_seconds": _seconds(digest.half_within),
        "targets": [
            {"target": kept.target, "met": kept.met, "due": kept.due, "objective": kept.objective}
            for kept in digest.targets
        ],
    }


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else span.total_seconds()


def _clean(text: str | None, most: int) -> str | None:
    return None if text is None else clean(text, most)
