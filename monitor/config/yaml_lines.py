"""YAML that remembers where everything stands.

Plain values follow the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/#103-core-schema):
`on`, `no`, dates and times of day stay texts, and so does every key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from monitor.config.problems import Loc, Problem, key_path

_TAG = "tag:yaml.org,2002:"
_PLAIN_VALUES = (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    (
        "float",
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
)
_RADIX = {"0o": 8, "0x": 16}

_DEEPEST = 50
"""No setting lies deeper than ten; Python's own calls end at a thousand."""

_TOO_DEEP = f"lies more than {_DEEPEST} deep in other values"

_MOST = 100_000
"""Values, and each alias is as many as it stands for: a few lines of them could be billions."""

_TOO_MANY = f"here the file exceeds {_MOST:,} values; each * counts as all that it stands for"


class _TooMuchError(Exception):
    """The file cannot be meant so, and is not read further."""

    def __init__(self, line: int, loc: Loc, message: str) -> None:
        self.problem = Problem(line, key_path(loc), message)
        super().__init__(message)


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012
    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.depth > _DEEPEST:
            raise _TooMuchError(self.line + 1, (), _TOO_DEEP)
        self.depth += 1
        node: yaml.Node | None = super().compose_node(parent, index)
        self.depth -= 1
        return node


for _name, _pattern, _first in _PLAIN_VALUES:
    _Loader.add_implicit_resolver(_TAG + _name, re.compile(f"^(?:{_pattern})$"), _first)


@dataclass(frozen=True, slots=True)
class Document:
    """A file as plain values (mappings, lists, texts, numbers), and the way back to its lines."""

    tree: Any
    root: yaml.Node | None
    problems: tuple[Problem, ...] = ()

    def line(self, loc: Loc) -> int:
        """The line of the deepest part of `loc` that the file has; 1 for an empty file."""
        line, node = 1, self.root
        for step in loc:
            found = _child(node, step)
            if found is None:
                break
            line, node = found
        return line


def read_yaml(text: str) -> Document:
    """The one document in `text`. Where it is not read, `root` is None and `problems` say why."""
    reading = _Reading()
    try:
        root = yaml.compose(text, Loader=_Loader)
        tree = reading.value(root, ()) if root else None
    except yaml.YAMLError as error:
        return Document(None, None, (_no_yaml(error),))
    except _TooMuchError as error:
        return Document(None, None, (error.problem,))
    return Document(tree, root, tuple(reading.problems))


def _no_yaml(error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable"
    if "undefined alias" in what:  # the text after the asterisk may be a secret
        what = "an unquoted * stands for what &NAME marks, and nothing is so marked; use quotes"
    if "got '{'" in what:
        what += "; inside [] and {} put ${NAME} in quotes"
    return Problem(mark.line + 1 if mark else 1, "", f"is not YAML: {what}")


def _child(node: yaml.Node | None, step: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == step:
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark.line + 1, node.value[step]
    return None


@dataclass(slots=True)
class _Reading:
    """One walk through the nodes. `open` holds those being read, to notice one within itself."""

    problems: list[Problem] = field(default_factory=list)
    open: list[yaml.Node] = field(default_factory=list)
    count: int = 0

    def value(self, node: yaml.Node, loc: Loc) -> Any:
        if any(node is outer for outer in self.open):
            self._complain(node, loc, "contains itself")
            return None
        self._refuse_too_much(loc)
        self.open.append(node)
        try:
            return self._value(node, loc)
        finally:
            self.open.pop()

    def _refuse_too_much(self, loc: Loc) -> None:
        """Told of the top entry: what an alias stands for is written elsewhere."""
        self.count += 1
        is_deep = len(self.open) > _DEEPEST
        if is_deep or self.count > _MOST:
            line = self.open[:2][-1].start_mark.line + 1
            raise _TooMuchError(line, loc[:1], _TOO_DEEP if is_deep else _TOO_MANY)

    def _value(self, node: yaml.Node, loc: Loc) -> Any:
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, loc)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*loc, at)) for at, item in enumerate(node.value)]
        return self._scalar(node, loc)

    def _mapping(self, node: yaml.MappingNode, loc: Loc) -> dict[str, Any]:
        own = [pair for pair in node.value if not _is_merge(pair[0])]
        lines: dict[str, int] = {}
        for key, _ in own:
            self._check_key(key, loc, lines)
        node.value = own + self._merged(node, loc, set(lines))
        return {key.value: self.value(value, (*loc, key.value)) for key, value in node.value}

    def _check_key(self, key: yaml.Node, loc: Loc, lines: dict[str, int]) -> None:
        if not isinstance(key, yaml.ScalarNode):
            self._complain(key, loc, "a key must be a text")
            key.value = str(key.start_mark)
        elif key.value in lines:
            first = lines[key.value]
            self._complain(key, (*loc, key.value), f"stands here twice (first on line {first})")
        lines.setdefault(key.value, key.start_mark.line + 1)

    def _merged(
        self, node: yaml.MappingNode, loc: Loc, taken: set[str]
    ) -> list[tuple[yaml.Node, yaml.Node]]:
        """What `<<` brings in: a key's first mention wins, the mapping's own before all."""
        pairs = []
        for source in self._sources(node, loc):
            self.value(source, loc)  # flattens what it merges itself
            for key, value in source.value:
                if key.value not in taken:
                    taken.add(key.value)
                    pairs.append((key, value))
        return pairs

    def _sources(self, node: yaml.MappingNode, loc: Loc) -> Iterator[yaml.MappingNode]:
        for key, value in node.value:
            if _is_merge(key):
                for source in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                    if isinstance(source, yaml.MappingNode):
                        yield source
                    else:
                        self._complain(source, (*loc, "<<"), "only a mapping can be merged")

    def _scalar(self, node: yaml.Node, loc: Loc) -> Any:
        kind = node.tag.removeprefix(_TAG)
        if kind not in {"str", "null", "bool", "int", "float"}:
            self._complain(node, loc, "has a tag (!); leave it out, or put the text in quotes")
            return None
        try:
            return _plain(kind, node.value)
        except ValueError:
            self._complain(node, loc, f"is not of the type that its tag !!{kind} says")
            return None

    def _complain(self, node: yaml.Node, loc: Loc, message: str) -> None:
        self.problems.append(Problem(node.start_mark.line + 1, key_path(loc), message))


def _is_merge(key: yaml.Node) -> bool:
    return isinstance(key, yaml.ScalarNode) and key.value == "<<" and key.style is None


def _plain(kind: str, text: str) -> Any:
    match kind:
        case "null":
            return None
        case "bool":
            return text.lower() == "true"
        case "int":
            return int(text, _RADIX.get(text[:2], 10))
        case "float":
            return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
        case _:
            return text
