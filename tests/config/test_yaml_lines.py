"""YAML is read as YAML 1.2 says, and every value knows its line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config.yaml_lines import read_yaml

texts = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), max_size=30)
leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
)
trees = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@given(trees)
def test_json_is_read_as_what_it_says(tree: Any) -> None:
    assert read_yaml(json.dumps(tree, ensure_ascii=False)).tree == tree


@given(st.lists(texts, unique=True, min_size=1, max_size=8))
def test_every_key_is_found_on_its_line(keys: list[str]) -> None:
    document = read_yaml("\n".join(f"{json.dumps(key, ensure_ascii=False)}: 1" for key in keys))

    assert [document.line((key,)) for key in keys] == list(range(1, len(keys) + 1))


@pytest.mark.parametrize("word", ["on", "off", "yes", "no", "y", "2026-12-24", "22:00", "1_000"])
def test_what_only_yaml_1_1_converts_stays_text(word: str) -> None:
    assert read_yaml(f"{word}: {word}").tree == {word: word}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        *(("true", True), ("False", False), ("~", None), ("", None), ("0x1F", 31), ("0o17", 15)),
        *(("-7", -7), ("+1.5", 1.5), ("1e3", 1000.0), (".inf", float("inf")), ('"1"', "1")),
    ],
)
def test_plain_values_follow_the_core_schema(written: str, value: object) -> None:
    assert read_yaml(f"key: {written}").tree == {"key": value}


def test_anchors_and_merge_keys_share_values() -> None:
    text = "a: &a {x: 1, y: 2}\nb: &b\n  <<: *a\n  y: 3\nc:\n  <<: [*b, {x: 9, z: 4}]\nd: *a"

    document = read_yaml(text)

    assert document.tree["b"] == {"x": 1, "y": 3}
    assert document.tree["c"] == {"x": 1, "y": 3, "z": 4}
    assert document.tree["d"] == document.tree["a"]
    assert document.line(("c", "y")) == 4


@pytest.mark.parametrize(
    ("text", "line", "key", "message"),
    [
        ("a: 1\nb: 2\na: 3", 3, "a", "stands here twice (first on line 1)"),
        ("x:\n  - {a: 1, a: 2}", 2, "x[0].a", "stands here twice (first on line 2)"),
        ("a: &a\n  b: *a", 1, "a.b", "contains itself"),
        ("a: 1\nb: !!python/name:os.system x", 2, "b", "has a tag (!); leave it out, or put"),
        ("a: !!int x", 1, "a", "is not of the type that its tag !!int says"),
        ("a: 1\n? [b]\n: 2", 2, "", "a key must be a text"),
        ("a:\n  <<: 1", 2, 'a["<<"]', "only a mapping can be merged"),
        ("a: [1\nb: 2", 2, "", "is not YAML: "),
        ("a: [${X}]", 1, "", "is not YAML: expected ',' or ']', but got '{'; inside [] and {} put"),
        ("a: 1\n---\nb: 2", 2, "", "is not YAML: "),
        ("a: \x07", 1, "", "is not YAML: "),
    ],
)
def test_what_cannot_be_meant_is_a_problem(text: str, line: int, key: str, message: str) -> None:
    (problem,) = read_yaml(text).problems

    assert (problem.line, problem.key) == (line, key)
    assert problem.message.startswith(message)


def growing(times: int, lines: int) -> str:
    """Each line is so many of the one before."""
    again = (f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * times)}]" for n in range(1, lines))
    return "\n".join(["a0: &a0 [1]", *again])


@pytest.mark.parametrize(
    ("text", "line", "key", "message"),
    [
        ("a: 1\nb: " + "[" * 3_000 + "]" * 3_000, 2, "", "lies more than 50 deep"),
        ("a:\n" + "\n".join(" " * n + "b:" for n in range(1, 3_000)), 51, "", "lies more than 50"),
        (growing(1, 3_000), 50, "a49", "lies more than 50 deep"),
        (growing(10, 10), 6, "a5", "here the file exceeds 100,000 values"),
    ],
)
def test_what_would_not_end_is_refused(text: str, line: int, key: str, message: str) -> None:
    document = read_yaml(text)

    (problem,) = document.problems
    assert document.root is None
    assert (problem.line, problem.key) == (line, key)
    assert problem.message.startswith(message)


def test_as_deep_as_is_allowed_is_read() -> None:
    tree = read_yaml("[" * 50 + "1" + "]" * 50).tree

    assert json.dumps(tree) == "[" * 50 + "1" + "]" * 50


def test_a_secret_that_begins_with_an_asterisk_is_not_told() -> None:
    (problem,) = read_yaml("token: *s3cr3t").problems

    assert "s3cr3t" not in problem.message
    assert "quotes" in problem.message
