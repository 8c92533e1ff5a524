"""The phrases of every language."""

from __future__ import annotations

from random import Random

import pytest

from monitor.sandbox.incidents import TOPICS
from monitor.sandbox.phrases import LANGUAGES, hostile, load

LEAST = {"question": 12, "follow-up": 6, "announcement": 4, "statement": 2}
LEAST_OF_BOTH = {
    "nudge": 8,
    "thanks": 8,
    "answer": 8,
    "automated": 4,
    "deflection": 4,
    "neighbour": 6,
    "chat": 4,
    "edit": 2,
    "giveaway": 3,
    "given": 10,
    "family": 10,
    "cities": 8,
    "amounts": 4,
    "full name": 1,
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_enough_to_say(language: str) -> None:
    sections = load(language).sections
    wanted = {f"{trade} {name}": n for trade in TOPICS for name, n in LEAST.items()} | LEAST_OF_BOTH
    for trade, topics in TOPICS.items():
        wanted |= {f"{trade} incident: {topic}": 4 for topic in topics}

    assert set(sections) == set(wanted)
    assert [name for name, least in wanted.items() if len(sections[name]) < least] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_slot_is_filled(language: str) -> None:
    book, rng = load(language), Random(1)
    for section in set(book.sections) - {"full name"}:
        for _ in range(40):
            phrase = book.pick(section, rng, name="Ana", agent="Anna")
            assert "{" not in phrase
            assert "\\n" not in phrase


@pytest.mark.parametrize("language", LANGUAGES)
def test_automated_answers_begin_alike(language: str) -> None:
    """So that one rule in a configuration recognises them all."""
    phrases = load(language).sections["automated"]

    assert len({phrase[:6] for phrase in phrases}) == 1


def test_hostile_text_holds_the_question_and_what_must_be_escaped() -> None:
    rng = Random(1)
    said = {hostile("where is it?", rng) for _ in range(60)}

    assert all("where is it?" in text for text in said)
    assert any("<script>alert(1)</script>" in text for text in said)
    assert any("@everyone" in text for text in said)
