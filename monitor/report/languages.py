"""How languages are called in English, by the first part of their tag (ISO 639)."""

from __future__ import annotations

from functools import lru_cache

_CALLED = """
af:Afrikaans ar:Arabic bg:Bulgarian bn:Bengali ca:Catalan cs:Czech cy:Welsh da:Danish de:German
el:Greek en:English es:Spanish et:Estonian eu:Basque fa:Persian fi:Finnish fr:French ga:Irish
gl:Galician gu:Gujarati he:Hebrew hi:Hindi hr:Croatian hu:Hungarian hy:Armenian id:Indonesian
is:Icelandic it:Italian ja:Japanese ka:Georgian ko:Korean lt:Lithuanian lv:Latvian mk:Macedonian
ml:Malayalam mr:Marathi ms:Malay nb:Bokmål nl:Dutch nn:Nynorsk no:Norwegian pa:Punjabi pl:Polish
pt:Portuguese ro:Romanian ru:Russian sk:Slovak sl:Slovenian sq:Albanian sr:Serbian sv:Swedish
sw:Swahili ta:Tamil te:Telugu th:Thai tl:Tagalog tr:Turkish uk:Ukrainian ur:Urdu vi:Vietnamese
zh:Chinese
"""
NAMES = dict(pair.split(":") for pair in _CALLED.split())

UNKNOWN = "not told"


@lru_cache(maxsize=256)
def spoken(tag: str | None) -> str | None:
    """The language of a tag, without region and script: `pt` of `pt-BR`."""
    return tag.partition("-")[0].lower() if tag else None


def called(language: str | None) -> str:
    """`Swedish`; the tag itself where we have no word for it."""
    return UNKNOWN if language is None else NAMES.get(language, language)
