"""The public data set, and what spreadsheets and data frames do to it."""

from __future__ import annotations

import csv
import gzip
from io import StringIO
from typing import TYPE_CHECKING

import pytest

from connectors.archives.twcs import Twcs
from monitor.domain.post import Post
from monitor.ports.archive import Rejected
from tests.archives.reading import at, posts_of, read, refusals_of

if TYPE_CHECKING:
    from pathlib import Path

TWCS = Twcs()
LARGE = "925512345678901248"
COLUMNS = [
    "tweet_id",
    "author_id",
    "inbound",
    "created_at",
    "text",
    "response_tweet_id",
    "in_response_to_tweet_id",
]
GOOD = {
    "tweet_id": "2",
    "author_id": "115712",
    "inbound": "True",
    "created_at": "Tue Oct 31 22:11:45 +0000 2017",
    "text": "@sprintcare and how?",
    "response_tweet_id": "",
    "in_response_to_tweet_id": "1.0",
}


def sheet(*rows: dict[str, str], columns: list[str] = COLUMNS) -> str:
    text = StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(GOOD | row for row in rows)
    return text.getvalue()


def one(tmp_path: Path, **cells: str) -> Post | Rejected:
    (found,) = read(TWCS, tmp_path / "twcs.csv", sheet(cells))
    return found


def one_post(tmp_path: Path, **cells: str) -> Post:
    found = one(tmp_path, **cells)
    assert isinstance(found, Post)
    return found


@pytest.mark.parametrize("columns", [COLUMNS, COLUMNS[::-1]])
def test_a_row_is_a_post_whatever_the_order_of_columns(tmp_path: Path, columns: list[str]) -> None:
    assert read(TWCS, tmp_path / "f", sheet({}, columns=columns)) == [
        Post(
            id="2",
            author_id="115712",
            author_handle="115712",
            created_at=at("2017-10-31 22:11:45"),
            text="@sprintcare and how?",
            parent_id="1",
            mentions=("sprintcare",),
        )
    ]


@pytest.mark.parametrize(
    ("cell", "parent"),
    [("", None), ("nan", None), ("3", "3"), ("3.0", "3"), (LARGE, LARGE)],
)
def test_a_parent_is_what_it_was_before_a_data_frame(
    tmp_path: Path, cell: str, parent: str | None
) -> None:
    assert one_post(tmp_path, in_response_to_tweet_id=cell).parent_id == parent


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"in_response_to_tweet_id": "1.23E+17"}, "rounded by a spreadsheet"),
        ({"in_response_to_tweet_id": "1.0e3"}, "rounded by a spreadsheet"),
        ({"in_response_to_tweet_id": f"{LARGE}.0"}, "rounded to a float"),
        ({"in_response_to_tweet_id": "3,4"}, "is no number of a tweet"),
        ({"in_response_to_tweet_id": "03-Apr"}, "is no number of a tweet"),
        ({"tweet_id": "9.25E+17"}, 'tweet_id: "9.25E+17" was rounded'),
        ({"tweet_id": ""}, 'tweet_id: "" is no number of a tweet'),
        ({"tweet_id": "٣"}, "is no number of a tweet"),
        ({"tweet_id": "1" * 21}, "is no number of a tweet"),
        ({"author_id": "x" * 51}, "is neither a number nor a handle"),
        ({"author_id": ""}, 'author_id: "" is neither a number nor a handle'),
        ({"created_at": "2017-10-31 22:11"}, "is no date like Tue Oct 31 22:10:47 +0000 2017"),
        ({"created_at": "Tue Okt 31 22:11:45 +0000 2017"}, "is no date"),
        ({"created_at": "Tue Oct 32 22:11:45 +0000 2017"}, "is no date"),
        ({"created_at": "Tue Oct 31 22:11:45 +0000 2017 "}, "is no date"),
        ({"created_at": "x Tue Oct 31 22:11:45 +0000 2017"}, "is no date"),
        ({"text": "a\0b"}, "the row holds a NUL character"),
    ],
)
def test_a_mangled_row_is_refused_with_its_reason(
    tmp_path: Path, cells: dict[str, str], reason: str
) -> None:
    found = read(TWCS, tmp_path / "f", sheet({"tweet_id": "1"}, cells, {"tweet_id": "3"}))

    ((line, told),) = refusals_of(found)
    assert line == 3
    assert reason in told
    assert [post.id for post in posts_of(found)] == ["1", "3"]


