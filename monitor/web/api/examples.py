"""An example of every answer and of every body, for the description."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from monitor.ports.interchange import HandedPost
from monitor.web.api.accounts import Account, Accounts
from monitor.web.api.acts import Dismissing
from monitor.web.api.board import Shown
from monitor.web.api.endpoint import Nothing
from monitor.web.api.figures import Promises, Replay, Report
from monitor.web.api.intake import Taken
from monitor.web.api.shapes import ActedWait
from monitor.web.api.silences import Silence, Silences, Silencing
from monitor.web.api.stories import Stories
from monitor.web.api.waits import WaitsPage, WholeWait

_WAIT = {
    "id": 17,
    "account": "acme-bluesky",
    "conversation": "at://did:plc:ann/app.bsky.feed.post/3l6o",
    "customer": "did:plc:ann",
    "customer_handle": "ann.example",
    "kind": "first",
    "status": "open",
    "attribution": "told",
    "opened_by": "at://did:plc:ann/app.bsky.feed.post/3l6o",
    "opened_at": "2026-03-02T10:00:00Z",
    "auto_replied_at": None,
    "answered_by": None,
    "answered_at": None,
    "ended_at": None,
    "reply_class": None,
    "nudges": 0,
    "calendar_seconds": None,
    "business_seconds": None,
    "skewed": False,
    "late_arrival": False,
    "live": True,
    "url": "https://bsky.app/profile/ann.example/post/3l6o",
    "verdicts": [
        {
            "target": "airline-6m",
            "due_at": "2026-03-02T10:06:00Z",
            "verdict": "pending",
            "late_detected": False,
        }
    ],
}
_WAITING = {
    "id": 17,
    "account": "acme-bluesky",
    "brand": "acme",
    "platform": "bluesky",
    "kind": "first",
    "surface": "public",
    "customer_name": "Ann",
    "customer_handle": "ann.example",
    "words": "@acme where is my suitcase?",
    "language": "en",
    "url": "https://bsky.app/profile/ann.example/post/3l6o",
    "opened_at": "2026-03-02T10:00:00Z",
    "state": "warned",
    "target": "airline-6m",
    "due_at": "2026-03-02T10:06:00Z",
    "other_targets": [],
    "opens_at": None,
    "blind": False,
    "nudges": 0,
    "last_nudge_at": None,
    "reach": 3,
    "reach_10m_ago": None,
    "rating": None,
    "acked_by": None,
    "acked_at": None,
    "live": True,
}
_ACTED = {
    **_WAIT,
    "acked_by": "anna",
    "acked_at": "2026-03-02T10:02:00Z",
    "dismissal": None,
    "merged_into": None,
}
_STEP = {
    "at": "2026-03-02T10:00:00Z",
    "sentence": "ann.example names the account: a mention",
    "rule": "3a",
    "post_id": "at://did:plc:ann/app.bsky.feed.post/3l6o",
}
_POST = {
    "id": "at://did:plc:ann/app.bsky.feed.post/3l6o",
    "author_handle": "ann.example",
    "author_name": "Ann",
    "created_at": "2026-03-02T10:00:00Z",
    "text": "@acme where is my suitcase?",
    "lang": "en",
    "url": "https://bsky.app/profile/ann.example/post/3l6o",
    "parent_id": None,
    "surface": "public",
    "reach": {"likes": 3, "reposts": 0, "replies": 0, "views": None},
    "became": "opened",
    "reply_class": None,
    "deleted_at": None,
    "deleted_by": None,
}
_ACCOUNT = {
    "name": "acme-bluesky",
    "brand": "acme",
    "platform": "bluesky",
    "targets": ["airline-6m"],
    "polled": True,
    "poll_seconds": 20,
    "live_since": "2026-03-01T08:00:00Z",
    "watermark": "2026-03-02T10:02:40Z",
    "blind": False,
    "failing_reason": None,
    "failing_since": None,
    "failures": 0,
    "last_success_at": "2026-03-02T10:02:41Z",
    "next_poll_at": "2026-03-02T10:03:00Z",
    "rate_limit_left": 2990,
    "clock_error_seconds": 0,
}
_ATTAINED = {
    "target": "airline-6m",
    "within_seconds": 360,
    "objective": 0.9,
    "met": 81,
    "breached": 12,
    "pending": 1,
    "unconfirmed": 0,
    "attainment": 0.8709677419354839,
}
_TIMES = {
    "km_p50_seconds": 142,
    "km_p90_seconds": 1290,
    "naive_p50_seconds": 138,
    "naive_p90_seconds": 410,
    "n": 94,
    "answered": 90,
}
_REPORT = {
    "account": "acme-bluesky",
    "brand": "acme",
    "platform": "bluesky",
    "mentions": 120,
    "opened": 97,
    "answered": 92,
    "open": 4,
    "excluded": {"spam": 1},
    "nudges": 23,
    "reply_rate": 0.9583333333333334,
    "first_reply": _TIMES,
    "next_reply": {**_TIMES, "km_p90_seconds": None, "n": 3, "answered": 2},
    "targets": [_ATTAINED],
    "oldest_open_at": "2026-03-02T10:00:00Z",
    "coverage": 1.0,
}

_SILENCE = {
    "id": 3,
    "match": {"brand": ["acme"], "platform": ["bluesky"]},
    "reason": "the platform is down",
    "by": "anna",
    "made_at": "2026-03-02T10:00:00Z",
    "until": "2026-03-02T12:00:00Z",
}

EXAMPLES: dict[type[BaseModel], Any] = {
    WaitsPage: {"waits": [_WAIT], "next": "/api/v1/waits?limit=1&after=17"},
    WholeWait: {**_ACTED, "posts": [_POST], "explain": [_STEP]},
    ActedWait: _ACTED,
    Shown: {
        "counts": {"overdue": 0, "unconfirmed": 0, "warned": 1, "pending": 0, "loose": 1},
        "more": 0,
        "targets": [_ATTAINED],
        "first_reply": _TIMES,
        "coverage": 1.0,
        "troubled": [],
        "waits": [_WAITING],
    },
    Accounts: {"accounts": [_ACCOUNT]},
    Account: _ACCOUNT,
    Report: {
        "definition_version": 1,
        "since": "2026-03-01T00:00:00Z",
        "until": None,
        "accounts": [_REPORT],
    },
    Promises: {
        "targets": [
            {
                "target": "airline-6m",
                "metric": "first_reply",
                "within_seconds": 360,
                "objective": 0.9,
                "warn_at_seconds": [288],
                "languages": [],
                "surfaces": [],
                "min_followers": 0,
                "accounts": ["acme-bluesky"],
            }
        ]
    },
    Replay: {
        "accounts": [
            {
                "account": "acme-bluesky",
                "targets": [_ATTAINED, {**_ATTAINED, "target": "replay 6m"}],
            }
        ]
    },
    Stories: {"stories": [{"title": "wait 17: ann.example at acme-bluesky", "steps": [_STEP]}]},
    Taken: {
        "stored": 2,
        "unchanged": 1,
        "rejected": [{"line": 3, "reason": "created_at: is missing"}],
        "complete_until": "2026-03-02T10:00:00Z",
    },
    Silences: {"silences": [_SILENCE]},
    Silence: _SILENCE,
    Silencing: {
        "match": {"brand": ["acme"], "platform": ["bluesky"]},
        "for": "2h",
        "reason": "the platform is down",
    },
    Nothing: {},
    Dismissing: {"reason": "spam", "note": "the same link again"},
    HandedPost: {
        "id": "call-101",
        "author_id": "caller-101",
        "author_handle": "caller-101",
        "created_at": "2026-03-02T11:00:00+01:00",
        "surface": "message",
    },
}
