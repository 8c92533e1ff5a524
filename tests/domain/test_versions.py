"""What all versions of a post together say, in whatever order they arrive (rule 2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.post import DeletedBy, Deletion, KnownPost, Post, Reading, Surface, Versions
from tests.building import at, post

ZONES = [timezone(timedelta(hours=hours)) for hours in (0, 2, -5)]
FIRST = post("1", "ana", 0, mentions=["bo"])
EDITED = replace(FIRST, mentions=("bo", "acme"), edited_at=at(5), text="edited")
GONE = replace(FIRST, mentions=(), text=None, deleted_at=at(9))

instants = st.builds(
    lambda minutes, zone: at(minutes).astimezone(zone), st.integers(0, 3), st.sampled_from(ZONES)
)
versions_of_one_post = st.builds(
    Post,
    id=st.just("1"),
    author_id=st.sampled_from(["ana", "bo"]),
    author_handle=st.just("ana"),
    created_at=instants,
    text=st.sampled_from([None, "", "a"]),
    parent_id=st.sampled_from([None, "0"]),
    mentions=st.lists(st.sampled_from(["acme", "@acme", "bo"]), max_size=2).map(tuple),
    surface=st.sampled_from(list(Surface)),
    lang=st.sampled_from([None, "en"]),
    edited_at=st.none() | instants,
    deleted_at=st.none() | instants,
    deleted_by=st.sampled_from(list(DeletedBy)),
).map(Versions.of)


def of(*posts: Post) -> Versions:
    return reduce(Versions.united, map(Versions.of, posts))


def known(*posts: Post) -> KnownPost:
    return of(*posts).known(Reading())


@given(versions_of_one_post, versions_of_one_post)
def test_uniting_is_commutative(one: Versions, other: Versions) -> None:
    assert one.united(other) == other.united(one)


@given(versions_of_one_post, versions_of_one_post, versions_of_one_post)
def test_uniting_is_associative(one: Versions, other: Versions, third: Versions) -> None:
    assert one.united(other).united(third) == one.united(other.united(third))


@given(versions_of_one_post, versions_of_one_post)
def test_uniting_again_changes_nothing(one: Versions, other: Versions) -> None:
    both = one.united(other)

    assert both.united(one) == both
    assert both.united(both) == both


def test_equal_instants_with_other_offsets_keep_their_place() -> None:
    here = replace(FIRST, lang="b", created_at=at(0).astimezone(ZONES[1]))
    there = replace(FIRST, lang="b")
    other = replace(FIRST, lang="a", created_at=at(0).astimezone(ZONES[2]))

    assert of(of(here, there).first, other) == of(here, of(there, other).first)


def test_the_original_rules_and_an_added_name_counts_from_its_edit() -> None:
    united = known(EDITED, FIRST)

    assert united.names == {"bo": None, "acme": at(5)}


def test_a_name_counts_from_the_earliest_edit_that_has_it() -> None:
    again = replace(EDITED, edited_at=at(7))

    assert known(FIRST, again, EDITED).names["acme"] == at(5)


def test_a_name_taken_away_by_an_edit_stays() -> None:
    assert known(FIRST, replace(FIRST, mentions=(), edited_at=at(5))).names == {"bo": None}


def test_without_the_original_the_earliest_edit_stands_for_it() -> None:
    assert known(EDITED).names == {"bo": None, "acme": None}


def test_of_two_versions_at_one_instant_the_names_are_united() -> None:
    other = replace(FIRST, mentions=("cy",))

    assert known(FIRST, other).names == {"bo": None, "cy": None}


def test_of_two_versions_at_one_instant_the_least_is_taken() -> None:
    other = replace(FIRST, text="a", parent_id="0")

    assert of(FIRST, other).first.parent_id == "0"  # a quote mark comes before the n of null


def test_a_tombstone_gives_its_deletion_only() -> None:
    tombstone = replace(GONE, author_id="x", mentions=("acme",), parent_id="7", edited_at=None)

    united = known(tombstone, EDITED)

    assert united.deletion == Deletion(at(9))
    assert (united.author_id, united.parent_id) == ("ana", None)
    assert united.names == {"bo": None, "acme": None}


def test_a_tombstone_alone_is_all_that_is_known() -> None:
    assert known(replace(GONE, mentions=("acme",))).names == {"acme": None}


def test_the_earliest_deletion_holds_and_is_never_withdrawn() -> None:
    by_brand = replace(GONE, deleted_at=at(12), deleted_by=DeletedBy.BRAND)

    assert of(by_brand, GONE, FIRST, EDITED).deletion == Deletion(at(9), DeletedBy.AUTHOR)


def test_a_text_removed_by_retention_keeps_its_place() -> None:
    kept_bare = replace(FIRST, text=None)

    assert of(kept_bare, FIRST).first.text is None


def test_equal_instants_are_compared_to_the_microsecond() -> None:
    later = replace(EDITED, edited_at=at(5) + timedelta(microseconds=1), mentions=("cy",))

    assert known(EDITED, later).names["cy"] == datetime(2026, 3, 2, 10, 5, 0, 1, ZONES[0])