@pytest.mark.parametrize("replies", ["9,6,10", "9610", "Sep-06", "5.0", "1.2E+30"])
def test_the_list_of_replies_is_not_read(tmp_path: Path, replies: str) -> None:
    assert one_post(tmp_path, response_tweet_id=replies) == one_post(tmp_path)


def test_a_link_to_nowhere_is_kept(tmp_path: Path) -> None:
    assert one_post(tmp_path, in_response_to_tweet_id="77").parent_id == "77"


@pytest.mark.parametrize("month", range(1, 13))
def test_every_month_has_its_name(tmp_path: Path, month: int) -> None:
    moment = at(f"2017-{month:02}-09 01:02:03")
    written = moment.strftime("%a %b %d %H:%M:%S %z %Y")

    assert one_post(tmp_path, created_at=written).created_at == moment


def test_an_offset_is_taken_off(tmp_path: Path) -> None:
    found = one_post(tmp_path, created_at="Tue Oct 31 22:11:45 -0530 2017")

    assert found.created_at == at("2017-11-01 03:41:45")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@Delta @115712 hi @Delta", ("Delta", "115712")),
        (".@Delta, (@AmericanAir) “@JetBlue” -@O2", ("Delta", "AmericanAir", "JetBlue", "O2")),
        ("日本語@Delta ＠O2", ("Delta", "O2")),
        ("write to me@example.com or a_b@c", ()),
        ("@someone@example.social", ()),
        ("@@Delta @ Delta @-x @abcdefghijklmnopqrstuvwxyz", ()),
        ("@Delta's @Delta: @Delta", ("Delta",)),
        ("Q&amp;A with @Delta", ("Delta",)),
    ],
)
def test_names_are_handles_in_the_text(tmp_path: Path, text: str, names: tuple[str, ...]) -> None:
    assert one_post(tmp_path, text=text).mentions == names


def test_entities_are_characters_once(tmp_path: Path) -> None:
    assert one_post(tmp_path, text="A &amp; B &lt;3 &amp;amp;").text == "A & B <3 &amp;"


def test_a_bare_carriage_return_ends_no_row(tmp_path: Path) -> None:
    unquoted = sheet({"text": "one TURN two"}, {"tweet_id": "3"}).replace(" TURN ", "\r")
    quoted = sheet({"text": "one, TURN two\nthree"}).replace(" TURN ", "\r")

    assert [post.text for post in posts_of(read(TWCS, tmp_path / "f", unquoted))] == [
        "one\ntwo",
        GOOD["text"],
    ]
    assert [post.text for post in posts_of(read(TWCS, tmp_path / "g", quoted))] == [
        "one,\ntwo\nthree"
    ]


def test_a_file_from_windows_reads_as_any_other(tmp_path: Path) -> None:
    text = sheet({"text": "one\ntwo"}, {"tweet_id": "3"})
    windows = "\ufeff" + text.replace("\n", "\r\n")

    assert read(TWCS, tmp_path / "f", windows) == read(TWCS, tmp_path / "g", text)


def test_a_line_number_counts_the_lines_inside_texts(tmp_path: Path) -> None:
    rows = [{"text": "one\ntwo\nthree"}, {"text": "four\nfive", "tweet_id": "x"}]
    found = read(TWCS, tmp_path / "f", sheet(*rows))

    assert [line for line, _ in refusals_of(found)] == [5]
    assert isinstance(found[1], Rejected)
    assert "four\nfive" in found[1].raw


def test_a_packed_file_is_read(tmp_path: Path) -> None:
    packed = gzip.compress(sheet({}).encode())

    assert len(posts_of(read(TWCS, tmp_path / "twcs.csv.gz", packed))) == 1


def test_missing_columns_are_named(tmp_path: Path) -> None:
    with pytest.raises(
        ValueError, match="it lacks text, in_response_to_tweet_id; there are: tweet_id"
    ):
        read(TWCS, tmp_path / "f", "tweet_id,author_id,created_at\n")


def test_columns_cannot_be_mapped(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="--format csv"):
        read(TWCS, tmp_path / "f", sheet({}), {"id": "tweet_id"})
