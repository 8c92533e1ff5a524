"""What opens a wait, what closes it, and its other ends (rules 1 to 5 of the clock)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.domain.account import Account, Person
from monitor.domain.fold import fold, fold_conversation
from monitor.domain.outcome import What
from monitor.domain.post import DeletedBy, ReplyClass, Surface
from monitor.domain.wait import Act, Attribution, Deed, Dismissal, Kind, Status
from monitor.domain.words import TextRule, Wording
from tests.building import (
    ACCOUNT,
    addressed,
    at,
    dismissal,
    fold_posts,
    known,
    mention,
    outcomes,
    post,
    reply,
    the_wait,
    waits,
    what,
)

DAY = 24 * 60
COMMENT, MESSAGE = Surface.COMMENT, Surface.MESSAGE
BROADCAST = reply("0", -60, None)
ASKED = mention("1", "ana", 0)
ANSWERED = reply("2", 5, "1")
ROBOT = Wording(automated=(TextRule("0", author_is_bot=True),))


class TestWho:
    def test_an_author_of_another_id_is_not_the_account_whatever_the_handle(self) -> None:
        account = Account(me=Person("acme", id="7"))
        forged = post("2", "8", 5, author_handle="acme", parent_id="1")
        genuine = post("3", "7", 6, author_handle="acme", parent_id="1")

        assert the_wait(ASKED, forged, genuine, account=account).answered_by == "3"

    def test_an_id_like_the_accounts_handle_is_not_the_account(self) -> None:
        account = Account(me=Person("acme", id="7"))
        forged = post("2", "@acme", 5, author_handle="eve", parent_id="1")

        assert the_wait(ASKED, forged, account=account).status is Status.OPEN

    def test_nor_is_an_unseen_author_of_such_an_id(self) -> None:
        account = Account(me=Person("acme", id="7"))
        below = post("1", "ana", 0, parent_id="x", parent_author_id="acme")

        assert what("1", below, account=account) is What.NO_MENTION

    def test_an_unseen_author_goes_by_handle_while_no_id_is_known(self) -> None:
        below = post("1", "ana", 0, parent_id="x", parent_author_id="@Acme")

        assert what("1", below) is What.OPENED

    def test_ids_keep_their_case(self) -> None:
        asked = mention("1", "UCx", 0, author_handle="ana", root_id="r")
        answer = reply("2", 5, "x", root_id="r", parent_author_id="ucX")

        assert addressed("2", asked, answer) == {"ucX": False}

    def test_the_account_is_recognised_after_it_changed_its_handle(self) -> None:
        account = Account(me=Person("acme", id="7"))
        renamed = post("2", "7", 5, author_handle="acme_care", parent_id="1")

        assert the_wait(ASKED, renamed, account=account).answered_by == "2"

    @pytest.mark.parametrize("name", ["7", "acme", "@Acme", "ACME"])
    def test_the_account_is_named_by_id_or_handle_without_case(self, name: str) -> None:
        account = Account(me=Person("@Acme", id="7"))

        assert what("1", post("1", "ana", 0, mentions=[name]), account=account) is What.OPENED

    def test_a_name_is_tried_as_an_id_before_it_is_a_handle(self) -> None:
        by_id = mention("1", "cy", 0, author_handle="someone")
        by_handle = mention("2", "9", 1, author_handle="cy", root_id="1")
        both = reply("3", 5, "0", root_id="1", mentions=["cy"])

        assert addressed("3", replace(BROADCAST, root_id="1"), by_id, by_handle, both) == {
            "cy": False
        }

    def test_a_fully_qualified_handle_is_another_persons(self) -> None:
        named = post("1", "ana", 0, mentions=["acme@elsewhere.example"])

        assert what("1", named) is What.NO_MENTION

    def test_who_is_agent_and_sister_is_an_agent(self) -> None:
        account = Account(Person("acme"), (Person("acme_anna"),), (Person("acme_anna"),))
        answer = post("2", "acme_anna", 5, parent_id="1")

        assert the_wait(ASKED, answer, account=account).answered_by == "2"

    def test_naming_a_sister_is_not_naming_the_account(self) -> None:
        assert what("1", post("1", "ana", 0, mentions=["acme_news"])) is What.NO_MENTION

    def test_a_parents_author_without_parent_says_nothing(self) -> None:
        assert what("1", post("1", "ana", 0, parent_author_id="acme")) is What.NO_MENTION


class TestAgents:
    def test_before_the_customer_speaks_to_the_brand_an_agent_is_an_outsider(self) -> None:
        private = post("1", "ana", 0)
        chat = post("2", "acme_anna", 1, parent_id="1")
        named = mention("3", "ana", 2, parent_id="2")
        after = post("4", "acme_anna", 3, parent_id="3")

        became = outcomes(private, chat, named, after)

        assert became["2"].what is What.OUTSIDER
        assert became["4"].what is What.REPLY

    def test_an_agent_joins_where_the_account_has_written(self) -> None:
        broadcast = reply("1", 0, None)
        agent = post("2", "acme_anna", 1, parent_id="1", mentions=["ana"])

        assert addressed("2", broadcast, agent) == {"ana": False}

    def test_a_mention_without_a_name_brings_the_agent_in(self) -> None:
        comment = post("1", "ana", 0, surface=COMMENT)
        agent = post("2", "acme_anna", 1, parent_id="1")

        assert the_wait(comment, agent).answered_by == "2"

    def test_on_the_brands_own_ground_an_agent_needs_no_invitation(self) -> None:
        comment = post("1", "acme_anna", 0, surface=COMMENT)
        answer = post("2", "ana", 1, parent_id="1")

        became = outcomes(comment, answer)

        assert became["1"].what is What.SPEECH
        assert became["2"].what is What.OPENED

    def test_an_agents_own_post_does_not_make_the_ground_the_brands(self) -> None:
        comment = post("1", "acme_anna", 0, surface=COMMENT)
        public = post("2", "acme_anna", 1, parent_id="1")

        assert what("2", comment, public) is What.OUTSIDER

    def test_a_name_that_was_only_copied_still_brings_the_agent_in(self) -> None:
        named_by_sister = post("1", "acme_news", 0, mentions=["acme"])
        copied = mention("2", "ana", 1, parent_id="1")
        agent = post("3", "acme_anna", 2, parent_id="2")

        became = outcomes(named_by_sister, copied, agent)

        assert became["2"].what is What.OVERHEARD
        assert became["3"].what is What.REPLY

    def test_a_reply_to_an_agents_private_post_is_no_mention(self) -> None:
        private = post("1", "acme_anna", 0)

        assert what("2", private, post("2", "ana", 1, parent_id="1")) is What.NO_MENTION

    def test_an_agents_post_stays_private_though_the_account_joins_later(self) -> None:
        private = post("1", "acme_anna", 0)
        joined = reply("2", 1, "1")
        late = post("3", "ana", 2, parent_id="1")

        assert what("3", private, joined, late) is What.NO_MENTION

    def test_an_unseen_agents_post_is_judged_at_its_childs_place(self) -> None:
        early = post("1", "ana", 0, root_id="r", parent_id="x", parent_author_id="acme_anna")
        named = mention("2", "bo", 1, root_id="r")
        late = post("3", "ana", 2, root_id="r", parent_id="x", parent_author_id="acme_anna")

        became = outcomes(early, named, late)

        assert became["1"].what is What.NO_MENTION
        assert became["3"].what is What.OPENED

    def test_an_edit_does_not_move_that_place(self) -> None:
        polite = post(
            "1", "ana", 0, root_id="r", parent_id="x", parent_author_id="acme_anna", text="thanks"
        )
        named = mention("2", "bo", 1, root_id="r")
        edited = replace(polite, mentions=("acme",), edited_at=at(2))

        assert what("1", polite, named, edited) is What.OPENED

    def test_a_childs_own_name_does_not_make_its_unseen_parent_the_brands(self) -> None:
        thanks = mention("1", "ana", 0, parent_id="x", parent_author_id="acme_anna", text="thanks")

        assert what("1", thanks) is What.OPENED


class TestSisters:
    def test_a_reply_to_a_sister_is_overheard_on_the_brands_ground(self) -> None:
        sister = post("1", "acme_news", 0, surface=COMMENT)
        answer = post("2", "ana", 1, parent_id="1", surface=COMMENT)

        assert what("1", sister, answer) is What.SISTER
        assert what("2", sister, answer) is What.OVERHEARD

    def test_a_sister_is_never_addressed(self) -> None:
        sister = post("1", "acme_news", 0)
        answer = reply("2", 1, "1", mentions=["acme_news", "ana"])

        assert addressed("2", sister, answer) == {"ana": False}


class TestWhatOpens:
    def test_a_reply_to_the_brand_needs_no_name(self) -> None:
        assert what("1", BROADCAST, post("1", "ana", 0, parent_id="0")) is What.OPENED

    @pytest.mark.parametrize("surface", [s for s in Surface if s is not Surface.PUBLIC])
    def test_the_brands_own_ground_needs_no_name(self, surface: Surface) -> None:
        assert what("1", post("1", "ana", 0, surface=surface)) is What.OPENED

    def test_a_reply_to_ones_own_post_is_not_overheard(self) -> None:
        own = post("1", "ana", 0)

        assert what("2", own, mention("2", "ana", 1, parent_id="1")) is What.OPENED

    def test_of_an_unseen_parent_nothing_is_copied(self) -> None:
        stranger = mention("1", "ana", 0, parent_id="x", parent_author_id="bo")

        assert what("1", stranger) is What.OPENED

    def test_a_comment_on_an_unseen_neighbours_is_overheard(self) -> None:
        neighbour = post("1", "ana", 0, surface=COMMENT, parent_id="x", parent_author_id="bo")

        assert what("1", neighbour) is What.OVERHEARD

    def test_a_comment_on_something_unknown_is_a_mention(self) -> None:
        assert what("1", post("1", "ana", 0, surface=COMMENT, parent_id="x")) is What.OPENED

    def test_a_name_that_an_edit_gave_the_parent_later_was_not_copied(self) -> None:
        parent = post("1", "bo", 0)
        edited = mention("1", "bo", 0, edited_at=at(10))
        before = mention("2", "ana", 9, parent_id="1")
        after = mention("3", "cy", 10, parent_id="1")

        became = outcomes(parent, edited, before, after)

        assert became["2"].what is What.OPENED
        assert became["3"].what is What.OVERHEARD

    def test_it_needs_one_name_only_to_have_been_copied(self) -> None:
        account = Account(me=Person("acme", id="7"))
        parent = mention("1", "bo", 0)
        spelled_otherwise = post("2", "ana", 1, parent_id="1", mentions=["7"])

        assert what("2", parent, spelled_otherwise, account=account) is What.OVERHEARD

    def test_each_customer_of_a_conversation_waits_alone(self) -> None:
        ours = [BROADCAST, post("1", "ana", 0, parent_id="0"), post("2", "bo", 1, parent_id="0")]

        assert [(wait.customer, wait.kind) for wait in waits(*ours)] == [
            ("ana", Kind.FIRST),
            ("bo", Kind.FIRST),
        ]

    def test_a_customer_waits_apart_in_each_conversation(self) -> None:
        assert len(waits(mention("1", "ana", 0), mention("2", "ana", 1))) == 2

    def test_an_unseen_root_joins_those_that_name_it(self) -> None:
        one, other = mention("1", "ana", 0, root_id="r"), mention("2", "ana", 1, root_id="r")

        assert the_wait(one, other).nudges == 1

    def test_an_unseen_parent_joins_its_children_to_those_of_that_root(self) -> None:
        one, other = mention("1", "ana", 0, root_id="r"), mention("2", "ana", 1, parent_id="r")

        assert the_wait(one, other).mentions == ("1", "2")

    def test_a_conversation_goes_by_its_earliest_post(self) -> None:
        late, early = mention("1", "ana", 3, root_id="r"), post("9", "bo", 1, root_id="r")

        assert the_wait(late, early).conversation == "9"


class TestIgnored:
    def test_it_is_counted_under_the_rules_name(self) -> None:
        rules = Wording(ignore=(TextRule("bots", author_is_bot=True),))
        bot = mention("1", "ana", 0, author_is_bot=True)

        (folded,) = fold_posts([bot], wording=rules)

        assert folded.outcomes[0].what is What.IGNORED
        assert folded.outcomes[0].post.ignored_by == "bots"

    def test_what_addresses_nobody_is_not_ignored(self) -> None:
        rules = Wording(ignore=(TextRule("bots", author_is_bot=True),))

        assert what("1", post("1", "ana", 0, author_is_bot=True), wording=rules) is What.NO_MENTION

    def test_it_comes_before_overheard(self) -> None:
        rules = Wording(ignore=(TextRule("bots", author_is_bot=True),))
        copied = mention("2", "bo", 1, parent_id="1", author_is_bot=True)

        assert what("2", ASKED, copied, wording=rules) is What.IGNORED

    def test_it_nudges_nothing_and_breaks_no_silence(self) -> None:
        rules = Wording(ignore=(TextRule("spam", author_is_bot=True),))
        ignored = mention("2", "ana", DAY - 1, parent_id="1", author_is_bot=True)
        later = mention("3", "ana", DAY + 1, parent_id="1")

        first, second = waits(ASKED, ignored, later, wording=rules)

        assert (first.nudges, second.opened_by) == (0, "3")

    def test_an_edit_does_not_lift_it(self) -> None:
        rules = Wording(ignore=(TextRule("spam", author_is_bot=True),))
        first = post("1", "ana", 0, surface=COMMENT, author_is_bot=True)
        edited = replace(first, mentions=("acme",), edited_at=at(1))

        assert what("1", first, edited, wording=rules) is What.IGNORED


class TestClosers:
    THANKS = post("3", "ana", 6, parent_id="2", text="thanks")

    def test_it_opens_and_nudges_nothing(self) -> None:
        waiting = post("2", "ana", 1, parent_id="0")
        thanks = post("3", "ana", 2, parent_id="0", text="thanks")

        assert what("3", BROADCAST, waiting, thanks) is What.CLOSER
        assert the_wait(BROADCAST, waiting, thanks).nudges == 0

    def test_one_upon_the_customers_own_closer_is_one_too(self) -> None:
        again = mention("4", "ana", 7, parent_id="3", text="great")

        assert what("4", ASKED, ANSWERED, self.THANKS, again) is What.CLOSER

    def test_one_upon_somebody_elses_closer_is_not(self) -> None:
        neighbour = mention("4", "bo", 7, parent_id="3", text="great")

        assert what("4", ASKED, ANSWERED, self.THANKS, neighbour) is What.OPENED

    def test_one_upon_the_customers_own_question_is_a_mention(self) -> None:
        polite = mention("2", "ana", 1, parent_id="1", text="thanks")

        assert what("2", ASKED, polite) is What.NUDGED

    def test_switched_off_it_is_a_follow_up(self) -> None:
        became = what("3", ASKED, ANSWERED, self.THANKS, wording=Wording(closers=None))

        assert became is What.OPENED

    def test_in_an_inbox_it_follows_the_latest_post_only(self) -> None:
        asked = post("1", "ana", 0, surface=MESSAGE, root_id="r")
        answer = post("2", "acme", 1, surface=MESSAGE, root_id="r")
        again = post("3", "ana", 9, surface=MESSAGE, root_id="r")
        thanks = post("4", "ana", 10, surface=MESSAGE, root_id="r", text="thanks")

        assert what("4", asked, answer, thanks) is What.CLOSER
        assert what("4", asked, answer, again, thanks) is What.NUDGED

    def test_in_an_inbox_a_parent_says_what_it_replies_to(self) -> None:
        asked = post("1", "ana", 0, surface=MESSAGE)
        answer = post("2", "acme", 1, surface=MESSAGE, parent_id="1")
        thanks = post("3", "ana", 9, surface=MESSAGE, parent_id="1", text="thanks")

        assert what("3", asked, answer, thanks) is What.OPENED

    def test_in_an_inbox_it_follows_the_customers_own_closer(self) -> None:
        answer = post("2", "acme", 1, surface=MESSAGE, root_id="r")
        thanks = post("3", "ana", 2, surface=MESSAGE, root_id="r", text="thanks")
        great = post("4", "ana", 3, surface=MESSAGE, root_id="r", text="great")

        assert what("4", answer, thanks, great) is What.CLOSER

    def test_elsewhere_a_post_without_parent_is_a_mention(self) -> None:
        answer = reply("2", 1, None, root_id="r", surface=COMMENT)
        thanks = post("3", "ana", 2, surface=COMMENT, root_id="r", text="thanks")

        assert what("3", answer, thanks) is What.OPENED

    def test_it_comes_before_an_afterthought(self) -> None:
        asked = post("1", "ana", 0, surface=MESSAGE, root_id="r")
        answer = post("2", "acme", 1, surface=MESSAGE, root_id="r")
        thanks = post("3", "ana", 2, surface=MESSAGE, root_id="r", text="thanks")

        assert what("3", asked, answer, thanks) is What.CLOSER


class TestAfterthoughts:
    def test_it_is_a_nudge_of_the_closed_wait(self) -> None:
        second_half = mention("3", "ana", 5.5, parent_id="1")

        wait = the_wait(ASKED, ANSWERED, second_half)

        assert (wait.mentions, wait.answered_by) == (("1", "3"), "2")
        assert wait.last_nudge_at == at(5.5)

    @pytest.mark.parametrize(("minutes", "became"), [(7, What.AFTERTHOUGHT), (7.0001, What.OPENED)])
    def test_the_burst_ends_two_minutes_after_the_answer(
        self, minutes: float, became: What
    ) -> None:
        assert what("3", ASKED, ANSWERED, mention("3", "ana", minutes, parent_id="1")) is became

    def test_a_slow_clock_may_put_it_before_the_answer(self) -> None:
        broadcast, asked = reply("0", 5.5, None), post("1", "ana", 4, parent_id="0")
        answer = reply("2", 5, "1")
        nudge = mention("3", "ana", 4.2, parent_id="1")
        crossed = mention("4", "ana", 4.5, parent_id="3")

        became = outcomes(broadcast, asked, answer, nudge, crossed)

        assert became["3"].what is What.NUDGED
        assert became["4"].what is What.AFTERTHOUGHT

    def test_a_third_part_follows_the_second(self) -> None:
        second = mention("3", "ana", 5.5, parent_id="1")
        third = mention("4", "ana", 6, parent_id="3")

        assert the_wait(ASKED, ANSWERED, second, third).mentions == ("1", "3", "4")

    def test_a_reply_to_the_answer_is_none(self) -> None:
        assert what("3", ASKED, ANSWERED, post("3", "ana", 5.5, parent_id="2")) is What.OPENED

    def test_in_an_inbox_it_follows_the_latest_mention(self) -> None:
        asked = post("1", "ana", 0, surface=MESSAGE, root_id="r")
        answer = post("2", "acme", 1, surface=MESSAGE, root_id="r")
        second = post("3", "ana", 1.5, surface=MESSAGE, root_id="r")
        later = post("4", "ana", 9, surface=MESSAGE, root_id="r")

        became = outcomes(asked, answer, second, later)

        assert became["3"].what is What.AFTERTHOUGHT
        assert became["4"].what is What.OPENED

    def test_in_an_inbox_what_replies_to_the_answer_is_none(self) -> None:
        asked = post("1", "ana", 0, surface=MESSAGE)
        answer = post("2", "acme", 1, surface=MESSAGE, parent_id="1")
        again = post("3", "ana", 1.5, surface=MESSAGE, parent_id="2")

        assert what("3", asked, answer, again) is What.OPENED

    def test_elsewhere_a_post_without_parent_is_a_follow_up(self) -> None:
        answered = replace(ANSWERED, root_id="1")

        assert what("3", ASKED, answered, mention("3", "ana", 5.5, root_id="1")) is What.OPENED

    def test_after_a_dismissal_there_is_none(self) -> None:
        later = mention("3", "ana", 5.5, parent_id="1")

        _, second = waits(ASKED, later, acts=[dismissal(1, "1", 5)])

        assert (second.opened_by, second.kind) == ("3", Kind.FOLLOW_UP)

    def test_one_at_the_end_of_time_ends_nothing(self) -> None:
        ages = 60 * 24 * 365 * 7973.0
        asked, answer = mention("1", "ana", ages), reply("2", ages, "1")
        account = replace(ACCOUNT, burst=ACCOUNT.reopen_after * 10_000)
        late = mention("3", "ana", ages + 1, parent_id="1")

        assert the_wait(asked, answer, late, account=account).answered_by == "2"


class TestSilence:
    def test_nudges_go_to_the_newer_wait(self) -> None:
        newer = mention("2", "ana", DAY + 1, parent_id="1")
        nudge = mention("3", "ana", DAY + 2, parent_id="1")

        assert [wait.mentions for wait in waits(ASKED, newer, nudge)] == [("1",), ("2", "3")]

    def test_both_of_two_open_waits_are_first(self) -> None:
        newer = mention("2", "ana", DAY + 1, parent_id="1")

        assert {wait.kind for wait in waits(ASKED, newer)} == {Kind.FIRST}

    def test_even_an_automated_reply_breaks_it(self) -> None:
        robot = reply("2", 10, "1", author_is_bot=True)
        nudge = mention("3", "ana", DAY + 10, parent_id="1")

        assert the_wait(ASKED, robot, nudge, wording=ROBOT).nudges == 1

    def test_a_closer_breaks_it(self) -> None:
        thanks = post("3", "ana", 10, parent_id="2", text="thanks")
        later = post("4", "ana", DAY + 9, parent_id="2")

        assert waits(ASKED, ANSWERED, thanks, later)[1].kind is Kind.FOLLOW_UP

    def test_a_reply_to_somebody_else_does_not_break_it(self) -> None:
        neighbour = post("2", "bo", 1, parent_id="1")
        answer = reply("3", 10, "2")
        again = mention("4", "ana", DAY + 1, parent_id="1")

        assert len(waits(ASKED, neighbour, answer, again)) == 2

    def test_an_afterthought_breaks_it(self) -> None:
        second_half = mention("3", "ana", 7, parent_id="1")
        later = post("4", "ana", DAY + 6, parent_id="2")

        assert waits(ASKED, ANSWERED, second_half, later)[1].kind is Kind.FOLLOW_UP

    def test_a_post_that_was_overheard_does_not_break_it(self) -> None:
        neighbour = post("3", "bo", 6, parent_id="2", surface=COMMENT)
        overheard = post("4", "ana", 7, parent_id="3", surface=COMMENT)
        later = post("5", "ana", DAY + 6, parent_id="2")

        became = waits(ASKED, ANSWERED, neighbour, overheard, later)

        assert [wait.kind for wait in became if wait.customer == "ana"] == [Kind.FIRST] * 2

    def test_it_is_the_accounts_to_set(self) -> None:
        account = replace(ACCOUNT, reopen_after=ACCOUNT.burst)

        assert len(waits(ASKED, mention("2", "ana", 3, parent_id="1"), account=account)) == 2


class TestWhomAReplyAddresses:
    def test_a_known_parent_says_more_than_the_childs_word_for_it(self) -> None:
        answer = reply("2", 5, "1", parent_author_id="bo")

        assert addressed("2", ASKED, answer) == {"ana": False}

    def test_whom_it_names_though_they_have_not_written(self) -> None:
        answer = reply("2", 5, "1", mentions=["cy"])

        assert addressed("2", ASKED, answer) == {"ana": False, "cy": False}

    def test_with_an_unknown_parent_names_count(self) -> None:
        answer = reply("2", 5, "x", root_id="1", mentions=["ana"])

        assert addressed("2", ASKED, answer) == {"ana": False}

    def test_below_an_unseen_brand_post_names_count(self) -> None:
        answer = reply("2", 5, "x", root_id="1", mentions=["ana"], parent_author_id="acme")

        assert addressed("2", ASKED, answer) == {"ana": False}

    def test_the_parents_author_is_addressed_though_the_name_was_carried(self) -> None:
        selfish = mention("1", "ana", 0, surface=COMMENT)
        named = replace(selfish, mentions=("ana",))

        assert addressed("2", named, reply("2", 5, "1", mentions=["ana"])) == {"ana": False}

    def test_a_name_that_the_parent_carried_is_not(self) -> None:
        asked = replace(ASKED, mentions=("acme", "bo"))

        assert addressed("2", asked, reply("2", 5, "1", mentions=["@Bo"])) == {"ana": False}

    def test_below_an_unseen_customers_post_names_do_not_count(self) -> None:
        answer = reply("2", 5, "x", root_id="1", mentions=["ana"], parent_author_id="bo")

        assert addressed("2", ASKED, answer) == {"bo": False}

    def test_a_name_that_the_parent_gained_later_was_not_copied(self) -> None:
        gained = replace(ASKED, mentions=("acme", "bo"), edited_at=at(6))

        assert addressed("2", ASKED, gained, reply("2", 5, "1", mentions=["bo"])) == {
            "ana": False,
            "bo": False,
        }

    def test_a_name_edited_into_the_brands_own_post_is_carried_by_nobody(self) -> None:
        first = reply("1", 0, None)
        edited = replace(first, mentions=("bo",), edited_at=at(1))
        second = reply("2", 5, "1", mentions=["bo"])

        became = outcomes(first, edited, second)

        assert became["1"].addressed == {}
        assert became["2"].addressed == {"bo": False}

    def test_what_an_agent_said_as_outsider_is_not_inherited(self) -> None:
        private = post("1", "acme_anna", 0, mentions=["ana"])

        assert addressed("2", private, reply("2", 1, "1")) == {}

    def test_the_only_writer_is_guessed_though_nobody_waits(self) -> None:
        chat = post("1", "ana", 0, root_id="r")

        assert addressed("2", chat, reply("2", 5, "x", root_id="r")) == {"ana": True}

    def test_else_the_only_one_who_waits_is_guessed(self) -> None:
        silent, asked = post("1", "bo", 0, root_id="r"), mention("2", "ana", 1, root_id="r")

        assert addressed("3", silent, asked, reply("3", 5, None, root_id="r")) == {"ana": True}

    def test_who_was_answered_no_longer_waits(self) -> None:
        other = mention("3", "bo", 6, root_id="1")
        answer = reply("4", 9, None, root_id="1")

        assert addressed("4", ASKED, ANSWERED, other, answer) == {"bo": True}

    def test_who_has_another_open_wait_still_waits(self) -> None:
        silent = post("0", "bo", 0, root_id="1")
        newer = mention("2", "ana", DAY + 1, parent_id="1")
        answer = reply("3", DAY + 9, None, root_id="1")

        first, second = waits(silent, ASKED, newer, answer, acts=[dismissal(1, "2", DAY + 2)])

        assert (first.answered_by, second.status) == ("3", Status.DISMISSED)

    def test_those_who_write_later_are_not_guessed(self) -> None:
        asked, late = mention("1", "ana", 0, root_id="r"), mention("3", "bo", 9, root_id="r")

        assert addressed("2", asked, reply("2", 5, None, root_id="r"), late) == {"ana": True}

    def test_who_inherits_a_guess_guesses(self) -> None:
        asked = mention("1", "ana", 0, root_id="r")
        guess = reply("2", 1, "x", root_id="r", text="x", author_is_bot=True)
        second = reply("3", 2, "2")

        wait = the_wait(asked, guess, second, wording=ROBOT)

        assert (wait.answered_by, wait.attribution) == ("3", Attribution.GUESSED)

    def test_who_is_told_as_well_is_not_guessed(self) -> None:
        asked = mention("1", "ana", 0, root_id="r")
        guess = reply("2", 1, "x", root_id="r")
        second = reply("3", 2, "2", mentions=["ana"])

        assert addressed("3", asked, guess, second) == {"ana": False}

    def test_a_known_parent_stops_a_guess(self) -> None:
        asked = mention("1", "ana", 0, root_id="0")
        answer = reply("2", 5, "0")

        became = outcomes(BROADCAST, asked, answer)

        assert became["2"].what is What.SPEECH
        assert became["2"].addressed == {}

    def test_nobody_to_guess_is_counted(self) -> None:
        one, other = mention("1", "ana", 0, root_id="r"), mention("2", "bo", 1, root_id="r")

        assert what("3", one, other, reply("3", 5, None, root_id="r")) is What.UNATTRIBUTED

    def test_a_reply_to_something_unseen_is_counted_though_it_begins(self) -> None:
        assert what("1", reply("1", 0, "x")) is What.UNATTRIBUTED

    def test_what_begins_the_conversation_is_not_counted(self) -> None:
        first = reply("1", 0, None, root_id="r")
        second = reply("2", 1, None, root_id="r")

        became = outcomes(first, second)

        assert became["1"].what is What.SPEECH
        assert became["2"].what is What.UNATTRIBUTED

    def test_a_name_stops_a_guess(self) -> None:
        asked = mention("1", "ana", 0, root_id="r")

        assert addressed("2", asked, reply("2", 5, None, root_id="r", mentions=["bo"])) == {
            "bo": False
        }

    def test_in_an_inbox_the_name_of_somebody_else_does_not(self) -> None:
        asked = post("1", "ana", 0, root_id="r", surface=MESSAGE)
        answer = reply("2", 5, None, root_id="r", surface=MESSAGE, mentions=["bo"])

        assert addressed("2", asked, answer) == {"ana": True, "bo": False}

    def test_in_an_inbox_the_name_of_a_writer_does(self) -> None:
        asked = post("1", "ana", 0, root_id="r", surface=MESSAGE)
        other = post("2", "bo", 1, root_id="r", surface=MESSAGE)
        answer = reply("3", 5, None, root_id="r", surface=MESSAGE, mentions=["bo"])

        assert addressed("3", asked, other, answer) == {"bo": False}

    def test_in_an_inbox_the_author_of_an_unseen_message_stops_it(self) -> None:
        asked = post("1", "ana", 0, root_id="r", surface=MESSAGE)
        answer = reply("2", 5, "x", root_id="r", surface=MESSAGE, parent_author_id="bo")

        assert addressed("2", asked, answer) == {"bo": False}


class TestReplies:
    def test_an_answer_at_the_very_instant_has_length_0_and_is_not_skewed(self) -> None:
        wait = the_wait(ASKED, reply("2", 0, "1"))

        assert (wait.answered_at, wait.skewed) == (at(0), False)

    def test_an_early_automated_reply_does_not_lie_before_the_opening(self) -> None:
        robot = reply("2", -1, "1", author_is_bot=True)

        assert the_wait(ASKED, robot, wording=ROBOT).auto_replied_at == at(0)

    def test_a_deflection_closes_and_is_told_apart(self) -> None:
        answer = reply("2", 5, "1", text="https://acme.example/help")

        wait = the_wait(ASKED, answer)

        assert (wait.status, wait.reply_class) == (Status.ANSWERED, ReplyClass.DEFLECTION)

    def test_a_wait_opened_by_an_edit_is_answered_after_the_edit(self) -> None:
        first = post("1", "ana", 0)
        edited = replace(first, mentions=("acme",), edited_at=at(10))

        wait = the_wait(first, edited, reply("2", 12, "1"))

        assert (wait.opened_at, wait.answered_at) == (at(10), at(12))

    def test_an_automated_reply_does_not_stop_an_edit_from_opening(self) -> None:
        first = post("1", "ana", 0)
        edited = replace(first, mentions=("acme",), edited_at=at(10))
        robot = reply("2", 5, "1", author_is_bot=True)

        assert the_wait(first, edited, robot, wording=ROBOT).opened_at == at(10)

    def test_an_answer_before_the_post_does_not_stop_an_edit_from_opening(self) -> None:
        chat = post("1", "ana", 0)
        first = post("3", "ana", 6, parent_id="1")
        edited = replace(first, mentions=("acme",), edited_at=at(10))

        assert the_wait(chat, reply("2", 5, "1"), first, edited).opened_by == "3"

    def test_an_edit_on_a_post_already_answered_opens_nothing(self) -> None:
        first = post("1", "ana", 0)
        edited = replace(first, mentions=("acme",), edited_at=at(10))

        assert waits(first, reply("2", 5, "1"), edited) == []

    def test_a_name_edited_into_a_mention_changes_nothing(self) -> None:
        first = post("1", "ana", 0, surface=COMMENT)
        edited = replace(first, mentions=("acme",), edited_at=at(10))

        wait = the_wait(first, edited)

        assert (wait.opened_at, wait.nudges) == (at(0), 0)

    def test_a_name_edited_into_a_closer_changes_nothing(self) -> None:
        thanks = post("3", "ana", 6, parent_id="2", text="thanks")
        edited = replace(thanks, mentions=("acme",), edited_at=at(10))

        assert outcomes(ASKED, ANSWERED, thanks, edited)["3"].counts_at == at(6)

    def test_an_edit_by_a_slow_clock_counts_once_its_post_is_taken(self) -> None:
        brand, chat = reply("0", 8, None), post("1", "bo", 9, parent_id="0")
        slow = post("2", "ana", 1, parent_id="1")
        edited = replace(slow, mentions=("acme",), edited_at=at(2))

        became = outcomes(brand, chat, slow, edited)

        assert (became["2"].taken_at, became["2"].counts_at) == (at(8), at(2))

    def test_an_edit_may_nudge(self) -> None:
        first = post("2", "ana", 1, parent_id="1")
        edited = replace(first, mentions=("acme",), edited_at=at(10))

        wait = the_wait(ASKED, first, edited)

        assert (wait.mentions, wait.last_nudge_at) == (("1", "2"), at(10))

    def test_a_name_edited_into_an_overheard_post_opens(self) -> None:
        neighbour = post("2", "bo", 1, parent_id="1", surface=COMMENT)
        edited = replace(neighbour, mentions=("acme",), edited_at=at(10))
        asked = post("1", "ana", 0, surface=COMMENT)

        became = outcomes(asked, neighbour, edited)

        assert became["2"].what is What.OPENED
        assert became["2"].counts_at == at(10)

    def test_a_copied_name_edited_in_is_still_overheard(self) -> None:
        first = post("2", "bo", 1, parent_id="1")
        edited = replace(first, mentions=("acme",), edited_at=at(10))

        assert what("2", ASKED, first, edited) is What.OVERHEARD

    def test_an_edit_dated_before_the_post_counts_from_the_post(self) -> None:
        first = post("1", "ana", 0)
        edited = replace(first, mentions=("acme",), edited_at=at(-5))

        assert the_wait(first, edited).opened_at == at(0)


class TestDeletion:
    def test_the_link_goes_to_the_earliest_mention_that_stands(self) -> None:
        gone = replace(ASKED, deleted_at=at(3))
        nudges = [mention("2", "ana", 1, parent_id="1"), mention("3", "ana", 2, parent_id="1")]

        assert the_wait(gone, *nudges).link == "2"

    def test_with_every_mention_deleted_the_link_is_the_opener(self) -> None:
        assert the_wait(replace(ASKED, deleted_at=at(3))).link == "1"

    def test_a_nudge_deleted_leaves_the_wait(self) -> None:
        nudge = mention("2", "ana", 1, parent_id="1", deleted_at=at(3))

        wait = the_wait(ASKED, nudge)

        assert (wait.status, wait.nudges, wait.link) == (Status.OPEN, 1, "1")

    def test_with_both_deleted_it_ends_at_the_later(self) -> None:
        nudge = mention("2", "ana", 1, parent_id="1", deleted_at=at(3))

        wait = the_wait(replace(ASKED, deleted_at=at(8)), nudge)

        assert (wait.status, wait.ended_at) == (Status.DELETED, at(8))

    def test_what_is_removed_by_the_brand_keeps_it_open_though_the_rest_is_deleted(self) -> None:
        nudge = mention("2", "ana", 1, parent_id="1", deleted_at=at(3))
        removed = replace(ASKED, deleted_at=at(2), deleted_by=DeletedBy.BRAND)

        assert the_wait(removed, nudge).status is Status.OPEN

    def test_deleted_after_the_answer_it_stays_answered(self) -> None:
        wait = the_wait(replace(ASKED, deleted_at=at(6)), ANSWERED)

        assert (wait.status, wait.ended_at) == (Status.ANSWERED, None)

    def test_a_reply_after_the_deletion_answers_nothing(self) -> None:
        wait = the_wait(replace(ASKED, deleted_at=at(4)), ANSWERED)

        assert (wait.status, wait.answered_by) == (Status.DELETED, None)

    def test_the_brands_reply_deleted_later_is_marked(self) -> None:
        wait = the_wait(ASKED, replace(ANSWERED, deleted_at=at(9)))

        assert (wait.status, wait.reply_deleted) == (Status.ANSWERED, True)

    def test_a_deletion_noted_before_the_post_ends_at_the_opening(self) -> None:
        wait = the_wait(replace(ASKED, deleted_at=at(-5)))

        assert (wait.status, wait.ended_at) == (Status.DELETED, at(0))

    def test_of_a_post_by_a_fast_clock_it_does_not_lie_before_the_opening(self) -> None:
        fast = replace(ASKED, created_at=at(50), deleted_at=at(6))
        robot = reply("2", 5, "1", author_is_bot=True)

        assert the_wait(fast, robot, wording=ROBOT).ended_at == at(50)

    def test_after_an_answered_wait_the_rewritten_one_is_a_follow_up(self) -> None:
        asked_again = post("3", "ana", 10, parent_id="2", deleted_at=at(11))
        rewritten = post("4", "ana", 12, parent_id="2")

        kinds = [wait.kind for wait in waits(ASKED, ANSWERED, asked_again, rewritten)]

        assert kinds == [Kind.FIRST, Kind.FOLLOW_UP, Kind.FOLLOW_UP]

    def test_a_post_known_only_as_deleted_still_waited(self) -> None:
        wait = the_wait(mention("1", "ana", 0, deleted_at=at(4)))

        assert (wait.opened_at, wait.ended_at) == (at(0), at(4))

    def test_a_mention_made_by_an_edit_is_deleted_at_the_edit_at_the_earliest(self) -> None:
        nudge = post("2", "ana", 1, parent_id="1")
        edited = replace(nudge, mentions=("acme",), edited_at=at(10), deleted_at=None)
        gone = replace(nudge, deleted_at=at(4))

        wait = the_wait(replace(ASKED, deleted_at=at(11)), nudge, edited, gone)

        assert (wait.mentions, wait.ended_at) == (("1", "2"), at(11))


class TestActs:
    def test_a_dismissal_ends_the_wait_with_its_reason(self) -> None:
        wait = the_wait(ASKED, acts=[dismissal(1, "1", 3)])

        assert (wait.status, wait.ended_at) == (Status.DISMISSED, at(3))
        assert wait.dismissal is Dismissal.SPAM

    def test_a_reply_after_it_answers_nothing(self) -> None:
        assert the_wait(ASKED, ANSWERED, acts=[dismissal(1, "1", 4)]).answered_by is None

    def test_a_reply_at_its_instant_has_answered(self) -> None:
        wait = the_wait(ASKED, ANSWERED, acts=[dismissal(1, "1", 5)])

        assert (wait.status, wait.ended_at) == (Status.ANSWERED, None)

    def test_a_reply_learnt_late_had_answered_before_it(self) -> None:
        assert the_wait(ASKED, ANSWERED, acts=[dismissal(1, "1", 8)]).status is Status.ANSWERED

    def test_a_deletion_at_its_instant_comes_first(self) -> None:
        gone = replace(ASKED, deleted_at=at(3))

        assert the_wait(gone, acts=[dismissal(1, "1", 3)]).status is Status.DELETED

    def test_an_act_upon_a_nudge_is_upon_its_wait(self) -> None:
        nudge = mention("2", "ana", 1, parent_id="1")

        assert the_wait(ASKED, nudge, acts=[dismissal(1, "2", 3)]).status is Status.DISMISSED

    def test_an_act_upon_an_opener_holds_once_that_is_a_nudge(self) -> None:
        nudge = mention("2", "ana", 2, root_id="r")
        acts = [dismissal(1, "2", 3)]

        assert the_wait(nudge, acts=acts).opened_by == "2"
        merged = the_wait(mention("1", "ana", 0, root_id="r"), nudge, acts=acts)
        assert (merged.opened_by, merged.status) == ("1", Status.DISMISSED)

    def test_an_act_before_its_post_by_a_fast_clock_ends_at_the_opening(self) -> None:
        assert the_wait(ASKED, acts=[dismissal(1, "1", -3)]).ended_at == at(0)

    def test_what_follows_a_dismissed_wait_is_a_follow_up(self) -> None:
        later = mention("2", "ana", 4, parent_id="1")

        kinds = [wait.kind for wait in waits(ASKED, later, acts=[dismissal(1, "1", 3)])]

        assert kinds == [Kind.FIRST, Kind.FOLLOW_UP]

    def test_one_dismissal_ends_one_of_two_open_waits(self) -> None:
        newer = mention("2", "ana", DAY + 1, parent_id="1")

        first, second = waits(ASKED, newer, acts=[dismissal(1, "2", DAY + 2)])

        assert (first.status, second.status) == (Status.OPEN, Status.DISMISSED)

    def test_an_act_upon_what_is_no_mention_does_nothing(self) -> None:
        chat = post("2", "ana", 1, parent_id="1")

        assert the_wait(ASKED, chat, acts=[dismissal(1, "2", 3)]).status is Status.OPEN

    def test_an_act_upon_a_post_unknown_does_nothing(self) -> None:
        assert the_wait(ASKED, acts=[dismissal(1, "99", 3)]).status is Status.OPEN

    def test_of_two_dismissals_at_once_the_first_number_counts(self) -> None:
        first = dismissal(1, "1", 3)
        second = replace(first, number=2, reason=Dismissal.ELSEWHERE)

        for acts in ([first, second], [second, first]):
            assert the_wait(ASKED, acts=acts).dismissal is Dismissal.SPAM

    def test_an_acknowledgement_does_not_stop_the_clock(self) -> None:
        wait = the_wait(ASKED, acts=[Act(1, "1", Deed.ACK, at(1), "kim")])

        assert (wait.status, wait.acked_by, wait.acked_at) == (Status.OPEN, "kim", at(1))

    def test_it_stays_on_record_when_the_wait_is_dismissed(self) -> None:
        acts = [Act(1, "1", Deed.ACK, at(1), "kim"), dismissal(2, "1", 3)]

        assert the_wait(ASKED, acts=acts).acked_by == "kim"

    def test_a_release_gives_it_back(self) -> None:
        nudge = mention("2", "ana", 1, parent_id="1")
        acts = [Act(2, "2", Deed.RELEASE, at(2), "kim"), Act(1, "1", Deed.ACK, at(2), "kim")]

        assert the_wait(ASKED, nudge, acts=acts).acked_by is None

    def test_an_acknowledgement_after_a_release_holds(self) -> None:
        acts = [Act(1, "1", Deed.RELEASE, at(1)), Act(2, "1", Deed.ACK, at(2), "lou")]

        assert the_wait(ASKED, acts=acts).acked_by == "lou"


class TestFolding:
    def test_no_posts_have_no_waits(self) -> None:
        assert fold([], [], ACCOUNT) == []

    def test_the_outcomes_are_in_the_order_of_the_clock(self) -> None:
        (folded,) = fold_posts([ANSWERED, BROADCAST, replace(ASKED, parent_id="0")])

        assert [one.post_id for one in folded.outcomes] == ["0", "1", "2"]

    def test_a_conversation_folds_alone_as_among_others(self) -> None:
        ours = known([ASKED, ANSWERED])
        others = known([mention("8", "bo", 0)])

        assert fold_conversation(ours, {}, ACCOUNT) in fold([*others, *ours], [], ACCOUNT)
