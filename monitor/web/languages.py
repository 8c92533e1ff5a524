"""What languages are called in English, by their primary tag."""

from __future__ import annotations

import re

from monitor.report.languages import NAMES

_TAG = re.compile("[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")


def tag(lang: str | None) -> str:
    """What a browser can make use of (BCP 47); empty for what somebody has made up."""
    return lang if lang and len(lang) < 40 and _TAG.fullmatch(lang) else ""


def named(tag: str | None) -> str:
    """`Swedish` for `sv` and `sv-FI`; the tag itself where it has no name here."""
    primary = (tag or "").partition("-")[0].partition("_")[0].casefold()
    return NAMES.get(primary, primary)
