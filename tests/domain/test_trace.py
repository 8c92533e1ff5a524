"""What a care team is told about a post or a wait."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given

from monitor.domain.outcome import Folded
from monitor.domain.post import DeletedBy, Post, Surface
from monitor.domain.target import Verdict
from monitor.domain.trace import Due, Step, explain_post, explain_wait
from monitor.domain.wait import Act, Deed
from monitor.domain.words import TextRule, Wording
from tests.building import ACCOUNT, at, dismissal, fold_posts, mention, post, reply
from tests.domain.worlds import World, worlds

DAY = 24 * 60
ASKED = mention("1", "ana", 0)
ANSWERED = reply("2", 5, "1")
RULES = Wording(
    ignore=(TextRule("bots", author="robot"),), automated=(TextRule("0", author_is_bot=True),)
)


def folded(*posts: Post, acts: tuple[Act, ...] = ()) -> Folded:
    (only,) = fold_posts(posts, acts, wording=RULES)
    return only


def half(start: datetime, end: datetime) -> timedelta:
    return (end - start) / 2


def told(name: str, *posts: Post) -> list[tuple[str, str]]:
    """What a post's explanation says, and by which rules."""
    return said(explain_post(folded(*posts), name, ACCOUNT))


def story(*posts: Post, acts: tuple[Act, ...] = (), dues: tuple[Due, ...] = ()) -> list[Step]:
    """Of the wait that post 1 opened."""
    return explain_wait(folded(*posts, acts=acts), "1", ACCOUNT, dues, half)


def said(steps: list[Step]) -> list[tuple[str, str]]:
    return [(step.sentence, step.rule) for step in steps]


class TestWaits:
    def test_the_whole_story_of_an_answered_wait(self) -> None:
        nudge = mention("3", "ana", 2, parent_id="1")

        steps = story(ASKED, nudge, ANSWERED, dues=(("airline-6m", at(6), Verdict.MET),))

        assert list(map(str, steps)) == [
            "2026-03-02 10:00:00 ana names the account: a mention (rule 3a)",
            "2026-03-02 10:00:00 ana opens a wait of kind first, as it is the customer's first in"
            " this conversation (rule 3, kind)",
            "2026-03-02 10:02:00 ana names the account: a mention (rule 3a)",
            "2026-03-02 10:02:00 ana does not restart the clock: a nudge of the wait that post 1"
            " opened (rule 3, nudge)",
            "2026-03-02 10:05:00 acme answers ana's post and closes the wait after 5m by the wall,"
            " 2m30s in business time (rule 4)",
            "2026-03-02 10:06:00 due under airline-6m at 10:06:00: met, as 10:05:00 is not after"
            " it (rule 7)",
        ]

    def test_each_step_names_its_post_and_instant(self) -> None:
        *_, answer = story(ASKED, ANSWERED)

        assert (answer.at, answer.post_id) == (at(5), "2")

    def test_an_automated_reply_is_told_once_and_closes_nothing(self) -> None:
        robots = [reply(name, 1, "1", author_is_bot=True) for name in "78"]

        automated = [step for step in story(ASKED, *robots) if step.rule == "4, automated"]

        assert said(automated) == [
            ("acme writes by a machine: the wait stays open", "4, automated")
        ]

    def test_an_automated_reply_to_somebody_else_is_not_told(self) -> None:
        other = post("0", "bo", 0, root_id="1")
        robots = [reply(name, 1, of, author_is_bot=True) for name, of in (("7", "0"), ("8", "1"))]

        automated = [step for step in story(other, ASKED, *robots) if step.rule == "4, automated"]

        assert [step.post_id for step in automated] == ["8"]

    def test_a_deflection_is_counted_apart(self) -> None:
        link = reply("2", 5, "1", text="https://acme.example")

        assert story(ASKED, link)[-1].rule == "4, deflection"

    def test_a_skewed_reply_shows_its_own_time(self) -> None:
        steps = story(ASKED, reply("2", -1, "1"))

        assert (
            "the reply is stamped 09:59:00, before the question: the wait has length 0",
            "4, skewed",
        ) in said(steps)

    def test_a_clock_that_errs_shows_where_its_post_counts(self) -> None:
        assert (
            "for order alone the post counts as of 09:59:00, since clocks may err",
            "2, order",
        ) in said(story(ASKED, reply("2", -1, "1")))

    def test_a_deleted_reply_is_marked(self) -> None:
        last = story(ASKED, replace(ANSWERED, deleted_at=at(9)))[-1]

        assert (last.at, last.rule) == (at(9), "5, reply deleted")

    def test_deletions_and_the_end_that_they_bring(self) -> None:
        nudge = mention("3", "ana", 2, parent_id="1", deleted_at=at(4))

        ends = said(story(replace(ASKED, deleted_at=at(8)), nudge))[-3:]

        assert ends == [
            ("post 3 is deleted by its author", "5, deletion"),
            (
                "all its mentions are deleted: it ends after 8m by the wall, 4m in business time",
                "5, deletion",
            ),
            ("post 1 is deleted by its author", "5, deletion"),
        ]

    def test_what_the_brand_removes(self) -> None:
        removed = replace(ASKED, deleted_at=at(3), deleted_by=DeletedBy.BRAND)

        assert said(story(removed))[-1] == (
            "post 1 is removed by the brand, which ends no wait",
            "5, deletion",
        )

    def test_what_people_did(self) -> None:
        acts = (Act(1, "1", Deed.ACK, at(1), "kim"), dismissal(2, "1", 4))

        assert said(story(ASKED, acts=acts))[-2:] == [
            ("kim takes it on: reminders stop, not the clock", "5, acknowledged"),
            (
                "a person dismisses it (spam) after 4m by the wall, 2m in business time",
                "5, dismissed",
            ),
        ]

    def test_a_post_that_opened_nothing_has_no_story(self) -> None:
        with pytest.raises(LookupError, match="post 2 opened no wait; ask about the post instead"):
            explain_wait(folded(ASKED, ANSWERED), "2", ACCOUNT, [], half)


