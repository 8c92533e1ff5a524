"""Notices as the rest of the program hands them over, and what strangers may write in them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from monitor.ports.notifier import AlertKind, Item, Notice

NOW = datetime(2026, 6, 1, 12, 18, tzinfo=UTC)
DUE = NOW - timedelta(minutes=12)
STOCKHOLM = ZoneInfo("Europe/Stockholm")

BREACH = Item(
    key="breach/17/airline-6m",
    kind=AlertKind.BREACH,
    at=DUE,
    account="acme-mastodon",
    brand="acme",
    platform="mastodon",
    link="https://care.example.com/waits/17",
    wait=17,
    target="airline-6m",
    within=timedelta(minutes=6),
    opened_at=DUE - timedelta(minutes=6),
    due_at=DUE,
    customer="Grace Adeyemi",
    handle="grace@social.example",
    text="My booking is gone. Can anybody help?",
    language="en",
    url="https://social.example/@grace/1",
)

TURNING = "\u200e\u200f\u202a-\u202e\u2066-\u2069"
HOSTILE = {
    "everybody": ("@everyone @here @channel @all @room", r"@(everyone|here|channel|all|room)"),
    "everybody, hidden": ("@every\u200bone @\u2060here", "@(every\u200b?one|\u2060?here)"),
    "a room": ("<!channel> <!here|x> <!subteam^S1>", r"(<|&lt;)!(channel|here|subteam)"),
    "a room, quoted": ("&lt;!channel&gt; &#64;everyone", r"&lt;!|&#64;everyone"),
    "a person": ("<@U123> <@!80351110224678912> @durov", r"<@|@durov"),
    "a link under another": ("<https://evil.example|https://bank.example>", r"https?://(evil|bank)"),
    "a Markdown link": ("[https://bank.example](https://evil.example)", r"\]\(|://(evil|bank)"),
    "a picture": ("![x](https://evil.example/x.png)", r"!\["),
    "Markdown": ("**b** _i_ ~~s~~ ```c``` ||x|| __u__", r"\*\*|_i_|~~|`|\|\||__"),
    "a heading": ("# Heading\n> quote\n- list\n1. one", r"(?m)^\s*(# H|> q|- l|1\. o)"),
    "HTML": ("<b>x</b><img src=x onerror=a()><script>a()</script>", r"<(b>|img|script)"),
    "closed quotes": ('"><svg onload=a()>', r"<svg"),
    "an override": ("abc \u202egnp.exe\u202c \u2067x\u2069 \u200f", f"[{TURNING}]"),
    "control characters": ("\x1b[31mred\x07\x00\x9b1m", "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"),
    "a header": ("x\r\nBcc: victim@example.com\r\n\r\nbody", r"(?m)^Bcc:"),
    "a header, by other breaks": ("x\u2028Bcc: a\x85Bcc: b\x0bBcc: c", "[\u2028\x85\x0b]"),
    "a template": ("{{ 7*191 }}{% for x in y %}{{ t }}${HOME}", r"\{\{|\{%|1337"),
    "half a character": ("broken \ud83d here", "\ud83d"),
    "tags": ("flag\U000e0001\U000e0041", "[\U000e0000-\U000e007f]"),
    "towers of accents": ("a" + "\u0300" * 200, "\u0300{5}"),
}  # fmt: skip
"""By name: what somebody writes, and what must not be found where it is told."""


def notice(*items: Item, at: datetime = NOW, **more: Any) -> Notice:
    told = items or (BREACH,)
    counts = dict(Counter(item.kind for item in told))
    given = {"key": "notice/1", "counts": counts, "zone": STOCKHOLM, **more}
    return Notice(at=at, items=told, **given)


def written_by_a_stranger(words: str) -> Item:
    """A breach in which these words stand wherever somebody else has a say."""
    return replace(
        BREACH, customer=words, handle=words, text=words, acked_by=words, language=words, url=words
    )


def is_live(name: str, told: str) -> bool:
    return re.search(HOSTILE[name][1], told) is not None
