"""What is wrong with a configuration, in words that say where, what was found, what is allowed."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Loc = tuple[str | int, ...]
"""The way to a value: keys and positions, from the top of the file."""

Complaint = tuple[Loc, str]
"""What is wrong with the value at a place."""

_BARE_KEY = re.compile(r"[\w-]+")
_FOUND = {"NoneType": "nothing", "bool": "true or false", "int": "a number", "float": "a number"}
_FOUND |= {"str": "a text", "list": "a list", "dict": "a mapping"}
_WANTED = {
    "string_type": "a text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
    "list_type": "a list such as [a, b]",
    "tuple_type": "a list such as [a, b]",
    "dict_type": "a mapping of keys to values",
    "model_type": "a mapping of keys to values",
}


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to mend. `line` counts from 1; `key` is such as `accounts[0].poll`, or empty."""

    line: int
    key: str
    message: str


class ConfigError(Exception):
    """A configuration that cannot be used, with all its problems. Holds no secret."""

    def __init__(self, problems: Iterable[Problem], path: Path) -> None:
        self.problems = tuple(sorted(set(problems)))
        self.path = path
        super().__init__(self._listing())

    def _listing(self) -> str:
        count = len(self.problems)
        width = max((len(str(problem.line)) for problem in self.problems), default=1)
        lines = [f"{self.path}: {count} problem{'' if count == 1 else 's'}"]
        for problem in self.problems:
            key = f"{problem.key}: " if problem.key else ""
            lines.append(f"  line {problem.line:>{width}}  {key}{problem.message}")
        return "\n".join(lines)


def key_path(loc: Loc) -> str:
    """`("accounts", 0, "poll")` as `accounts[0].poll`."""
    text = ""
    for step in loc:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _BARE_KEY.fullmatch(step):
            text += f".{step}" if text else step
        else:
            text += f"[{quoted(step)}]"
    return text


def quoted(text: str) -> str:
    """A text as it can be shown on one line: quoted, control characters escaped."""
    return json.dumps(text, ensure_ascii=False)


def did_you_mean(
    word: str, names: Iterable[str], *, label: str = "there are", otherwise: str = ""
) -> str:
    """`did you mean "x"?`; where no name is close to `word`, `otherwise` or the list of `names`."""
    known = sorted(names)
    close = difflib.get_close_matches(word, known, n=1)
    if close:
        return f"did you mean {quoted(close[0])}?"
    return otherwise or f"{label}: {', '.join(known) or 'none'}"


def kind_of(value: Any) -> str:
    """What a value is, without showing it: `a number`."""
    return _FOUND.get(type(value).__name__, "something else")


def instead_of(wanted: str, value: Any) -> str:
    """That a value of another kind should be there."""
    hint = (
        "; put it in quotes" if "text" in wanted and isinstance(value, bool | float | int) else ""
    )
    return f"{kind_of(value)} where there should be {wanted}{hint}"


def in_words(error: Any) -> str:
    """One of `ValidationError.errors()`, without the value that it is about."""
    kind = error["type"]
    if kind == "missing":
        return "is missing"
    if kind == "extra_forbidden":
        return "unknown key"
    if kind == "value_error":
        return str(error["ctx"]["error"])
    if kind in _WANTED:
        return instead_of(_WANTED[kind], error["input"])
    return str(error["msg"])
