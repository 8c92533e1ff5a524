"""What holds of every conversation, however strange, and in whatever order it arrives."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.account import Cast, Role
from monitor.domain.conversation import id_order, joined_ids, thread
from monitor.domain.outcome import Folded, Outcome, What
from monitor.domain.post import Post, ReplyClass
from monitor.domain.wait import Status, Wait
from tests.building import ACCOUNT, at, known, mention, outcomes, post, reply, the_wait
from tests.domain.worlds import World, worlds

every_world = given(worlds)


class TestEveryConversation:
    @settings(max_examples=300)
    @given(worlds, st.integers(0, 99))
    def test_it_folds_alike_in_any_order_and_however_often_told(
        self, world: World, seed: int
    ) -> None:
        chance = Random(seed)
        again = [*world.posts, *chance.choices(world.posts, k=3)]
        other = replace(
            world,
            posts=chance.sample(again, len(again)),
            acts=chance.sample(world.acts, len(world.acts)),
        )

        assert other.folded() == world.folded()

    @given(worlds, worlds)
    def test_unrelated_ones_fold_apart(self, one: World, other: World) -> None:
        other = replace(other, posts=[elsewhere(post) for post in other.posts], acts=[])
        both = replace(one, posts=[*one.posts, *other.posts])

        apart = one.folded() + replace(other, account=one.account).folded()

        assert sorted(map(repr, both.folded())) == sorted(map(repr, apart))

    @every_world
    def test_every_post_has_one_outcome_in_order(self, world: World) -> None:
        for folded in world.folded():
            times = [one.taken_at for one in folded.outcomes]
            assert times == sorted(times)
        told = [one.post_id for folded in world.folded() for one in folded.outcomes]
        assert sorted(told) == sorted({one.id for one in world.posts})

    @every_world
    def test_a_mention_belongs_to_one_wait_and_says_to_which(self, world: World) -> None:
        for folded in world.folded():
            said = [(one.wait, one.post_id) for one in folded.outcomes if one.what.is_mention]
            listed = [(wait.opened_by, name) for wait in folded.waits for name in wait.mentions]
            assert sorted(said, key=repr) == sorted(listed, key=repr)
            assert all((one.wait is not None) == one.what.is_mention for one in folded.outcomes)

    @every_world
    def test_nothing_happens_to_a_wait_before_it_is_opened(self, world: World) -> None:
        for wait in every_wait(world):
            for instant in (wait.answered_at, wait.ended_at, wait.auto_replied_at):
                assert instant is None or instant >= wait.opened_at

    @every_world
    def test_it_ends_as_its_status_says(self, world: World) -> None:
        for wait in every_wait(world):
            answered = wait.status is Status.ANSWERED
            ended = wait.status in (Status.DELETED, Status.DISMISSED)
            assert (wait.answered_at is not None) == (wait.answered_by is not None) == answered
            assert (wait.ended_at is not None) == ended
            assert (wait.dismissal is not None) == (wait.status is Status.DISMISSED)

    @every_world
    def test_only_customers_wait(self, world: World) -> None:
        for folded in world.folded():
            cast = Cast(world.account, [one.post for one in folded.outcomes])
            for wait in folded.waits:
                assert cast.role(wait.customer) is Role.CUSTOMER
                assert {found(folded, name).post.author_id for name in wait.mentions} == {
                    wait.customer
                }

    @every_world
    def test_a_wait_is_answered_by_a_brand_post_that_addressed_its_customer(
        self, world: World
    ) -> None:
        for folded in world.folded():
            for wait in folded.waits:
                if wait.answered_by:
                    answer = found(folded, wait.answered_by)
                    assert answer.what is What.REPLY
                    assert wait.customer in answer.addressed

    @every_world
    def test_beside_an_open_wait_another_opens_after_a_silence_only(self, world: World) -> None:
        for folded in world.folded():
            for number, wait in enumerate(folded.waits):
                for earlier in folded.waits[:number]:
                    if earlier.status is Status.OPEN and earlier.customer == wait.customer:
                        silence = wait.opened_at - earlier.opened_at
                        assert silence > world.account.reopen_after

    @every_world
    def test_a_reply_leaves_nobody_waiting_whom_it_addressed(self, world: World) -> None:
        for folded in world.folded():
            places = {one.post_id: place for place, one in enumerate(folded.outcomes)}
            for answer in folded.outcomes:
                if answer.post.reply_class is ReplyClass.AUTOMATED:
                    continue
                for wait in folded.waits:
                    opened = found(folded, wait.opened_by)
                    waited = opened.counts_at == opened.post.created_at
                    before = places[wait.opened_by] < places[answer.post_id]
                    if waited and before and wait.customer in answer.addressed:
                        assert wait.status is not Status.OPEN


class TestOrder:
    def test_ids_of_digits_come_first_and_by_their_length(self) -> None:
        names = ["b", "10", "a", "9", "B", "09", "٣"]

        assert sorted(names, key=id_order) == ["9", "09", "10", "B", "a", "b", "٣"]

    def test_at_one_instant_the_ancestor_comes_first(self) -> None:
        brand = reply("9", 0, None)
        child = post("1", "ana", 0, parent_id="9")

        assert list(outcomes(child, brand)) == ["9", "1"]

    def test_what_the_brand_wrote_above_rules_over_what_it_wrote_below(self) -> None:
        above, below = reply("0", 8, None), reply("2", 5, "1")
        between = post("1", "ana", 6, parent_id="0")

        became = outcomes(above, between, below)

        assert [one.taken_at for one in became.values()] == [at(8), at(8), at(8)]

    def test_the_earliest_brand_post_below_counts_however_deep(self) -> None:
        asked = mention("1", "ana", 50)
        chat = post("2", "bo", 51, parent_id="1")

        became = outcomes(asked, chat, reply("3", 5, "2"), reply("4", 9, "1"))

        assert (became["1"].taken_at, became["2"].taken_at) == (at(5), at(5))

    def test_the_latest_brand_post_above_counts_however_high(self) -> None:
        brand, chat = reply("0", 5, None), post("1", "bo", 6, parent_id="0")

        assert outcomes(brand, chat, post("2", "ana", 1, parent_id="1"))["2"].taken_at == at(5)

    def test_an_agent_orders_as_brand_even_as_an_outsider(self) -> None:
        chat = post("1", "ana", 50)

        assert outcomes(chat, post("2", "acme_anna", 5, parent_id="1"))["1"].taken_at == at(5)

    def test_a_brand_post_is_not_taken_before_its_parent(self) -> None:
        asked = mention("1", "ana", 0)
        first = reply("2", 5, "1")
        second = reply("3", 4, "2")

        assert outcomes(asked, first, second)["3"].taken_at == at(5)

    def test_reported_times_are_the_posts_own(self) -> None:
        wait = the_wait(mention("1", "ana", 5), reply("2", 3, "1"))

        assert (wait.opened_at, wait.answered_at, wait.skewed) == (at(5), at(5), True)

    def test_what_hangs_on_a_circle_keeps_its_parent(self) -> None:
        one, other = post("1", "ana", 0, parent_id="2"), post("2", "bo", 1, parent_id="1")
        hanging = post("3", "cy", 2, parent_id="1")
        members = known([one, other, hanging])

        joined = thread(members, Cast(ACCOUNT, members))

        assert joined.parents == [None, None, 0]
        assert joined.has_parent == [False, False, True]

    def test_a_post_that_answers_itself_has_no_parent(self) -> None:
        itself = post("1", "ana", 0, parent_id="1", parent_author_id="acme")

        assert outcomes(itself)["1"].what is What.NO_MENTION

    def test_a_post_joins_its_parent_and_its_root(self) -> None:
        (one,) = known([post("3", "ana", 0, parent_id="2", root_id="1")])

        assert set(joined_ids(one)) == {"3", "2", "1"}


def every_wait(world: World) -> list[Wait]:
    return [wait for folded in world.folded() for wait in folded.waits]


def found(folded: Folded, name: str) -> Outcome:
    return next(one for one in folded.outcomes if one.post_id == name)


def elsewhere(one: Post) -> Post:
    """The same in another place: no id is shared."""
    parent_id, root_id = one.parent_id and f"~{one.parent_id}", one.root_id and f"~{one.root_id}"
    return replace(one, id=f"~{one.id}", parent_id=parent_id, root_id=root_id)
