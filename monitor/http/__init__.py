"""The one door to the web, for connectors and notifiers.

It keeps what every caller would else have to remember: a total deadline (httpx's timeouts are per
read, so a dripping body has no end), a cap on what is read and unpacked, secrets that go to one
origin only, and errors that say what to do, but nothing of what was sent or received.
"""

from __future__ import annotations

from monitor.http.address import hidden_address, is_loopback, is_sendable, web_address, whole_secret
from monitor.http.answer import Answer, RateLimit
from monitor.http.sessions import Session, Sessions, SignedIn
from monitor.http.web import Hook, Site, Usage, Web

__all__ = [
    "Answer",
    "Hook",
    "RateLimit",
    "Session",
    "Sessions",
    "SignedIn",
    "Site",
    "Usage",
    "Web",
    "hidden_address",
    "is_loopback",
    "is_sendable",
    "web_address",
    "whole_secret",
]
