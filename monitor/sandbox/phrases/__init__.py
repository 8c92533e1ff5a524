"""What the simulated people say: a text file a language, in sections of one phrase a line.

`\\n` in a phrase is a line break. A phrase may hold slots: `{name}` (the customer's), `{agent}`,
and those drawn here: `{flight}`, `{ref}`, `{city}`, `{city2}`, `{amount}`, `{hours}`, `{days}`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random

LANGUAGES = ("en", "ja", "ru", "sv", "zh", "de")


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """One language's phrases by section."""

    language: str
    sections: Mapping[str, Sequence[str]]

    def pick(self, section: str, rng: Random, **slots: str) -> str:
        """One phrase of the section, its slots filled with `slots` and with drawn values."""
        drawn = self._draw(rng)
        return rng.choice(self.sections[section]).format_map({**drawn, **slots})

    def pairs(self, section: str) -> list[tuple[str, str]]:
        """The lines `written = latin` of a section of names."""
        halves = (line.partition(" = ") for line in self.sections[section])
        return [(written, latin) for written, _, latin in halves]

    def _draw(self, rng: Random) -> dict[str, str]:
        city, city2 = rng.sample(self.sections["cities"], 2)
        return {
            "flight": f"TRN{rng.randint(101, 989)}",
            "ref": "".join(rng.choices("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", k=6)),
            "city": city,
            "city2": city2,
            "amount": rng.choice(self.sections["amounts"]),
            "hours": str(rng.randint(2, 9)),
            "days": str(rng.randint(2, 9)),
        }


@cache
def load(language: str) -> Phrasebook:
    """The phrases of one of `LANGUAGES`."""
    return Phrasebook(language, _read(language))


def hostile(question: str, rng: Random) -> str:
    """A question wrapped in what a careless page, chat room or spreadsheet would obey."""
    return rng.choice(_read("hostile")["hostile"]).replace("{question}", question)


@cache
def _read(name: str) -> dict[str, list[str]]:
    return _parse(files(__package__).joinpath(f"{name}.txt").read_text(encoding="utf-8"))


def _parse(text: str) -> dict[str, list[str]]:
    sections: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in text.splitlines():
        if line.startswith("[") and line.endswith("]"):
            lines = sections.setdefault(line[1:-1], [])
        elif line and not line.startswith("# "):
            lines.append(line.replace("\\n", "\n"))
    return sections
