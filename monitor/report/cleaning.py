"""Text from the outside world, made harmless for the places where a report goes."""

from __future__ import annotations

import re

# Control characters, and those that turn the direction of what follows.
_UNSEEN = "\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff"
_HOSTILE = re.compile(f"[{_UNSEEN}]")
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_WEB = re.compile(r"https?://[^\s<>\"'`\\]+\Z", re.IGNORECASE)


def shown(text: str) -> str:
    """One line that a terminal only shows."""
    return _HOSTILE.sub("\ufffd", text)


def cell(text: str) -> str:
    """A CSV cell that no spreadsheet takes for a formula."""
    safe = shown(text)
    return f"'{safe}" if safe.lstrip().startswith(_FORMULA) else safe


def web_address(url: str | None) -> str | None:
    """An address that a browser opens as a page; nothing else is a link."""
    return url if url and _WEB.match(url) else None


def json_line(line: str) -> str:
    """The same JSON, with what a terminal would obey written as escapes."""
    return _HOSTILE.sub(lambda found: f"\\u{ord(found[0]):04x}", line)
