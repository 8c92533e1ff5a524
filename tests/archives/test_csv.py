"""Any CSV, its columns mapped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connectors.archives.csv import Csv
from monitor.domain.post import Post, Reach, Surface
from tests.archives.reading import at, posts_of, read, refusals_of

if TYPE_CHECKING:
    from pathlib import Path

CSV = Csv()
HEADER = "id,author_id,author_handle,created_at"
LEAST = "1,7,ana,2026-03-02T10:00:00Z"


def one(tmp_path: Path, field: str, cell: str) -> Post:
    content = f'{HEADER},{field}\n{LEAST},"{cell}"\n'
    (found,) = posts_of(read(CSV, tmp_path / "f.csv", content))
    return found


def test_columns_are_mapped_or_taken_by_their_name(tmp_path: Path) -> None:
    content = "No;id;who;created_at;body;Likes\n12;x;ana;2026-03-02T10:00:00+01:00;Hi, you;3\n"
    columns = {
        "id": "No",
        "author_id": "who",
        "author_handle": "who",
        "text": "body",
        "reach.likes": "Likes",
    }
    assert read(CSV, tmp_path / "f", content, columns) == [
        Post(
            id="12",
            author_id="ana",
            author_handle="ana",
            created_at=at("2026-03-02 09:00"),
            text="Hi, you",
            reach=Reach(likes=3),
        )
    ]


@pytest.mark.parametrize("cell", ["acme bo", "acme,bo", "acme; bo", " acme ,  bo ;"])
def test_names_are_told_apart_by_space_comma_or_semicolon(tmp_path: Path, cell: str) -> None:
    assert one(tmp_path, "mentions", cell).mentions == ("acme", "bo")


@pytest.mark.parametrize(
    ("cell", "truth"),
    [("true", True), ("1", True), ("YES", True), ("False", False), ("0", False), ("no", False)],
)
def test_truth_is_written_in_several_ways(tmp_path: Path, cell: str, truth: bool) -> None:
    assert one(tmp_path, "author_is_bot", cell).author_is_bot is truth


def test_cells_become_what_their_field_holds(tmp_path: Path) -> None:
    assert one(tmp_path, "surface", "review").surface is Surface.REVIEW
    assert one(tmp_path, "rating", "4.0").rating == 4
    assert one(tmp_path, "reach.views", "12").reach == Reach(views=12)
    assert one(tmp_path, "parent_id", "3.0").parent_id == "3"
    assert one(tmp_path, "edited_at", "2026-03-02T11:00:00Z").edited_at == at("2026-03-02 11:00")
    assert one(tmp_path, "text", "one\ntwo").text == "one\ntwo"


def test_an_empty_cell_says_nothing(tmp_path: Path) -> None:
    empty = "parent_id,mentions,surface,rating,reach.likes,author_is_bot,edited_at,text"
    found = read(CSV, tmp_path / "f", f"{HEADER},{empty}\n{LEAST},,, ,,,,,\n")

    assert found == read(CSV, tmp_path / "g", f"{HEADER}\n{LEAST}\n")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2,7,ana,2026-03-02T10:00:00,", 'created_at: "2026-03-02T10:00:00" has no offset'),
        ("2,7,ana,1772445600,", 'created_at: "1772445600" is no date'),
        ("1.2E+17,7,ana,2026-03-02T10:00:00Z,", "was rounded by a spreadsheet"),
        (",7,ana,2026-03-02T10:00:00Z,", "id: is missing"),
        ("2,7,ana,2026-03-02T10:00:00Z,1 200", 'author_followers: "1 200" is no whole number'),
        ("2,7,ana", "3 columns; the header has 5"),
    ],
)
def test_a_row_that_is_no_post_is_refused_and_the_rest_is_read(
    tmp_path: Path, row: str, reason: str
) -> None:
    content = f"{HEADER},author_followers\n{LEAST},\n{row}\n{LEAST},5\n"
    found = read(CSV, tmp_path / "f", content)

    ((line, told),) = refusals_of(found)
    assert line == 3
    assert reason in told
    assert [post.author_followers for post in posts_of(found)] == [None, 5]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"id": "number"}, f'no column "number"; there are: {HEADER.replace(",", ", ")}'),
        ({"parent": "id"}, "no field of a post: parent; there are: id, author_id"),
    ],
)
def test_a_map_that_fits_nothing_is_an_error(
    tmp_path: Path, columns: dict[str, str], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        read(CSV, tmp_path / "f", f"{HEADER}\n{LEAST}\n", columns)


def test_a_required_field_without_column_is_an_error_that_says_how(tmp_path: Path) -> None:
    message = "no column for author_handle; write --map author_handle=COLUMN; there are: id, au"
    with pytest.raises(ValueError, match=message):
        read(CSV, tmp_path / "f", "id,author_id,created_at\n")
