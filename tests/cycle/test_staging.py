"""Staging gives back the conversations about the account, however the file is ordered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import groupby
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.cycle import staging as module
from monitor.cycle.staging import Staging
from monitor.domain.post import DeletedBy, Post, Reach, Surface

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Line = tuple[Post, bool]
NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)


def post(id_: str, parent: str | None = None, root: str | None = None, text: str = "") -> Post:
    return Post(
        id=id_,
        author_id="a",
        author_handle="a",
        created_at=NOW,
        parent_id=parent,
        root_id=root,
        text=text,
    )


def staged(lines: list[Line]) -> tuple[list[Post], int]:
    """What is relevant, and how many are not."""
    with Staging() as staging:
        for each, about in lines:
            staging.add(each, about=about)
        relevant = list(staging.relevant())
        assert staging.total == len(lines)
        return relevant, staging.strangers


def conversations(lines: list[Line]) -> list[set[str]]:
    """The ids that belong together, by joining whatever overlaps until nothing does."""
    joined: list[set[str]] = []
    for each, _ in lines:
        names = {name for name in (each.id, each.parent_id, each.root_id) if name}
        apart = [one for one in joined if not one & names]
        joined = [*apart, names.union(*(one for one in joined if one & names))]
    return joined


_ids = st.sampled_from([str(number) for number in range(12)])
_links = st.none() | _ids
_lines = st.lists(
    st.tuples(st.builds(post, _ids, _links, _links, st.text("xy")), st.booleans()),
    max_size=20,
)


@given(_lines)
def test_a_conversation_is_kept_as_a_whole_or_not_at_all(lines: list[Line]) -> None:
    about = {each.id for each, is_about in lines if is_about}
    kept = set[str]().union(*(one for one in conversations(lines) if one & about))
    expected = [each for each, _ in lines if each.id in kept]

    relevant, strangers = staged(lines)

    assert sorted(relevant, key=repr) == sorted(expected, key=repr)
    assert strangers == len(lines) - len(expected)


@given(_lines)
def test_a_conversation_stands_together_in_the_order_of_the_file(lines: list[Line]) -> None:
    lines = [(replace(each, text=str(place)), True) for place, (each, _) in enumerate(lines)]
    relevant, _ = staged(lines)
    number = {name: at for at, one in enumerate(conversations(lines)) for name in one}

    runs = [list(run) for _, run in groupby(relevant, key=lambda each: number[each.id])]
    places = [[int(each.text or "") for each in run] for run in runs]
    assert len(runs) == len(set(number.values()))
    assert all(run == sorted(run) for run in places)
    assert places == sorted(places)


def test_a_link_may_come_later_than_what_it_links() -> None:
    lines = [(post("1"), False), (post("2", parent="9"), True), (post("9", parent="1"), False)]

    assert [each.id for each in staged(lines)[0]] == ["1", "2", "9"]


def test_an_unseen_parent_joins_those_that_name_it() -> None:
    lines = [(post("1", parent="gone"), True), (post("2", root="gone"), False)]

    assert len(staged(lines)[0]) == 2


def test_links_outlast_a_batch() -> None:
    many = 3 * module._BATCH
    lines = [(post(str(place), parent=str(place + 1)), place == 0) for place in range(many)]

    relevant, strangers = staged([*lines, (post("stranger"), False)])

    assert [each.id for each in relevant] == [str(place) for place in range(many)]
    assert strangers == 1


def test_a_post_comes_back_as_it_went_in() -> None:
    full = Post(
        id="1",
        author_id="7",
        author_handle="ana",
        created_at=NOW.astimezone(timezone(timedelta(hours=2))),
        text=None,
        parent_id="0",
        parent_author_id="8",
        root_id="thread:77",
        mentions=("acme", "bo"),
        surface=Surface.REVIEW,
        lang="sv",
        url="https://example.com/1",
        author_name="Ana \N{PARTY POPPER}",
        author_followers=3,
        author_is_bot=True,
        rating=2,
        reach=Reach(likes=1, views=2**62),
        edited_at=NOW + timedelta(microseconds=1),
        deleted_at=NOW + timedelta(days=1),
        deleted_by=DeletedBy.BRAND,
    )
    long = post("2", text="x" * module._AT_HAND)
    lines = [full, long, full]  # there is no room at hand for the long one and what follows

    assert staged([(each, True) for each in lines])[0] == [full, full, long]


def test_all_versions_of_a_post_are_kept() -> None:
    versions = [post("1", text="one"), post("1", text="two"), post("1", text="one")]

    assert staged([(each, True) for each in versions])[0] == versions


def test_what_is_added_after_a_look_counts_too() -> None:
    with Staging() as staging:
        staging.add(post("1"), about=False)
        assert staging.strangers == 1
        staging.add(post("2", parent="1"), about=True)
        assert [each.id for each in staging.relevant()] == ["1", "2"]


@pytest.mark.parametrize("written", [{"text": "x"}, {"url": "x"}, {"mentions": ["x"]}])
def test_long_posts_are_kept_on_the_disk(tmp_path: Path, written: Mapping[str, Any]) -> None:
    long = {name: each * module._AT_HAND for name, each in written.items()}
    with Staging(tmp_path) as staging:
        staging.add(replace(post("1"), **long), about=True)
        assert list(staging.relevant())
        assert sum(file.stat().st_size for file in tmp_path.glob("*/*")) > module._AT_HAND


def test_nothing_is_left_on_the_disk(tmp_path: Path) -> None:
    with Staging(tmp_path) as staging:
        staging.add(post("1"), about=True)
        assert list(staging.relevant())
        assert list(tmp_path.iterdir())
    assert not list(tmp_path.iterdir())