class TestVerdicts:
    @pytest.mark.parametrize(
        ("posts", "verdict", "reason"),
        [
            ((ASKED, ANSWERED), Verdict.MET, "10:05:00 is not after it"),
            ((ASKED, reply("2", 7, "1")), Verdict.BREACHED, "10:07:00 is after it"),
            (
                (ASKED, reply("2", DAY, "1")),
                Verdict.BREACHED,
                "2026-03-03 10:00:00 is after it",
            ),
            (
                (ASKED,),
                Verdict.BREACHED,
                "all up to then has been read, and no answer came",
            ),
            (
                (replace(ASKED, deleted_at=at(6)),),
                Verdict.EXCLUDED,
                "10:06:00 is not after it",
            ),
            (
                (ASKED,),
                Verdict.UNCONFIRMED,
                "it is past, and not all up to then has been read",
            ),
            ((ASKED,), Verdict.PENDING, "it is not past"),
        ],
    )
    def test_a_verdict_tells_its_reason(
        self, posts: tuple[Post, ...], verdict: Verdict, reason: str
    ) -> None:
        last = story(*posts, dues=(("t", at(6), verdict),))[-1]

        assert last.sentence == f"due under t at 10:06:00: {verdict}, as {reason}"
        assert (last.at, last.rule) == (at(6), "7")


class TestMentions:
    def test_a_reply_to_the_brand(self) -> None:
        asked = post("1", "ana", 0, parent_id="0")

        assert told("1", reply("0", -9, None), asked)[0] == (
            "ana answers a post of the brand: a mention",
            "3b",
        )

    def test_the_brands_own_ground(self) -> None:
        assert told("1", post("1", "ana", 0, surface=Surface.REVIEW))[0] == (
            "ana writes on the brand's own ground (review): a mention",
            "3c",
        )

    def test_a_name_added_by_an_edit(self) -> None:
        first = post("1", "ana", 0)
        edited = replace(first, mentions=("acme",), edited_at=at(9))

        steps = explain_post(folded(first, edited), "1", ACCOUNT)

        assert (steps[0].at, steps[0].rule) == (at(9), "2, versions; 3a")

    @pytest.mark.parametrize(
        ("posts", "kind", "reason"),
        [
            (
                [ASKED, ANSWERED, post("3", "ana", 9, parent_id="2")],
                "follow_up",
                "an earlier wait of the customer here has ended",
            ),
            (
                [ASKED, mention("3", "ana", DAY + 1, parent_id="1")],
                "first",
                "it follows a silence of 1d1m",
            ),
            (
                [replace(ASKED, deleted_at=at(1)), mention("3", "ana", 2, parent_id="1")],
                "first",
                "all earlier ones were deleted",
            ),
        ],
    )
    def test_why_a_later_wait_is_of_its_kind(
        self, posts: list[Post], kind: str, reason: str
    ) -> None:
        assert (f"ana opens a wait of kind {kind}, as {reason}", "3, kind") in told("3", *posts)

    def test_an_afterthought(self) -> None:
        crossed = mention("3", "ana", 6, parent_id="1")

        assert (
            "ana had crossed the answer: a nudge of the closed wait that post 1 opened",
            "3, afterthought",
        ) in told("3", ASKED, ANSWERED, crossed)

    def test_a_nudge_tells_the_story_of_its_wait(self) -> None:
        ours = folded(ASKED, mention("3", "ana", 2, parent_id="1"))

        assert explain_post(ours, "3", ACCOUNT) == explain_post(ours, "1", ACCOUNT)


