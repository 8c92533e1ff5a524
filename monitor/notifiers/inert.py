"""Text from outside, made so that it is only read wherever it is told.

Notices go to places that obey what stands in a text: a chat room rings everybody at `@everyone`,
Slack at `<!channel>`, Markdown shows an address other than the one it leads to, a terminal and a
right-to-left override turn lines around. Which of them a text will pass is not known here (Apprise
alone knows a hundred services, and Alertmanager hands on what it is given), so all are met at once:

- what is not seen goes: control, direction and zero-width characters, surrogates, tags;
- a line break becomes a blank, so that nothing begins a line (`# heading`, `> quote`, a header);
- marks that mark-up is built of become their look-alikes: `<` is `‹`, `*` is `∗`;
- after `@` and inside addresses stands a zero-width space, as discord.py and bridges of chat rooms
  have it: it is not seen, and the name or address is not found any more.

A person reads the same as before. Places that have a proper way to quote (HTML) quote as well.
"""

from __future__ import annotations

import re
import unicodedata

import httpx

MOST_READ = 4_000  # characters; what lies beyond is not looked at
BREAK = "\u200b"  # zero-width space
CUT = "…"

_UNSEEN = ("Cc", "Cf", "Cs", "Co")  # control, format, surrogates, private
_MOST_MARKS = 4  # accents upon one another; Vietnamese and vocalised Arabic need two or three
_JOINERS = "\u200c\u200d"  # of Persian, of Indic scripts, of emoji; kept between what they join
_LOOK_ALIKES = str.maketrans(
    {
        "<": "‹",
        ">": "›",
        "[": "［",
        "]": "］",
        "{": "｛",
        "}": "｝",
        "*": "∗",
        "`": "ˋ",
        "~": "∼",
        "|": "∣",
        "\\": "＼",
        "^": "ˆ",
    }
)
_UNDERSCORE = re.compile(r"(?<![^\W_])_+|_+(?![^\W_])|__+")
_NAME = re.compile(r"([@＠﹫])(?=\S)")
_SCHEME = re.compile(r":(?=//|[^\W\d]|\+)")  # and emoji by name; not the colon of 14:02
_DOMAIN = re.compile(r"(?<=[\w-])[.。．](?=[^\W\d_])")
_ENTITY = re.compile(r"&(?=#?\w{1,32};)")
_HEADING = re.compile(r"^(#|[-+=](?=\s)|\d+[.)](?=\s)|/)")
_HASH = re.compile(r"#(?=\w)")
_LOUD_PATH = re.compile(r"@(?=(?:everyone|here|channel|all|room|team|group)\b)", re.IGNORECASE)
_MARKED_PATH = {ord(mark): f"%{ord(mark):02X}" for mark in "<>()[]{}*|`\\^\"'~"}
_BLANK_LETTERS = "\u115f\u1160\u3164\uffa0\u2800"


def clean(text: str, most: int) -> str:
    """One line of what can be seen, at most `most` characters long, `…` at its end if it was cut.

    What it says is left as it is: this is enough where text is data (JSON).
    """
    line = "".join(_seen(text[:MOST_READ]))
    line = " ".join(line.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + CUT


def inert(text: str, most: int) -> str:
    """The same, with nothing left in it that a place could obey."""
    line = clean(text, most).translate(_LOOK_ALIKES)
    line = _UNDERSCORE.sub(lambda found: "＿" * len(found[0]), line)
    line = _HEADING.sub(lambda found: BREAK + found[1], line)
    line = _HASH.sub(f"#{BREAK}", line)
    line = _NAME.sub(rf"\1{BREAK}", line)
    line = _SCHEME.sub(f":{BREAK}", line)
    line = _DOMAIN.sub(lambda found: found[0] + BREAK, line)
    return _ENTITY.sub(f"&{BREAK}", line)


def web_link(url: str | None) -> str | None:
    """An address of the web that shows where it leads and is nothing else; None for any other."""
    if not url or len(url) > MOST_READ or clean(url, MOST_READ) != url or " " in url:
        return None
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL:
        return None
    if parts.scheme not in ("http", "https") or not parts.host or parts.userinfo:
        return None
    host = f"{parts.scheme}://{parts.netloc.decode()}"
    path = str(parts).removeprefix(host).translate(_MARKED_PATH)
    path = _UNDERSCORE.sub(lambda found: "%5F" * len(found[0]), path)
    return host + _LOUD_PATH.sub("%40", path)


def _seen(text: str) -> list[str]:
    """The characters that are seen, and blanks for those that part words."""
    seen: list[str] = []
    marks = 0
    for place, one in enumerate(text):
        kind = unicodedata.category(one)
        marks = marks + 1 if kind in ("Mn", "Me") else 0
        if one.isspace() or one in _BLANK_LETTERS:
            seen.append(" ")
        elif one in _JOINERS:
            if _joins(text[place - 1 : place], text[place + 1 : place + 2]):
                seen.append(one)
        elif kind not in _UNSEEN and not _is_no_character(one) and marks <= _MOST_MARKS:
            seen.append(one)
    return seen


def _is_no_character(one: str) -> bool:
    """Unicode has set these aside for ever; others without a name may be emoji of next year."""
    return ord(one) & 0xFFFE == 0xFFFE or "\ufdd0" <= one <= "\ufdef"


def _joins(before: str, after: str) -> bool:
    """Whether a joiner stands where a script or an emoji needs one."""
    both = before, after
    return all(not one.isascii() and one not in _JOINERS for one in both)
