"""JSON Lines: every line stands for itself."""

from __future__ import annotations

import gzip
from itertools import islice
from typing import TYPE_CHECKING

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.archives import LONGEST_LINE
from connectors.archives.jsonl import JsonLines
from monitor.ports.archive import RAW_KEPT, Rejected
from monitor.ports.interchange import written
from tests.archives.reading import posts, posts_of, read, refusals_of

if TYPE_CHECKING:
    from pathlib import Path

    from monitor.domain.post import Post

JSONL = JsonLines()


def line(number: int) -> bytes:
    return (
        b'{"id": "%d", "author_id": "a", "author_handle": "a", '
        b'"created_at": "2026-03-02T10:00:00Z"}\n' % number
    )


def ids(found: list[Post | Rejected]) -> list[str]:
    return [post.id for post in posts_of(found)]


@given(st.lists(posts, max_size=4))
def test_posts_written_are_the_posts_read(
    tmp_path_factory: pytest.TempPathFactory, written_ones: list[Post]
) -> None:
    path = tmp_path_factory.getbasetemp() / "written.jsonl"
    lines = b"\n".join(orjson.dumps(written(post)) for post in written_ones)

    assert read(JSONL, path, lines) == written_ones


def test_blank_lines_say_nothing_and_a_byte_order_mark_neither(tmp_path: Path) -> None:
    found = read(JSONL, tmp_path / "f", b"\xef\xbb\xbf" + line(1) + b"\n  \r\n" + line(2))

    assert ids(found) == ["1", "2"]
    assert refusals_of(found) == []


def test_a_bad_line_is_told_by_its_number_and_the_rest_is_read(tmp_path: Path) -> None:
    found = read(JSONL, tmp_path / "f", line(1) + b'\n{"id": "\xff"}\n' + line(2) + b"{}\n")

    assert ids(found) == ["1", "2"]
    assert [number for number, _ in refusals_of(found)] == [3, 5]
    assert isinstance(found[1], Rejected)
    assert found[1].raw == '{"id": "�"}'


def test_a_line_that_is_too_long_is_refused_and_cut(tmp_path: Path) -> None:
    long = b'{"text": "' + b"x" * 3 * LONGEST_LINE + b'"}\n'
    found = read(JSONL, tmp_path / "f", line(1) + long + line(2))

    assert ids(found) == ["1", "2"]
    assert refusals_of(found) == [(2, "the line is longer than 1,000,000 bytes")]
    assert isinstance(found[1], Rejected)
    assert len(found[1].raw) == RAW_KEPT


def test_a_line_of_just_the_longest_length_is_read(tmp_path: Path) -> None:
    padded = line(1).rstrip().rjust(LONGEST_LINE - 1) + b"\n"

    assert ids(read(JSONL, tmp_path / "f", padded + line(2))) == ["1", "2"]


def test_a_packed_file_is_known_by_its_first_bytes(tmp_path: Path) -> None:
    packed = gzip.compress(line(1) + line(2))

    assert ids(read(JSONL, tmp_path / "not-called-gz.jsonl", packed)) == ["1", "2"]


def test_a_packed_file_that_is_cut_off_gives_what_it_has_and_then_an_error(tmp_path: Path) -> None:
    path = tmp_path / "cut.jsonl.gz"
    path.write_bytes(gzip.compress(b"".join(map(line, range(5_000))))[:-2_000])

    found = JSONL.read(path, {})
    assert len(list(islice(found, 100))) == 100
    with pytest.raises(ValueError, match=r"cut\.jsonl\.gz is no whole gzip file"):
        list(found)


def test_columns_cannot_be_mapped(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no columns to map"):
        read(JSONL, tmp_path / "f", b"", {"id": "x"})