class TestOtherPosts:
    @pytest.mark.parametrize(
        ("posts", "sentence", "rule"),
        [
            (
                [post("9", "bo", 1)],
                "bo does not speak to the brand",
                "3",
            ),
            (
                [ASKED, mention("9", "bo", 1, parent_id="1")],
                "bo answers somebody else's post and names the account only by the name which"
                " that carried: overheard",
                "3, overheard",
            ),
            (
                [ASKED, post("9", "bo", 1, parent_id="1", surface=Surface.COMMENT)],
                "bo answers somebody else's post and does not name the account: overheard",
                "3, overheard",
            ),
            (
                [ASKED, ANSWERED, post("9", "ana", 9, parent_id="2", text="thanks")],
                "ana only closes the talk: it opens and nudges nothing",
                "3, closer",
            ),
            (
                [mention("9", "robot", 1)],
                "robot is left out by the ignore rule bots",
                "3, ignore",
            ),
            (
                [
                    post("9", "ana", 0),
                    reply("2", 1, "9"),
                    mention("9", "ana", 0, edited_at=at(5)),
                ],
                "ana names the account by an edit, but a reply had spoken to them before",
                "2, versions",
            ),
            ([reply("9", 0, None)], "acme speaks to nobody in particular", "4"),
            (
                [reply("9", 0, "x")],
                "acme answers nobody that can be told, nor guessed: counted",
                "4, guess",
            ),
            (
                [post("9", "acme_anna", 0)],
                "acme_anna is an agent, but where the brand has no part: it does nothing",
                "2, who",
            ),
            (
                [post("9", "acme_news", 0)],
                "acme_news speaks for another account of the brand: it does nothing",
                "1, sister",
            ),
        ],
    )
    def test_what_opens_nothing_says_why(self, posts: list[Post], sentence: str, rule: str) -> None:
        assert told("9", *posts) == [(sentence, rule)]

    @pytest.mark.parametrize(
        ("answer", "sentence", "rule"),
        [
            (reply("9", 9, "1"), "acme answers ana's post", "4"),
            (reply("9", 9, "2"), "acme goes on from post 2, which spoke to ana", "4"),
            (
                reply("9", 9, "x", root_id="1"),
                "acme answers ana by a guess, there being nobody else to answer",
                "4, guess",
            ),
            (
                reply("9", 9, "x", root_id="1", parent_author_id="ana"),
                "acme answers ana's post",
                "4",
            ),
            (reply("9", 9, None, root_id="1", mentions=["@ana"]), "acme names ana", "4"),
            (reply("9", 9, "2", mentions=["cy"]), "acme names cy", "4"),
        ],
    )
    def test_a_reply_says_how_it_reaches_whom(self, answer: Post, sentence: str, rule: str) -> None:
        assert (sentence, rule) in told("9", ASKED, ANSWERED, answer)

    def test_who_is_named_after_a_guess_is_told_by_name(self) -> None:
        guess = reply("3", 9, "x", root_id="1")
        second = reply("9", 10, "3", mentions=["ana"])

        assert told("9", ASKED, guess, second)[0] == ("acme names ana", "4")

    def test_a_reply_tells_the_waits_that_it_closed(self) -> None:
        assert told("2", ASKED, ANSWERED)[-1] == (
            "acme answers ana's post and closes the wait after 5m by the wall",
            "4",
        )

    def test_a_post_of_another_conversation_is_refused(self) -> None:
        with pytest.raises(LookupError, match="post 9 is not known in this conversation"):
            told("9", ASKED)


@given(worlds)
def test_whatever_happened_can_be_told(world: World) -> None:
    for conversation in world.folded():
        for one in conversation.outcomes:
            assert explain_post(conversation, one.post_id, world.account)
        for wait in conversation.waits:
            steps = explain_wait(conversation, wait.opened_by, world.account, [], half)
            assert {step.post_id for step in steps} >= {*wait.mentions}
            assert [step.at for step in steps] == sorted(step.at for step in steps)
