"""Paging by id, as Mastodon does it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.sandbox.paging import OutOfRangeError, Page, link, pick, read_page


@dataclass(frozen=True)
class Item:
    id: int


ITEMS = [Item(number) for number in (1, 2, 3, 4, 7, 8)]


def ids(page: Page) -> list[int]:
    return [item.id for item in pick(ITEMS, page, lambda _item: True)]


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        pytest.param(Page(2), [8, 7], id="newest first"),
        pytest.param(Page(2, max_id=7), [4, 3], id="older than max_id"),
        pytest.param(Page(2, since_id=1), [8, 7], id="since_id: the newest page, with a gap"),
        pytest.param(Page(2, min_id=1), [3, 2], id="min_id: the page just above, newest first"),
        pytest.param(Page(9, min_id=2, max_id=8), [7, 4, 3], id="between two"),
        pytest.param(Page(2, min_id=1, since_id=7), [3, 2], id="min_id wins over since_id"),
        pytest.param(Page(2, min_id=-5), [2, 1], id="below all: from the oldest"),
        pytest.param(Page(2, min_id=8), [], id="nothing newer"),
        pytest.param(Page(2, max_id=5), [4, 3], id="an id that nothing has"),
        pytest.param(Page(0), [], id="no items asked for"),
    ],
)
def test_a_cursor_picks_its_page(page: Page, expected: list[int]) -> None:
    assert ids(page) == expected


@given(st.sets(st.integers(1, 60)), st.integers(1, 5))
def test_following_min_id_misses_nothing(numbers: set[int], limit: int) -> None:
    items = [Item(number) for number in sorted(numbers)]
    read: list[int] = []
    newest = 0
    while page := pick(items, Page(limit, min_id=newest), lambda item: item.id % 3 != 0):
        read += reversed([item.id for item in page])
        newest = page[0].id
    assert read == [number for number in sorted(numbers) if number % 3 != 0]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param({}, Page(40), id="the usual limit"),
        pytest.param({"limit": "200"}, Page(80), id="never more than the most"),
        pytest.param({"limit": "-1"}, Page(1), id="a limit without its sign"),
        pytest.param({"limit": "abc"}, Page(0), id="no number, nothing"),
        pytest.param({"min_id": "abc"}, Page(0), id="no id, nothing"),
        pytest.param({"min_id": "0", "max_id": "9"}, Page(40, max_id=9, min_id=0), id="both"),
    ],
)
def test_a_query_is_read_as_upstream_reads_it(query: dict[str, str], expected: Page) -> None:
    assert read_page(query, 40, 80) == expected


def test_an_id_beyond_64_bits_is_out_of_range() -> None:
    with pytest.raises(OutOfRangeError):
        read_page({"min_id": "99999999999999999999999"}, 40, 80)


def test_links_lead_to_older_and_newer() -> None:
    found = link("http://a/b", [("types[]", "mention"), ("limit", "2")], [Item(8), Item(7)])

    older, newer = found.split(", ")
    assert older == '<http://a/b?limit=2&max_id=7&types%5B%5D=mention>; rel="next"'
    assert newer == '<http://a/b?limit=2&min_id=8&types%5B%5D=mention>; rel="prev"'
