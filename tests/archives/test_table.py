"""A CSV with faults: each costs its own line, and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connectors.archives import LONGEST_LINE
from connectors.archives.table import Row, spared_id, table
from monitor.ports.archive import RAW_KEPT, Rejected

if TYPE_CHECKING:
    from pathlib import Path


def rows(path: Path, content: str | bytes) -> list[tuple[int, list[str] | str]]:
    """Each row's line, and its cells or the reason of its refusal."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with table(path) as opened:
        return [
            (row.line, row.cells if isinstance(row, Row) else row.reason) for row in opened.rows
        ]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("x,y", "2 columns; the header has 3"),
        ("x,y,z,z", "4 columns; the header has 3"),
        ('x,"y,z', "not CSV: a quote opens here and does not close"),
        ('x,"y"y,z', "not CSV: ',' expected after '\"'"),
        ("x,\0,z", "the row holds a NUL character"),
        (b"x,\xe9,z", "the row is not UTF-8"),
        ("x,y," + "z" * LONGEST_LINE, "not CSV: field larger than field limit (131072)"),
        ("x," * LONGEST_LINE, "500001 columns; the header has 3"),
    ],
)
def test_a_faulty_row_costs_one_line(tmp_path: Path, bad: str | bytes, reason: str) -> None:
    line = bad.encode() if isinstance(bad, str) else bad
    found = rows(tmp_path / "f", b"a,b,c\n1,2,3\n" + line + b'\n\n4,"5\n5",6\n7,8,9\n')

    assert found == [
        (2, ["1", "2", "3"]),
        (3, reason),
        (5, ["4", "5\n5", "6"]),
        (7, ["7", "8", "9"]),
    ]


@given(st.text('",;ab\r\t\\ ', max_size=12), st.integers(0, 5))
@example('"', 2)
def test_no_line_can_swallow_another(
    tmp_path_factory: pytest.TempPathFactory, stray: str, place: int
) -> None:
    good = [f"{number},b,c" for number in range(5)]
    lines = ["a,b,c", *good[:place], stray, *good[place:]]
    found = rows(tmp_path_factory.getbasetemp() / "stray.csv", "\n".join(lines))

    assert [cells for line, cells in found if line != place + 2] == [row.split(",") for row in good]
    assert [line for line, _ in found] == sorted({line for line, _ in found})


def test_an_open_quote_is_given_up_within_a_bounded_space(tmp_path: Path) -> None:
    many = "".join(f"{number},b,c\n" for number in range(40_000))

    assert len(rows(tmp_path / "f", 'a,b,c\nx,"y,z\n' + many)) == 40_001


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_header_shows_the_delimiter(tmp_path: Path, delimiter: str) -> None:
    content = '"a, or; b",c,d\n1,2,3\n'.replace('",', f'"{delimiter}').replace(
        "c,", f"c{delimiter}"
    )
    found = rows(tmp_path / "f", content.replace("1,2,3", delimiter.join("123")))

    assert found == [(2, ["1", "2", "3"])]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfea\x00,\x00", "the first line"),
        (b"\xe9,b\n", "the first line is not UTF-8; save the file as CSV in UTF-8"),
        (b'a,"b\n1,2\n', "the header is not CSV"),
    ],
)
def test_a_header_that_cannot_be_read_is_an_error(
    tmp_path: Path, content: bytes, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        rows(tmp_path / "f", content)


def test_a_column_is_found_or_the_columns_are_named(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("a, b ,c,c\n")
    with table(tmp_path / "f") as opened:
        assert opened.position("b") == 1
        with pytest.raises(ValueError, match='no column "d"; there are: a, b, c, c'):
            opened.position("d")
        with pytest.raises(ValueError, match='several columns "c"'):
            opened.position("c")


def test_what_was_refused_is_shown_cut_and_readable(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"a,b\n\xe9,1\r\n" + b"x" * 9_000)
    with table(tmp_path / "f") as opened:
        one, other = [row for row in opened.rows if isinstance(row, Rejected)]

    assert one.raw == "�,1"
    assert len(other.raw) == RAW_KEPT


@pytest.mark.parametrize("cell", ["3", "1.5", "12e5", "at://x/3.0", "", "925512345678901248"])
def test_an_id_that_nothing_took_for_a_number_stays(cell: str) -> None:
    assert spared_id("id", cell) == cell


def test_an_id_that_lost_no_digit_is_mended() -> None:
    assert spared_id("id", "119237.0") == "119237"
