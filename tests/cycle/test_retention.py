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
from monitor.cycle import silencing
from monitor.cycle.desk import Watch
from monitor.cycle.ingest import refold
from monitor.cycle.notify import Plan
from monitor.cycle.retention import STEP, Removed, Retention, erase
from monitor.domain.post import Post
from monitor.domain.wait import Deed, Dismissal
from monitor.ports.connector import FetchError, Reason
from monitor.ports.notifier import AlertKind
from monitor.store import alerts, erasing, posts, schema
from monitor.store.alerts import Fact
from tests.building import at, mention, post, reply
from tests.cycle.house import House, watched
from tests.cycle.test_ingest import LATE, as_stored
from tests.domain.worlds import WORDING, World, worlds
from tests.telling import Ears, begin, plan_to, tell

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
    return measured(house), house.alerts()


def measured(house: House) -> tuple[Any, ...]:
    return house.rows(), house.counted(), house.verdicts()


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
    before = measured(house)
    pruned(house, watch)

    assert (stored(house), measured(house)) == ({}, before)


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


# What was told.


def breached(*customers: str) -> House:
    """Their promises have broken by minute six. Each wrote one post, of the customer's name."""
    house = House()
    house.take(*(mention(name, name, 0) for name in customers), minute=1)
    house.observe(6)
    return house


def told(house: House, plan: Plan, minute: float) -> None:
    begin(house.store, plan, at(minute))
    tell(house.store, plan, at(minute))


def count(house: House, table: sa.Table) -> int:
    with house.store.read() as tx:
        return tx.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def kept(house: House) -> tuple[int, int, int]:
    """How many facts, notices and messages."""
    return count(house, schema.alert), count(house, schema.notice), count(house, schema.message)


def write(house: House, kind: AlertKind, day: float, since: str = "0") -> None:
    fact = Fact(f"{kind.value}/acme/{since}", kind, at(day * DAY), details={"reason": "auth"})
    with house.store.write() as tx:
        alerts.write(tx, house.desk.id, [fact], at(day * DAY))


def test_what_was_told_of_a_wait_goes_with_its_conversation(watch: Watch) -> None:
    house, plan = breached("ana"), plan_to(Ears())
    told(house, plan, 6)
    house.poll(reply("answer", 9, "ana"), minute=9)
    told(house, plan, 9)
    house.take(mention("bo", "bo", 20), minute=20)
    house.observe(30)
    told(house, plan, 30)
    assert kept(house) == (3, 3, 3)
    pruned(house, watch)

    assert house.alerts() == ["breach/2/airline-6m"]
    assert kept(house) == (1, 1, 1)


def test_a_message_stays_while_it_tells_something_and_the_last_of_a_group(watch: Watch) -> None:
    house = breached("ana", "bo")
    told(house, plan_to(Ears()), 6)
    house.poll(reply("answer", 9, "ana"), minute=9)
    pruned(house, watch)
    assert kept(house) == (1, 1, 1)
    house.poll(reply("late", FAR, "bo"), minute=FAR)
    pruned(house, watch, 3 * FAR)

    assert kept(house) == (0, 0, 1)


def test_of_a_group_that_rarely_speaks_the_last_message_alone_stays(watch: Watch) -> None:
    house, plan = House(), plan_to(Ears())
    for minute in (0, FAR, 2 * FAR):
        house.take(mention(str(minute), "ana", minute), minute=minute + 1)
        house.observe(minute + 7)
        told(house, plan, minute + 7)
        house.poll(reply(f"to {minute}", minute + 9, str(minute)), minute=minute + 9)
        pruned(house, watch, minute + FAR - 1)

        assert kept(house) == (0, 0, 1)


def test_a_conversation_stays_while_something_of_it_is_to_be_told(watch: Watch) -> None:
    house, ears = breached("ana"), Ears()
    told(house, plan_to(ears), 6)
    house.poll(reply("answer", 9, "ana"), minute=9)
    ears.fails = FetchError(Reason.UNAVAILABLE, "down")
    told(house, plan_to(ears), 9)
    assert not pruned(house, watch).posts
    ears.fails = None
    told(house, plan_to(ears), FAR)
    assert ears.facts == ["breach/1/airline-6m", "recovered/1/airline-6m"]

    assert not pruned(house, watch, FAR + DAY - 1).posts
    assert pruned(house, watch, FAR + DAY + 1).posts == 2


def test_a_conversation_stays_for_a_day_after_somebody_dismissed_its_wait(watch: Watch) -> None:
    house = lived(mention("1", "ana", 0))
    house.act(1, Deed.DISMISS, FAR, Dismissal.SPAM)

    assert not pruned(house, watch, FAR + DAY - 1).posts
    assert pruned(house, watch, FAR + DAY + 1).posts == 1


def test_what_was_told_of_an_account_goes_once_it_is_over_and_old(watch: Watch) -> None:
    house = House()
    for day, since in ((1, "a"), (3, "b")):
        write(house, AlertKind.BLIND, day, since)
        write(house, AlertKind.BLIND_OVER, day + 1, since)
        write(house, AlertKind.SURGE, day, since)
    told(house, plan_to(Ears()), 4 * DAY)
    assert pruned(house, watch, 403.5 * DAY).facts == 2
    assert {"blind/acme/a", "surge/acme/a"}.isdisjoint(house.alerts())

    assert pruned(house, watch, FAR).facts == 2
    assert house.alerts() == ["blind_over/acme/b", "surge/acme/b"]


@pytest.mark.parametrize(
    ("began", "over"),
    [
        (AlertKind.BLIND, AlertKind.BLIND_OVER),
        (AlertKind.ACCOUNT_FAILING, AlertKind.ACCOUNT_RECOVERED),
    ],
)
def test_the_end_of_what_began_long_ago_is_told(
    watch: Watch, began: AlertKind, over: AlertKind
) -> None:
    house, ears = House(), Ears()
    for since in ("0", "0/auth"):
        write(house, began, 0, since)
    told(house, plan_to(ears), 0)
    assert not pruned(house, watch)
    write(house, over, 500)
    assert not pruned(house, watch, FAR + 1)
    told(house, plan_to(ears), FAR + 1)

    assert ears.facts[-1] == f"{over.value}/acme/0"
    assert pruned(house, watch, 2 * FAR).facts == 2


def test_what_began_stays_while_its_end_is_held_back(watch: Watch) -> None:
    house, ears = House(), Ears()
    write(house, AlertKind.BLIND, 0)
    told(house, plan_to(ears), 0)
    write(house, AlertKind.BLIND_OVER, 1)
    with house.store.write() as tx:
        silencing.add(tx, {}, at(FAR), "a long drill", "kim", at(DAY))
    told(house, plan_to(ears), DAY)
    assert not pruned(house, watch, FAR - 1)
    told(house, plan_to(ears), FAR)

    assert ears.facts == ["blind/acme/0", "blind_over/acme/0"]


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
    before, left, told = house.rows(), stored(house), facts_of(house)
    new = [fresh(each) for each in later.posts]
    for half in (new[::2], new[1::2]):  # what comes first names again what was removed
        house.poll(*world.posts, *half, minute=FAR)

    settled = {n: row for n, row in before.items() if row["opened_by"] not in left}
    after = house.rows()
    assert {number: after[number] for number in settled} == settled
    assert not settled.keys() & (told | facts_of(house))
    assert stored(house).keys() - {each.id for each in new} == left.keys()


def facts_of(house: House) -> set[int]:
    """The waits about which facts are stored."""
    with house.store.read() as tx:
        return {number for number in tx.scalars(sa.select(schema.alert.c.wait)) if number}


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
