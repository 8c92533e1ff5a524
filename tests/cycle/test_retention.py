"""What is old goes and does not come back; what was measured stays as it was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.config import Retention as Ages
from monitor.cycle.desk import Watch
from monitor.cycle.ingest import refold
from monitor.cycle.retention import STEP, Removed, Retention, erase
from monitor.domain.post import Post
from monitor.store import erasing, posts, schema
from tests.building import at, mention, post, reply
from tests.cycle.house import House, watched
from tests.cycle.test_ingest import LATE, as_stored
from tests.domain.worlds import WORDING, World, worlds

DAY = 24 * 60
FAR = 500 * DAY
"""After everything has become old."""


@pytest.fixture(scope="module")
def watch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watch]:
    """Of texts for 90 days, of conversations for 400."""
    with watched(tmp_path_factory.mktemp("room")) as (_, watch):
        ages = Ages(timedelta(days=90), timedelta(days=400))
        yield replace(watch, settings=replace(watch.settings, retention=ages))


def pruned(house: House, watch: Watch, minute: float = FAR) -> Removed:
    return Retention(house.store).finish(watch, at(minute), lambda _: None)


def stored(house: House) -> dict[str, str | None]:
    """The texts by post."""
    with house.store.read() as tx:
        columns = schema.post.c.native_id, schema.post.c.text
        return dict(tx.execute(sa.select(*columns)).all())


def figures(house: House) -> tuple[Any, ...]:
    return house.rows(), house.counted(), house.alerts(), house.verdicts()


def folded_again(house: House) -> None:
    names = stored(house)
    with house.store.write() as tx:
        refold(tx, house.desk, posts.find(tx, house.desk.id, names), at(FAR))


def answered(name: str = "1", customer: str = "ana", minute: float = 0) -> list[Post]:
    return [mention(name, customer, minute), reply(f"{name}-a", minute + 9, name)]


def lived(*batch: Post, minute: float = 10) -> House:
    """These posts were polled when they were new, and judged."""
    house = House()
    house.poll(*batch, minute=minute)
    return house


def test_texts_go_first_and_conversations_later(watch: Watch) -> None:
    house = lived(*answered(), minute=10)

    assert pruned(house, watch, 89 * DAY) == Removed()
    assert pruned(house, watch, 91 * DAY) == Removed(texts=2)
    assert stored(house) == {"1": None, "1-a": None}
    assert pruned(house, watch, 401 * DAY) == Removed(posts=2, conversations=1)
    assert stored(house) == {}


def test_what_was_measured_stays_when_posts_go(watch: Watch) -> None:
    house = lived(*answered(), *answered("2", "bo"))
    before = figures(house)
    pruned(house, watch)

    assert (stored(house), figures(house)) == ({}, before)


def test_who_still_waits_keeps_the_conversation(watch: Watch) -> None:
    house = lived(*answered(), mention("2", "bo", 1))
    pruned(house, watch)

    assert stored(house) == {"2": None}


def test_a_late_answer_closes_a_wait_whose_text_is_gone(watch: Watch) -> None:
    house = lived(mention("1", "ana", 0))
    pruned(house, watch)
    house.poll(reply("2", FAR, "1"), minute=FAR)

    assert house.row()["status"] == "answered"


def test_nothing_is_removed_unless_it_is_set(watch: Watch) -> None:
    house = lived(*answered())
    kept = replace(watch, settings=replace(watch.settings, retention=Ages()))

    assert pruned(house, kept) == Removed()
    assert len(stored(house)) == 2


def test_an_import_under_way_is_let_alone(watch: Watch) -> None:
    house = House()
    house.take(*answered(), minute=FAR - 60, live=False)

    assert pruned(house, watch) == Removed(texts=2)
    assert pruned(house, watch, FAR + DAY) == Removed(posts=2, conversations=1)


def test_a_step_is_small_and_the_next_goes_on_where_it_ended(watch: Watch) -> None:
    house = lived(
        *(each for n in range(STEP) for each in answered(str(n), minute=n % 50)), minute=60
    )
    retention = Retention(house.store)

    steps = [retention.step(watch, at(FAR)) for _ in range(4)]

    assert steps[0].texts == STEP
    assert all(0 < each.posts <= 2 * STEP for each in steps[:1])
    assert stored(house) == {}


def test_those_who_wait_for_ever_do_not_stop_the_walk(watch: Watch) -> None:
    waiting = [mention(f"w{n}", "bo", 0, root_id=f"r{n}") for n in range(STEP)]
    house = lived(*waiting, *answered(minute=1))
    retention = Retention(house.store)

    assert not retention.step(watch, at(FAR)).posts
    assert retention.step(watch, at(FAR)).posts == 2


def test_an_account_with_nothing_to_remove_is_left_in_peace_for_a_while(watch: Watch) -> None:
    house = lived(*answered())
    retention = Retention(house.store)
    age = timedelta(days=90) + timedelta(minutes=5)

    assert not retention.step(watch, at(0) + age - timedelta(minutes=6))
    assert not retention.step(watch, at(0) + age)
    assert retention.step(watch, at(0) + age + timedelta(minutes=6)) == Removed(texts=2)


# What comes again.


def test_a_page_that_still_shows_removed_posts_changes_nothing(watch: Watch) -> None:
    house = lived(*answered(), *answered("2", "bo"))
    pruned(house, watch)
    before = figures(house)
    house.poll(*answered(), minute=FAR)

    assert (stored(house), figures(house)) == ({}, before)


def test_an_import_of_removed_posts_changes_nothing(watch: Watch) -> None:
    house = lived(*answered())
    pruned(house, watch)
    before = figures(house)
    house.take(*answered(), minute=FAR, live=False)

    assert (stored(house), figures(house)) == ({}, before)


def test_what_is_kept_still_learns_of_changes(watch: Watch) -> None:
    house = lived(*answered(), mention("2", "bo", 1))
    pruned(house, watch)
    house.poll(mention("2", "bo", 1, deleted_at=at(FAR)), minute=FAR)

    assert house.row(2)["status"] == "deleted"


def test_a_text_that_went_does_not_come_back(watch: Watch) -> None:
    house = lived(mention("1", "ana", 0))
    pruned(house, watch)
    house.poll(mention("1", "ana", 0), mention("1", "ana", 0, edited_at=at(9)), minute=FAR)

    assert stored(house) == {"1": None}


def test_a_mention_under_a_removed_conversation_is_a_new_first_wait(watch: Watch) -> None:
    house = lived(*answered())
    pruned(house, watch)
    before, alerts = house.row(), house.alerts()
    house.poll(mention("8", "ana", FAR, parent_id="1", root_id="1"), minute=FAR)
    house.poll(mention("9", "ana", FAR + 1, parent_id="1"), minute=FAR + 1)

    assert house.row(1) == before
    assert (house.row(2)["kind"], house.row(2)["status"]) == ("first", "open")
    assert house.alerts() == alerts


def test_it_would_have_been_a_first_wait_with_the_posts_still_there(watch: Watch) -> None:
    house = lived(*answered())
    house.poll(mention("9", "ana", FAR, parent_id="1", root_id="1"), minute=FAR)

    assert house.row(2)["kind"] == "first"


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(worlds)
def test_the_fold_gives_the_same_waits_without_texts(watch: Watch, world: World) -> None:
    house = House(world.account, WORDING)
    house.poll(*world.posts, minute=LATE)
    before = figures(house)
    only_texts = replace(watch.settings, retention=Ages(text=timedelta(days=90)))
    pruned(house, replace(watch, settings=only_texts))
    folded_again(house)

    assert set(stored(house).values()) <= {None}
    assert figures(house) == before


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(worlds, worlds)
def test_whatever_comes_after_pruning_leaves_settled_waits_alone(
    watch: Watch, world: World, later: World
) -> None:
    house = House(world.account, WORDING)
    house.poll(*world.posts, minute=LATE)
    pruned(house, watch)
    before, left = house.rows(), stored(house)
    new = [fresh(each) for each in later.posts]
    for half in (new[::2], new[1::2]):  # what comes first names again what was removed
        house.poll(*world.posts, *half, minute=FAR)

    settled = {n: row for n, row in before.items() if row["opened_by"] not in left}
    after = house.rows()
    assert {number: after[number] for number in settled} == settled
    assert stored(house).keys() - {each.id for each in new} == left.keys()


def fresh(one: Post) -> Post:
    """A post of another id under the same parents, as new as can be."""
    return replace(one, id=f"n{one.id}", created_at=at(FAR), edited_at=None, deleted_at=None)


# Who was erased.


def of_ana(house: House) -> int:
    return erase(house.store, "acme", "ana")


def pseudonym(house: House, author: str = "ana") -> str:
    with house.store.read() as tx:
        masked = erasing.mask(tx, house.desk.id)
    found = masked and masked.id(author)
    assert found
    return found


def without_people(house: House) -> set[tuple[object, ...]]:
    """The waits, whoever it was that waited: `customer` stands third."""
    return {(*each[:2], *each[3:]) for each in as_stored(house)}


def as_platforms_tell(batch: Sequence[Post]) -> list[Post]:
    """Each post by one author, each version once; only Ana is called Ana."""
    authors = {each.id: each.author_id for each in reversed(batch)}
    versions = {(each.id, each.edited_at): each for each in reversed(batch)}
    return [
        replace(each, author_id=author, author_handle="Ana" if author == "ana" else author)
        for each in versions.values()
        if (author := authors[each.id])
    ]


@settings(deadline=None, max_examples=80)
@given(worlds, st.sampled_from(["ana", "bo", "cy"]), st.booleans())
def test_the_fold_gives_the_same_waits_of_who_was_erased(
    world: World, author: str, again: bool
) -> None:
    house = House(world.account, WORDING)
    batch = as_platforms_tell(world.posts)
    house.poll(*batch, minute=LATE)
    before = without_people(house), house.counted(), house.alerts()
    if any(each.author_id == author for each in batch):
        erase(house.store, "acme", author)
    folded_again(house)
    if again:
        house.poll(*batch, minute=LATE)

    assert (without_people(house), house.counted(), house.alerts()) == before


def test_what_comes_again_of_who_was_erased_stays_as_it_is() -> None:
    house = lived(*answered(), post("2", "bo", 3, parent_id="1", text="@ana look"))
    of_ana(house)
    before, texts = figures(house), stored(house)
    house.poll(*answered(), post("2", "bo", 3, parent_id="1", text="@ana look"), minute=11)

    assert (figures(house), stored(house)) == (before, texts)
    assert texts["2"] == f"@{pseudonym(house)} look"


def test_what_they_write_later_is_measured_under_the_pseudonym() -> None:
    house = lived(*answered())
    of_ana(house)
    later = mention("9", "ana", 60, text="secret", url="https://x.example/@ana/9")
    house.poll(later, minute=60)

    assert house.row(2)["customer"] == house.row(1)["customer"] == pseudonym(house)
    assert stored(house)["9"] is None


def test_their_words_are_read_before_they_are_dropped() -> None:
    house = lived(*answered())
    of_ana(house)
    house.poll(mention("2", "ana", 15, parent_id="1-a", text="thanks"), minute=15)

    assert len(house.rows()) == 1


def test_an_answer_that_names_who_was_erased_closes_their_wait() -> None:
    house = lived(mention("1", "ana", 0))
    of_ana(house)
    house.poll(post("2", "acme", 4, root_id="1", mentions=["@Ana", "bo"]), minute=11)

    assert house.row()["status"] == "answered"


def test_an_id_with_its_author_in_it_is_rewritten_wherever_it_stands() -> None:
    ours, theirs = "at://did:acme/post/2", "at://did:ana/post/1"
    asked = mention(theirs, "did:ana", 0, author_handle="ana.example", root_id=theirs)
    house = lived(asked, reply(ours, 9, theirs, root_id=theirs))
    erase(house.store, "acme", "did:ana")
    folded_again(house)
    house.poll(asked, post("at://did:bo/post/3", "did:bo", 12, parent_id=theirs), minute=12)

    assert len(house.rows()) == 1
    assert house.row()["opened_by"] == f"at://{pseudonym(house, 'did:ana')}/post/1"
    assert house.row()["status"] == "answered"


def test_erased_twice_nothing_more_is_changed() -> None:
    house = lived(*answered())

    assert of_ana(house) > 0
    before = pseudonym(house)
    assert of_ana(house) == 0
    assert pseudonym(house) == before


def test_nobody_is_erased_of_whom_nothing_is_stored() -> None:
    house = lived(*answered())
    with pytest.raises(LookupError, match='an author with the id "zoe"'):
        erase(house.store, "acme", "zoe")


def test_waits_without_posts_lose_their_names_too(watch: Watch) -> None:
    house = lived(*answered())
    pruned(house, watch)
    of_ana(house)

    assert (house.row()["customer"], house.row()["customer_handle"]) == (pseudonym(house),) * 2
