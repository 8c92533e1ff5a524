"""Why a post did or did not open a wait, and what became of it, in words a care team can follow.

Sentences name people by handle and posts by id; they never repeat what somebody wrote. `rule` is
the section of the rules of the clock on which a step rests, with the word it uses there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from monitor.domain.account import Account, Cast
from monitor.domain.duration import written
from monitor.domain.outcome import Folded, Outcome, What
from monitor.domain.post import DeletedBy, ReplyClass
from monitor.domain.reply import Voice
from monitor.domain.target import Verdict
from monitor.domain.wait import Kind, Status, Wait

Due = tuple[str, datetime, Verdict]
"""A target's name, the instant at which the wait has used it up, and the verdict."""

Business = Callable[[datetime, datetime], timedelta]
"""The business time between two instants: `Calendar.between` of the account's calendar."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened, and the rule that made it count as it does."""

    at: datetime
    sentence: str
    rule: str
    post_id: str | None = None

    def __str__(self) -> str:
        return f"{_dated(self.at)} {self.sentence} (rule {self.rule})"


def explain_post(
    folded: Folded,
    post_id: str,
    account: Account,
    dues: Mapping[str, Iterable[Due]] | None = None,
    business: Business | None = None,
) -> list[Step]:
    """What became of a post, and the story of each wait that it is part of or has answered, with
    each target's verdict where `dues` (by opener) has it.

    Raises LookupError if it is not a post of this conversation.
    """
    teller = _Teller(folded, account, business)
    outcome = teller.found(post_id)
    steps = [] if outcome.what.is_mention else list(teller.outcome(outcome))
    for wait in folded.waits:
        if post_id in (*wait.mentions, wait.answered_by):
            steps += teller.story(wait)
            steps += [_judged(wait, due) for due in (dues or {}).get(wait.opened_by, ())]
    return steps


def explain_wait(
    folded: Folded, opener: str, account: Account, dues: Iterable[Due], business: Business
) -> list[Step]:
    """The story of the wait that a post has opened, and each target's verdict.

    Raises LookupError if that post opened none.
    """
    wait = next((one for one in folded.waits if one.opened_by == opener), None)
    if wait is None:
        raise LookupError(f"post {opener} opened no wait; ask about the post instead")
    story = _Teller(folded, account, business).story(wait)
    return [*story, *(_judged(wait, due) for due in dues)]


