"""Puts in what a configuration keeps elsewhere: `${NAME}` of the environment, `{file: PATH}`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from monitor.config.problems import Complaint, Loc, quoted

_VARIABLE = re.compile(r"\$(?P<escaped>\$)?\{(?P<name>[^}]*)\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(slots=True)
class Substitution:
    """One pass over the values of a file.

    `places` is filled with what stands in the file where a value was put in; such values are
    never shown. `complaints` are about those that could not be. `$${` stands for a plain `${`.
    """

    environ: Mapping[str, str] = field(repr=False)
    folder: Path
    places: dict[Loc, str] = field(default_factory=dict)
    complaints: list[Complaint] = field(default_factory=list)

    def resolved(self, value: Any, loc: Loc = ()) -> Any:
        """`value` with everything put in; where that fails, what is written stays."""
        match value:
            case {"file": str() as path} if len(value) == 1:
                return self._content(path, loc)
            case dict():
                return {key: self.resolved(inner, (*loc, key)) for key, inner in value.items()}
            case list():
                return [self.resolved(inner, (*loc, at)) for at, inner in enumerate(value)]
            case str():
                return self._text(value, loc)
            case _:
                return value

    def _text(self, text: str, loc: Loc) -> str:
        return _VARIABLE.sub(lambda found: self._variable(found, text, loc), text)

    def _variable(self, found: re.Match[str], text: str, loc: Loc) -> str:
        written: str = found[0]
        name: str = found["name"]
        if found["escaped"]:
            return written[1:]
        self.places[loc] = text
        value = self.environ.get(name, "")
        if not _NAME.fullmatch(name):
            self.complaints.append((loc, f"{quoted(written)} names no variable; write ${{NAME}}"))
        elif name not in self.environ:
            self.complaints.append((loc, f"the environment variable {name} is not set"))
        elif not value.strip():
            self.complaints.append((loc, f"the environment variable {name} is empty"))
        return value if value.strip() else written

    def _content(self, path: str, loc: Loc) -> str:
        written: str = as_written({"file": path})
        told = len(self.complaints)
        place = self.folder / self._text(path, loc)
        self.places[loc] = written
        if len(self.complaints) > told:
            return written
        try:
            content = place.read_text(encoding="utf-8").strip()
        except OSError as error:
            why = error.strerror or "it is unreadable"
            self.complaints.append((loc, f"the file {quoted(path)} cannot be read: {why}"))
        except UnicodeDecodeError:
            self.complaints.append((loc, f"the file {quoted(path)} is not a text in UTF-8"))
        else:
            if content:
                return content
            self.complaints.append((loc, f"the file {quoted(path)} is empty"))
        return written


def as_written(value: Any) -> Any:
    """The same shape as `Substitution.resolved` gives, with the texts of the file in it."""
    match value:
        case {"file": str() as path} if len(value) == 1:
            return f"{{file: {path}}}"
        case dict():
            return {key: as_written(inner) for key, inner in value.items()}
        case list():
            return [as_written(inner) for inner in value]
        case _:
            return value
