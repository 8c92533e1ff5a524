"""What depends on a text, decided once per post and kept with it (rules 3, 4 and 7 of the clock).

The shipped lists lie in `words/`: `closers/LANG.txt`, `deflections/LANG.txt`, `friendly.txt`. One
phrase a line; `(a|b|)` is a choice, here of `a`, `b` or nothing; `#` begins a comment. All
languages' lists apply to every post, since the language that a platform states is often wrong or
missing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable

from monitor.domain.post import Post, Reading, ReplyClass, bare_handle

SEEN = 4_000
"""Characters of a text that rules and lists look at, so that no text takes long."""

LONGEST_CLOSER = 200
"""Characters, without handles. Whoever writes more has something to say."""

_FALSE_FRIENDS = {"pl": ("da",)}  # "tak" is Danish for thanks and Polish for yes

_QUESTION = re.compile("[?¿\u037e՞؟፧⁇⁈⁉‽❓❔⸮﹖？]|[Ͱ-Ͽἀ-῿];")
_UNSPACED = (  # scripts in which words are not, or not always, set apart: each letter is a word
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005\u3040-\u30ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uac00-\ud7ff\U00020000-\U0003ffff"
)
_LETTERS = rf"[^\W_{_UNSPACED}]"
_WORD = re.compile(  # `\w` has no Indic vowel signs; a symbol is a word, ASCII punctuation is none
    rf"[{_UNSPACED}]|{_LETTERS}+(?:[\u0900-\u0963\u0966-\u0dff]+{_LETTERS}*)*|[^\w\s!-/:-@\[-`{{-~]"
)
_ASCII_BLANKS = {letter: " " for letter in range(128) if not chr(letter).isalnum()}
_HANDLE = re.compile(rf"@(?:(?:{_LETTERS}|_|[.-](?={_LETTERS}|_))+(?:@[\w.-]+)?|[\w.-]+)")
_LINK = re.compile(r"(?:https?://|www\.)\S|[\w-]+(?:\.[\w-]+)+/")
_STRETCHED = re.compile(r"(.)\1{2,}")
_DOUBLED = re.compile(r"(.)\1+")
_STRETCHED_UNSPACED = re.compile(rf"([{_UNSPACED}])\1{{2,}}")
_CHOICE = re.compile(r"\(([^()]*)\)")
_FACE = re.compile("[:;=<^]")  # one of these is in every emoticon
_SMILE = re.compile(r"[:;=](?:[-^o]?[)\]}*]+|[-^]?[dp]+(?![^\W\d_]))")
_HEART = re.compile(r"<3+|\^[_.-]?\^")
_FROWN = re.compile(r"[:=][-^o]?[(\[{/\\|]+|>:")
_DROPPED = re.compile(
    "[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670"  # accents, vowel points
    "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"  # invisible
    "\u20e3\u2640\u2642\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f"  # skin, gender
    "'‘’ʼʹ′]"
)
_PASSED_OVER = re.compile("P|Z|Cc|Cf")
_UNDECOMPOSED = {"ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe"}


@dataclass(frozen=True, slots=True)
class TextRule:
    """An entry of `ignore` or `automated`: all keys that are given must fit.

    `name` is the entry's name, else its position ("0"). `author` is an id or a handle. A language
    covers its regions: `pt` fits `pt-BR`.
    """

    name: str
    author: str | None = None
    author_is_bot: bool | None = None
    text: re.Pattern[str] | None = None
    languages: tuple[str, ...] = ()

    def fits(self, post: Post) -> bool:
        return (
            (self.author is None or _wrote(self.author, post))
            and (self.author_is_bot is None or self.author_is_bot == post.author_is_bot)
            and (not self.languages or _is_in(self.languages, post.lang))
            and (self.text is None or _is_found(self.text, post.text))
        )


@dataclass(slots=True, eq=False)
class _Place:
    """A place on the way through phrases: where each next word leads, and if one ends here."""

    on: dict[str, list[_Place]] = field(default_factory=dict)
    ends: bool = False

    def add(self, phrase: str) -> None:
        """Lead through a phrase from here. Raises ValueError if a way through it has no word."""
        places = [self]
        for place, part in enumerate(_CHOICE.split(_folded(phrase))):
            places = _joined(places, part.split("|") if place % 2 else [part])
        if self in places:
            raise ValueError(f'"{phrase}" has no word or emoji; write a phrase like "thank you"')
        for each in places:
            each.ends = True


def _joined(places: list[_Place], alternatives: Sequence[str]) -> list[_Place]:
    """Lead from all these places through any one of the alternatives; where that ends."""
    join = _Place()
    wordings = [_words(alternative) for alternative in alternatives]
    for words in filter(None, wordings):
        along = places
        for left, word in zip(range(len(words))[::-1], words, strict=True):
            after = _Place() if left else join
            for place in along:
                place.on.setdefault(word, []).append(after)
            along = [after]
    reached = [join] if any(wordings) else []
    return reached if all(wordings) else [*places, *reached]


@dataclass(frozen=True, slots=True)
class Closers:
    """Closing phrases by language, and the friendly emoji.

    Raises ValueError for a phrase without a word, and for one that asks.
    """

    phrases: Mapping[str, Sequence[str]]
    friendly: Sequence[str]
    _starts: dict[str, _Place] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        starts = [(language, _start(phrases)) for language, phrases in self.phrases.items()]
        starts.append(("", _start(self.friendly)))
        for language, strangers in {"": (), **_FALSE_FRIENDS}.items():
            self._starts[language] = _merged(
                start for each, start in starts if each not in strangers
            )

    def with_added(self, phrases: Mapping[str, Sequence[str]]) -> Closers:
        """These, and more phrases by language."""
        languages = sorted({*self.phrases, *phrases})
        return Closers(
            {each: (*self.phrases.get(each, ()), *phrases.get(each, ())) for each in languages},
            self.friendly,
        )

    def make_up(self, words: Sequence[str], lang: str | None) -> bool:
        """Whether the words can be cut into listed phrases with nothing left over."""
        start = self._starts.get(_language(lang).partition("-")[0]) or self._starts[""]
        places, complete = {start}, False
        for word in words:
            spellings = _spellings(word)
            places = {
                after for place in places for each in spellings for after in place.on.get(each, ())
            }
            complete = any(place.ends for place in places)
            if complete:
                places.add(start)
            elif not places:
                return False
        return complete


def _start(phrases: Iterable[str]) -> _Place:
    start = _Place()
    for phrase in phrases:
        if _QUESTION.search(phrase):
            raise ValueError(f'"{phrase}" asks, and a question closes nothing; leave it out')
        start.add(phrase)
    return start


def _merged(places: Iterable[_Place]) -> _Place:
    merged = _Place()
    for place in places:
        merged.ends |= place.ends
        for word, after in place.on.items():
            merged.on.setdefault(word, []).extend(after)
    return merged


def _spellings(word: str) -> Sequence[str]:
    """The word, and what it may be if it is stretched: "thaaanks", "coool"."""
    if not _STRETCHED.search(word):
        return (word,)
    return (word, _STRETCHED.sub(r"\1\1", word), _DOUBLED.sub(r"\1", word))


def _shipped(folder: str) -> dict[str, tuple[str, ...]]:
    """The lists of a folder of `words/`, by language."""
    lists = (files("monitor.domain") / "words" / folder).iterdir()
    return {each.name.removesuffix(".txt"): _lines(each) for each in lists}


def _lines(file: Traversable) -> tuple[str, ...]:
    lines = file.read_text("utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


def _folded(text: str) -> str:
    """Without case, accents, apostrophes, and what only adorns an emoji."""
    if text.isascii():
        return text.lower().replace("'", "")
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    bare = _DROPPED.sub("", decomposed)
    folded = unicodedata.normalize("NFC", bare)
    for letter, plain in _UNDECOMPOSED.items():
        folded = folded.replace(letter, plain)
    return _STRETCHED_UNSPACED.sub(r"\1", folded)


def _words(folded: str) -> list[str]:
    """Words and symbols, without punctuation. Emoticons become emoji."""
    faced = folded
    if _FACE.search(folded):
        faced = _FROWN.sub("☹", _HEART.sub("♥", _SMILE.sub("🙂", folded)))
    if faced.isascii():
        return faced.translate(_ASCII_BLANKS).split()
    found = _WORD.findall(faced)
    return [word for word in found if word.isalnum() or not _is_punctuation(word[0])]


def _is_punctuation(letter: str) -> bool:
    return _PASSED_OVER.match(unicodedata.category(letter)) is not None


def _wrote(author: str, post: Post) -> bool:
    return author == post.author_id or bare_handle(author) == bare_handle(post.author_handle)


def _is_in(languages: tuple[str, ...], lang: str | None) -> bool:
    stated = f"{_language(lang)}-"
    return any(stated.startswith(f"{_language(each)}-") for each in languages)


def _language(lang: str | None) -> str:
    return (lang or "").replace("_", "-").lower()


def _is_found(pattern: re.Pattern[str], text: str | None) -> bool:
    return text is not None and pattern.search(text, 0, SEEN) is not None


SHIPPED = Closers(
    _shipped("closers"),
    tuple(" ".join(_lines(files("monitor.domain") / "words" / "friendly.txt")).split()),
)


def _deflections() -> _Place:
    start = _Place()
    for phrases in _shipped("deflections").values():
        for phrase in phrases:
            start.add(phrase)
    for word, begun in start.on.items():  # "please" begins many, and stands in most texts
        start.on[word] = [_merged(begun)]
    return start


_DEFLECTIONS = _deflections()


def _deflects(plain: str, words: Sequence[str]) -> bool:
    """Whether a listed phrase stands anywhere in a reply, or the reply is but a link."""
    places: set[_Place] = set()
    for word in words:
        begun = _DEFLECTIONS.on.get(word)
        if places or begun:
            places = {after for place in places for after in place.on.get(word, ())}
            places.update(begun or ())
            if any(place.ends for place in places):
                return True
    return _is_bare_link(plain)


def _is_bare_link(plain: str) -> bool:
    """Whether there is nothing but links, and at least one. Arrows and emoji may point at them."""
    if "/" not in plain and "." not in plain:  # one of these is in every link
        return False
    linked = False
    for part in plain.split():
        if _LINK.match(part.lstrip("(<[")):
            linked = True
        elif any(letter.isalnum() for letter in part):
            return False
    return linked


@dataclass(frozen=True, slots=True)
class Wording:
    """An account's settings about text. `closers` is None where they are switched off."""

    ignore: tuple[TextRule, ...] = ()
    automated: tuple[TextRule, ...] = ()
    closers: Closers | None = SHIPPED
    deflection: bool = True

    def read(self, post: Post) -> Reading:
        """Decide all that a post's text decides, in time linear in SEEN.

        A text that retention has removed (None) fits rules about its author and language only.
        """
        plain = _HANDLE.sub(" ", _folded((post.text or "")[:SEEN])).strip()
        words = _words(plain)
        return Reading(
            next((rule.name for rule in self.ignore if rule.fits(post)), None),
            self._closes(post, plain, words),
            self._class(post, plain, words),
        )

    def _closes(self, post: Post, plain: str, words: Sequence[str]) -> bool:
        text = post.text or ""
        return (
            self.closers is not None
            and len(plain) <= LONGEST_CLOSER
            and len(text) <= SEEN
            and self.closers.make_up(words, post.lang)
            and not _QUESTION.search(text)
        )

    def _class(self, post: Post, plain: str, words: Sequence[str]) -> ReplyClass:
        if any(rule.fits(post) for rule in self.automated):
            return ReplyClass.AUTOMATED
        if self.deflection and _deflects(plain, words):
            return ReplyClass.DEFLECTION
        return ReplyClass.HUMAN