class _Teller:
    """Tells of one conversation."""

    def __init__(self, folded: Folded, account: Account, business: Business | None) -> None:
        self._folded, self._account, self._business = folded, account, business
        self._cast = Cast(account, [one.post for one in folded.outcomes])
        self._outcomes = {one.post_id: one for one in folded.outcomes}
        self._handles = {one.post.author_id: one.post.author_handle for one in folded.outcomes}

    def found(self, post_id: str) -> Outcome:
        try:
            return self._outcomes[post_id]
        except KeyError:
            raise LookupError(f"post {post_id} is not known in this conversation") from None

    # One post.

    def outcome(self, outcome: Outcome) -> Iterator[Step]:
        for sentence, rule in self._became(outcome):
            yield Step(outcome.counts_at, f"{self._who(outcome)} {sentence}", rule, outcome.post_id)
        if outcome.taken_at != outcome.post.created_at:
            place = _shown(outcome.taken_at, outcome.counts_at)
            sentence = f"for order alone the post counts as of {place}, since clocks may err"
            yield Step(outcome.counts_at, sentence, "2, order", outcome.post_id)

    def _became(self, outcome: Outcome) -> Iterator[tuple[str, str]]:
        what = outcome.what
        if what.is_mention:
            yield self._addresses(outcome)
        if what is What.OPENED:
            yield from self._opening(outcome)
        elif what is What.REPLY:
            yield from self._reaching(outcome)
        elif what is What.IGNORED:
            yield f"is left out by the ignore rule {outcome.post.ignored_by}", "3, ignore"
        elif what in (What.NO_MENTION, What.OVERHEARD) and self._came_too_late(outcome):
            yield (
                "names the account by an edit, but a reply had spoken to them before",
                "2, versions",
            )
        elif what is What.OVERHEARD:
            yield f"answers somebody else's post and {_copied(outcome)}: overheard", "3, overheard"
        elif what in (What.NUDGED, What.AFTERTHOUGHT):
            sentence, rule = _PLAIN[what]
            yield f"{sentence} that post {outcome.wait} opened", rule
        else:
            yield _PLAIN[what]

    def _addresses(self, outcome: Outcome) -> tuple[str, str]:
        """By which of its three ways a post addresses the brand."""
        if outcome.named and outcome.counts_at != outcome.post.created_at:
            return "names the account by an edit: a mention from then on", "2, versions; 3a"
        if outcome.named:
            return "names the account: a mention", "3a"
        if outcome.voice is Voice.BRAND:
            return "answers a post of the brand: a mention", "3b"
        return f"writes on the brand's own ground ({outcome.post.surface}): a mention", "3c"

    def _opening(self, outcome: Outcome) -> Iterator[tuple[str, str]]:
        wait = next(one for one in self._folded.waits if one.opened_by == outcome.post_id)
        yield f"opens a wait of kind {wait.kind}, as {self._kind(wait, outcome)}", "3, kind"

    def _kind(self, wait: Wait, outcome: Outcome) -> str:
        earlier = self._folded.waits[: list(self._folded.waits).index(wait)]
        if wait.kind is Kind.FOLLOW_UP:
            return "an earlier wait of the customer here has ended"
        if all(one.customer != wait.customer for one in earlier):
            return "it is the customer's first in this conversation"
        if outcome.silence is not None and outcome.silence > self._account.reopen_after:
            return f"it follows a silence of {written(outcome.silence)}"
        return "all earlier ones were deleted"

    def _reaching(self, outcome: Outcome) -> Iterator[tuple[str, str]]:
        for key, guessed in outcome.addressed.items():
            yield self._reached(outcome, key, guessed=guessed)
        if outcome.post.reply_class is ReplyClass.AUTOMATED:
            yield "writes by a machine, which closes no wait", "4, automated"

    def _reached(self, outcome: Outcome, key: str, *, guessed: bool) -> tuple[str, str]:
        """In which of its ways a brand post addresses a customer."""
        who, parent_id = self._handles.get(key, key), outcome.post.parent_id
        parent = self._outcomes.get(parent_id) if parent_id else None
        if outcome.voice is not Voice.NOBODY and key == self._parents_author(outcome):
            return f"answers {who}'s post", "4"
        if parent and outcome.voice is Voice.BRAND and parent.addressed.get(key) is guessed:
            return f"goes on from post {parent_id}, which spoke to {who}", "4"
        if guessed:
            return f"answers {who} by a guess, there being nobody else to answer", "4, guess"
        return f"names {who}", "4"

    def _parents_author(self, outcome: Outcome) -> str | None:
        parent = self._outcomes.get(outcome.post.parent_id or "")
        if parent:
            return parent.post.author_id
        author = outcome.post.parent_author_id
        return self._cast.key(author) if author else None

    def _came_too_late(self, outcome: Outcome) -> bool:
        return not outcome.named and any(map(self._cast.names_account, outcome.post.names))

    def _who(self, outcome: Outcome) -> str:
        return outcome.post.author_handle

    # One wait.

    def story(self, wait: Wait) -> list[Step]:
        """All that happened to a wait, by the instants at which it counts."""
        steps = [step for name in wait.mentions for step in self.outcome(self.found(name))]
        steps += self._automated(wait)
        steps += self._acknowledged(wait)
        steps += self._end(wait)
        steps += (step for name in wait.mentions for step in self._deleted(self.found(name)))
        return sorted(steps, key=lambda step: step.at)

    def _automated(self, wait: Wait) -> Iterator[Step]:
        for one in self._folded.outcomes:
            is_automated = one.post.reply_class is ReplyClass.AUTOMATED
            at = max(one.post.created_at, wait.opened_at)
            if is_automated and wait.customer in one.addressed and at == wait.auto_replied_at:
                sentence = f"{self._who(one)} writes by a machine: the wait stays open"
                yield Step(at, sentence, "4, automated", one.post_id)
                return

    def _acknowledged(self, wait: Wait) -> Iterator[Step]:
        if wait.acked_at:
            sentence = f"{wait.acked_by or 'somebody'} takes it on: reminders stop, not the clock"
            yield Step(wait.acked_at, sentence, "5, acknowledged", None)

    def _end(self, wait: Wait) -> Iterator[Step]:
        if wait.answered_by and wait.answered_at:
            yield from self._answered(self.found(wait.answered_by), wait, wait.answered_at)
        elif wait.ended_at and wait.status is Status.DISMISSED:
            sentence = f"a person dismisses it ({wait.dismissal}) {self._length(wait)}"
            yield Step(wait.ended_at, sentence, "5, dismissed", None)
        elif wait.ended_at:
            sentence = f"all its mentions are deleted: it ends {self._length(wait)}"
            yield Step(wait.ended_at, sentence, "5, deletion", None)

    def _answered(self, reply: Outcome, wait: Wait, at: datetime) -> Iterator[Step]:
        guessed = reply.addressed[wait.customer]
        sentence, rule = self._reached(reply, wait.customer, guessed=guessed)
        closes = f"{self._who(reply)} {sentence} and closes the wait {self._length(wait)}"
        yield Step(at, closes, rule, reply.post_id)
        if wait.reply_class is ReplyClass.DEFLECTION:
            sentence = "the reply sends the customer elsewhere: counted apart"
            yield Step(at, sentence, "4, deflection", reply.post_id)
        if wait.skewed:
            own = _shown(reply.post.created_at, at)
            sentence = f"the reply is stamped {own}, before the question: the wait has length 0"
            yield Step(at, sentence, "4, skewed", reply.post_id)
        if reply.post.deletion:
            sentence = "the reply is deleted: the wait stays answered"
            yield Step(reply.post.deletion.at, sentence, "5, reply deleted", reply.post_id)

    def _length(self, wait: Wait) -> str:
        end = wait.end or wait.opened_at
        length = f"after {written(end - wait.opened_at)} by the wall"
        if self._business is None:
            return length
        return f"{length}, {written(self._business(wait.opened_at, end))} in business time"

    def _deleted(self, mention: Outcome) -> Iterator[Step]:
        deletion = mention.post.deletion
        if deletion is None:
            return
        sentence = f"post {mention.post_id} is deleted by its author"
        if deletion.by is DeletedBy.BRAND:
            sentence = f"post {mention.post_id} is removed by the brand, which ends no wait"
        yield Step(deletion.at, sentence, "5, deletion", mention.post_id)


