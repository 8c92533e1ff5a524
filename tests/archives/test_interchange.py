"""The interchange form: strict, and in sentences that a person can act upon."""

from __future__ import annotations

from datetime import UTC

import orjson
import pytest
from hypothesis import given

from monitor.domain.post import Post, Reach, Surface
from monitor.ports.interchange import FIELDS, REQUIRED, parse, written
from tests.archives.reading import at, posts

LEAST = {
    "id": "1",
    "author_id": "7",
    "author_handle": "ana",
    "created_at": "2026-03-02T10:00:00Z",
}


@given(posts)
def test_a_written_post_reads_as_the_same_post(post: Post) -> None:
    assert parse(orjson.dumps(written(post))) == post


def test_the_least_that_a_post_says_is_enough() -> None:
    expected = Post(
        id="1", author_id="7", author_handle="ana", created_at=at("2026-03-02 10:00"), text=""
    )
    assert parse(LEAST) == parse(orjson.dumps(LEAST).decode()) == expected
    assert set(LEAST) == set(REQUIRED)


def test_what_a_post_does_not_say_is_not_written() -> None:
    assert written(parse(LEAST)) == {**LEAST}
    assert written(parse({**LEAST, "reach": {"likes": 0}}))["reach"] == {"likes": 0}


def test_null_says_the_same_as_a_field_left_out() -> None:
    nulls = dict.fromkeys((name for name in FIELDS if "." not in name), None)
    nothing = {"reach": None, **nulls, **LEAST, "text": ""}

    assert parse(nothing) == parse(LEAST)


@pytest.mark.parametrize(
    ("written_as", "utc"),
    [
        pytest.param("2026-03-02T10:00:00Z", "2026-03-02 10:00", id="Z"),
        pytest.param("2026-03-02t10:00:00z", "2026-03-02 10:00", id="small letters"),
        pytest.param("2026-03-02 12:00:00+02:00", "2026-03-02 10:00", id="offset"),
        pytest.param("2026-03-02T10:00:00.123456Z", "2026-03-02 10:00:00.123456", id="fraction"),
    ],
)
def test_instants_are_read_as_utc(written_as: str, utc: str) -> None:
    created_at = parse({**LEAST, "created_at": written_as}).created_at

    assert created_at == at(utc)
    assert created_at.tzinfo is UTC


def test_a_number_without_a_fraction_is_whole_however_json_writes_it() -> None:
    assert parse({**LEAST, "rating": 5.0, "author_followers": 3e2}).author_followers == 300


def test_surface_and_reach_are_read() -> None:
    post = parse({**LEAST, "surface": "review", "rating": 2, "reach": {"views": 9}})

    assert (post.surface, post.rating, post.reach) == (Surface.REVIEW, 2, Reach(views=9))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"id": 3}, "id: 3 is no string; write it in quotes"),
        ({"id": ""}, 'id: "" is empty'),
        ({"id": None}, "id: null is no string; write it in quotes"),
        ({"id": "x" * 501}, "is longer than 500 characters"),
        (
            {"created_at": "2026-03-02T10:00:00"},
            'created_at: "2026-03-02T10:00:00" has no offset; write it with Z or +02:00',
        ),
        ({"created_at": "soon"}, 'created_at: "soon" is no date; write it like "2026-'),
        ({"created_at": 1772445600}, "created_at: 1772445600 is no date; write it like"),
        ({"created_at": "0001-01-01T00:00:00+05:00"}, "is no date"),
        ({"text": "a\0b"}, "holds a NUL character"),
        ({"mentions": "acme"}, 'mentions: "acme" is no list'),
        ({"mentions": ["a", 1]}, "mentions[1]: 1 is no string; write it in quotes"),
        (
            {"surface": "publc"},
            "surface: \"publc\" is not known; write 'public', 'comment', 'review' or 'message'",
        ),
        ({"author_followers": 3.5}, "author_followers: 3.5 is no whole number"),
        ({"author_followers": 2**63}, "is more than 9223372036854775807"),
        ({"author_is_bot": "yes"}, 'author_is_bot: "yes" is neither true nor false'),
        ({"rating": 6}, "rating: 6 is more than 5"),
        ({"reach": {"likes": -1}}, "reach.likes: -1 is less than 0"),
        ({"reach": 3}, "reach: 3 is no object"),
        ({"\x1b[2J" * 99: 1}, '"\\u001b[2J\\u001b[2J'),
        ({"parent": "3"}, '"parent" is no field of a post; did you mean "parent_id"?'),
    ],
)
def test_a_refusal_names_field_found_and_allowed(change: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        parse({**LEAST, **change})

    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (b"", "not JSON: EOF while parsing"),
        (b'{"id": "1"', "not JSON: EOF while parsing"),
        (b'{"id": "\xff"}', "not JSON: invalid unicode"),
        (b'{"id": "\\ud800"}', "not JSON: "),
        (b"[1]", "a post is a JSON object, not [1]"),
        (b'{"rating": 123456789012345678901234567890}', "is more than 5"),
        (b"[" * 5_000, "not JSON: recursion limit"),
        ({"id": "\ud800"}, "not JSON: "),
    ],
)
def test_what_is_no_object_is_refused_as_such(
    line: bytes | dict[str, object], sentence: str
) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        parse(line)

    assert sentence in str(caught.value)


def test_several_problems_are_told_at_once_and_many_are_counted() -> None:
    with pytest.raises(ValueError, match=r"^id: is missing; author_id: is missing; author_ha"):
        parse({})
    with pytest.raises(ValueError, match=r"; and 95 more$"):
        parse({**LEAST, **{f"x{number}": 1 for number in range(100)}})