_PLAIN = {
    What.NUDGED: ("does not restart the clock: a nudge of the wait", "3, nudge"),
    What.AFTERTHOUGHT: ("had crossed the answer: a nudge of the closed wait", "3, afterthought"),
    What.CLOSER: ("only closes the talk: it opens and nudges nothing", "3, closer"),
    What.NO_MENTION: ("does not speak to the brand", "3"),
    What.UNATTRIBUTED: ("answers nobody that can be told, nor guessed: counted", "4, guess"),
    What.SPEECH: ("speaks to nobody in particular", "4"),
    What.OUTSIDER: ("is an agent, but where the brand has no part: it does nothing", "2, who"),
    What.SISTER: ("speaks for another account of the brand: it does nothing", "1, sister"),
}


def _copied(outcome: Outcome) -> str:
    if outcome.named:
        return "names the account only by the name which that carried"
    return "does not name the account"


def _judged(wait: Wait, due: Due) -> Step:
    name, due_at, verdict = due
    judged = f"{verdict}, as {_why(wait, due_at, verdict)}"
    sentence = f"due under {name} at {_shown(due_at, wait.opened_at)}: {judged}"
    return Step(due_at, sentence, "7", None)


def _why(wait: Wait, due_at: datetime, verdict: Verdict) -> str:
    end = _shown(wait.end, due_at) if wait.end else "none"
    if verdict in (Verdict.MET, Verdict.EXCLUDED):
        return f"{end} is not after it"
    if verdict is Verdict.UNCONFIRMED:
        return "it is past, and not all up to then has been read"
    if verdict is Verdict.PENDING:
        return "it is not past"
    return f"{end} is after it" if wait.end else "all up to then has been read, and no answer came"


def _shown(at: datetime, beside: datetime) -> str:
    """The time in UTC, with its date where that differs from the instant it stands beside."""
    at = at.astimezone(UTC)
    if at.date() == beside.astimezone(UTC).date():
        return at.time().isoformat()
    return _dated(at)


def _dated(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
