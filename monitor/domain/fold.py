"""fold(posts in all their known versions, acts, settings) -> waits. Pure: no clock, no text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum

from monitor.domain.account import Account, Cast, Role
from monitor.domain.conversation import PlaceInOrder, Thread, conversations, thread
from monitor.domain.outcome import Folded, Outcome, What
from monitor.domain.post import DeletedBy, KnownPost, ReplyClass, Surface
from monitor.domain.reply import Addressed, Parent, Voice, addressed, carried
from monitor.domain.wait import Act, Attribution, Deed, Kind, Status, Wait


def fold(posts: Iterable[KnownPost], acts: Sequence[Act], account: Account) -> list[Folded]:
    """The waits of all the conversations that these posts form. Each post is given once."""
    deeds: defaultdict[str, list[Act]] = defaultdict(list)
    for act in sorted(acts, key=_in_turn):
        deeds[act.post_id].append(act)
    return [fold_conversation(joined, deeds, account) for joined in conversations(posts)]


def fold_conversation(
    posts: Collection[KnownPost], acts: Mapping[str, Sequence[Act]], account: Account
) -> Folded:
    """The waits of one conversation; `acts` by post id, in turn."""
    cast = Cast(account, posts)
    walk = _Walk(thread(posts, cast), acts, account, cast)
    return walk.folded()


class _Step(IntEnum):
    POST = 0
    EDIT = 1
    DELETION = 2
    DISMISSAL = 3


class _Phase(IntEnum):
    """At one instant, all posts come before what ends a wait."""

    POSTS = 0
    DELETIONS = 1
    DISMISSALS = 2


_Event = tuple[datetime, _Phase, PlaceInOrder, _Step, int, int]
"""When, then what breaks ties; the post's index, and of a dismissal the act's."""


@dataclass(slots=True, eq=False)
class _Open:
    """A wait in the making; `mentions` are indices of posts, `standing` how many of them stand."""

    customer: str
    kind: Kind
    opened_at: datetime
    mentions: list[int] = field(default_factory=list)
    standing: int = 0
    status: Status = Status.OPEN
    auto_replied_at: datetime | None = None
    answered_by: int | None = None
    answered_at: datetime | None = None
    attribution: Attribution = Attribution.TOLD
    skewed: bool = False
    ended_at: datetime | None = None
    dismissed_by: Act | None = None


@dataclass(slots=True, eq=False)
class _Customer:
    """What is known of one customer at a point of the walk."""

    open: list[_Open] = field(default_factory=list)
    was_served: bool = False
    """Whether a wait ended otherwise than by deletion."""
    last_contact: datetime | None = None
    last_mention: int | None = None
    answered_at_step: int = -1

    def touch(self, at: datetime) -> None:
        self.last_contact = max(at, self.last_contact or at)


class _Walk:
    """Takes the posts of a conversation in their order, once."""

    def __init__(
        self,
        joined: Thread,
        acts: Mapping[str, Sequence[Act]],
        account: Account,
        cast: Cast,
    ) -> None:
        self._posts, self._joined, self._cast, self._account = joined.posts, joined, cast, account
        self._acts = acts
        self._named_since = [self._name_counts_since(post) for post in joined.posts]
        self._customers: defaultdict[str, _Customer] = defaultdict(_Customer)
        self._writers: dict[str, None] = {}
        self._waits: list[_Open] = []
        self._waiting: set[str] = set()
        self._wait_of: dict[int, _Open] = {}
        self._addressed: dict[int, Addressed] = {}
        self._outcomes: dict[int, Outcome] = {}
        self._steps: dict[int, int] = {}
        self._is_our_ground = False
        self._latest: int | None = None

    def folded(self) -> Folded:
        events = sorted(self._events())
        for number, (when, _, _, step, i, act) in enumerate(events):
            if step is _Step.POST:
                self._steps[i] = number
                self._take(i)
            elif step is _Step.EDIT:
                self._edit(i)
            elif step is _Step.DELETION:
                self._delete(i, when)
            else:
                self._dismiss(i, self._acts[self._posts[i].id][act])
        first = self._posts[next(iter(self._outcomes))].id
        return Folded([self._wait(wait, first) for wait in self._waits], [*self._outcomes.values()])

    # What happens, and when.

    def _events(self) -> Iterator[_Event]:
        for i, post in enumerate(self._posts):
            place = self._joined.order[i]
            yield place[0], _Phase.POSTS, place, _Step.POST, i, 0
            if self._cast.role(post.author_id) is not Role.CUSTOMER:
                continue
            since = place[0]
            named_since = self._named_since[i]
            if named_since and named_since != post.created_at:
                since = max(named_since, since)
                yield since, _Phase.POSTS, (since, *place[1:]), _Step.EDIT, i, 0
            if post.deletion and post.deletion.by is DeletedBy.AUTHOR:
                at = max(post.deletion.at, since)
                yield at, _Phase.DELETIONS, place, _Step.DELETION, i, 0
            for number, act in enumerate(self._acts.get(post.id, ())):
                if act.deed is Deed.DISMISS:
                    at = max(act.at, since)
                    yield at, _Phase.DISMISSALS, place, _Step.DISMISSAL, i, number

    def _name_counts_since(self, post: KnownPost) -> datetime | None:
        """Since when a post names the account: from its own time on, or from an edit's."""
        earliest: datetime | None = None
        for name, since in post.names.items():
            if self._cast.names_account(name):
                at = max(since, post.created_at) if since else post.created_at
                earliest = min(earliest, at) if earliest else at
        return earliest

    def _take(self, i: int) -> None:
        post = self._posts[i]
        role = self._cast.role(post.author_id)
        if role is Role.CUSTOMER:
            named = self._named_since[i] == post.created_at
            self._hear(i, post.created_at, named=named)
            self._writers[post.author_id] = None
        elif role is Role.SISTER:
            self._settle(i, What.SISTER)
        elif role is Role.AGENT and not (post.surface.is_own_ground or self._is_our_ground):
            self._settle(i, What.OUTSIDER)
        else:
            self._reply(i, speaks_for_itself=role is Role.ACCOUNT)
        self._latest = i

    def _edit(self, i: int) -> None:
        """The account's name came by an edit: a mention from then on, unless already answered."""
        self._is_our_ground = True
        since = self._named_since[i]
        is_silent = self._outcomes[i].what in (What.NO_MENTION, What.OVERHEARD)
        was_answered = self._customers[self._posts[i].author_id].answered_at_step > self._steps[i]
        if since and is_silent and not was_answered:
            self._hear(i, since, named=True)

    # What opens a wait.

    def _hear(self, i: int, at: datetime, *, named: bool) -> None:
        parent = self._parent(i)
        self._is_our_ground |= named
        what, wait = self._judged(i, at, parent, named=named)
        customer = self._customers[self._posts[i].author_id]
        silence = at - customer.last_contact if customer.last_contact else None
        if what is What.AFTERTHOUGHT and wait:
            self._join(i, wait)
        elif what is What.OPENED:
            what, wait = self._open_or_nudge(i, at, customer, silence)
        if what.is_mention:
            self._is_our_ground = True
            customer.last_mention = i
        if what.is_mention or what is What.CLOSER:
            customer.touch(at)
        opener = self._posts[wait.mentions[0]].id if wait else None
        place, post = self._joined.order[i], self._posts[i]
        self._outcomes[i] = Outcome(post, what, place[0], at, parent.voice, opener, named, silence)

    def _judged(
        self, i: int, at: datetime, parent: Parent, *, named: bool
    ) -> tuple[What, _Open | None]:
        """Whether a customer's post is a mention, or which exception holds (rule 3)."""
        post = self._posts[i]
        if not (named or parent.voice is Voice.BRAND or post.surface.is_own_ground):
            return What.NO_MENTION, None
        if post.ignored_by is not None:
            return What.IGNORED, None
        if parent.voice is Voice.OTHER and not (named and self._names_freely(parent, at)):
            return What.OVERHEARD, None
        if post.closer and self._follows_an_end(i, parent):
            return What.CLOSER, None
        answered = self._just_answered(i, at, parent)
        if answered:
            return What.AFTERTHOUGHT, answered
        return What.OPENED, None

    def _names_freely(self, parent: Parent, at: datetime) -> bool:
        """Whether the account is named beyond the names that the parent carried."""
        return not any(map(self._cast.is_account, carried(parent, at, self._cast)))

    def _follows_an_end(self, i: int, parent: Parent) -> bool:
        """Whether a closer replies to a brand post, or to the customer's own closer."""
        above = self._joined.parents[i]
        if parent.voice is Voice.NOBODY and self._posts[i].surface is Surface.MESSAGE:
            above = self._latest
            if above is not None and above in self._addressed:
                return True
        if parent.voice is Voice.BRAND:
            return True
        outcome = self._outcomes.get(above) if above is not None else None
        return (
            above is not None
            and outcome is not None
            and outcome.what is What.CLOSER
            and self._posts[above].author_id == self._posts[i].author_id
        )

    def _just_answered(self, i: int, at: datetime, parent: Parent) -> _Open | None:
        """The wait that a post comes too late to be part of, as it crossed the answer."""
        above = self._joined.parents[i] if parent.voice is Voice.OWN else None
        if parent.voice is Voice.NOBODY and self._posts[i].surface is Surface.MESSAGE:
            above = self._customers[self._posts[i].author_id].last_mention
        wait = self._wait_of.get(above) if above is not None else None
        if wait and wait.answered_at and at - wait.answered_at <= self._account.burst:
            return wait
        return None

    def _open_or_nudge(
        self, i: int, at: datetime, customer: _Customer, silence: timedelta | None
    ) -> tuple[What, _Open]:
        was_silent = silence is not None and silence > self._account.reopen_after
        if customer.open and not was_silent:
            newest = customer.open[-1]
            self._join(i, newest)
            return What.NUDGED, newest
        kind = Kind.FOLLOW_UP if customer.was_served and not was_silent else Kind.FIRST
        wait = _Open(self._posts[i].author_id, kind, at)
        customer.open.append(wait)
        self._waits.append(wait)
        self._waiting.add(wait.customer)
        self._join(i, wait)
        return What.OPENED, wait

    def _join(self, i: int, wait: _Open) -> None:
        wait.mentions.append(i)
        wait.standing += 1
        self._wait_of[i] = wait

    # What closes a wait.

    def _reply(self, i: int, *, speaks_for_itself: bool) -> None:
        post, parent, above = self._posts[i], self._parent(i), self._joined.parents[i]
        inherited = self._addressed.get(above, {}) if above is not None else {}
        found = addressed(post, parent, inherited, self._cast, self._writers, self._waiting)
        self._addressed[i] = found
        self._is_our_ground |= speaks_for_itself
        for key, guessed in found.items():
            self._answer(i, key, guessed=guessed)
        begins = parent.voice is Voice.NOBODY and self._latest is None
        if found:
            what = What.REPLY
        elif parent.post is not None or begins:
            what = What.SPEECH
        else:
            what = What.UNATTRIBUTED
        self._settle(i, what, parent.voice, found)

    def _answer(self, i: int, key: str, *, guessed: bool) -> None:
        post, customer = self._posts[i], self._customers[key]
        customer.touch(post.created_at)
        is_automated = post.reply_class is ReplyClass.AUTOMATED
        if not is_automated:
            customer.answered_at_step = self._steps[i]
        for wait in list(customer.open):
            at = max(post.created_at, wait.opened_at)
            if is_automated:
                wait.auto_replied_at = wait.auto_replied_at or at
                continue
            wait.answered_by, wait.answered_at, wait.skewed = i, at, at != post.created_at
            wait.attribution = Attribution.GUESSED if guessed else Attribution.TOLD
            self._close(wait, Status.ANSWERED)

    def _delete(self, i: int, at: datetime) -> None:
        wait = self._wait_of.get(i)
        if wait is None:
            return
        wait.standing -= 1
        if not wait.standing and wait.status is Status.OPEN:
            wait.ended_at = max(at, wait.opened_at)
            self._close(wait, Status.DELETED)

    def _dismiss(self, i: int, act: Act) -> None:
        wait = self._wait_of.get(i)
        if wait and wait.status is Status.OPEN:
            wait.dismissed_by, wait.ended_at = act, max(act.at, wait.opened_at)
            self._close(wait, Status.DISMISSED)

    def _close(self, wait: _Open, status: Status) -> None:
        customer = self._customers[wait.customer]
        wait.status = status
        customer.open.remove(wait)
        customer.was_served |= status is not Status.DELETED
        if not customer.open:
            self._waiting.discard(wait.customer)

    # What is known around a post.

    def _parent(self, i: int) -> Parent:
        post, above = self._posts[i], self._joined.parents[i]
        if not self._joined.has_parent[i]:
            return Parent(Voice.NOBODY)
        if above is not None:
            author = self._posts[above].author_id
            return Parent(self._voice(i, author, above), self._posts[above], author)
        if post.parent_author_id:
            author = self._cast.key(post.parent_author_id)
            before = self._outcomes.get(i)
            return Parent(before.voice if before else self._voice(i, author, None), None, author)
        return Parent(Voice.UNKNOWN)

    def _voice(self, i: int, author: str, above: int | None) -> Voice:
        """Of a parent; an agent's unseen one is judged at its child's place."""
        role = self._cast.role(author)
        if role is Role.AGENT:
            here = self._posts[i].surface.is_own_ground or self._is_our_ground
            is_brand = here if above is None else above in self._addressed
            return Voice.BRAND if is_brand else Voice.OTHER
        if role is Role.ACCOUNT:
            return Voice.BRAND
        return Voice.OWN if author == self._posts[i].author_id else Voice.OTHER

    def _settle(
        self,
        i: int,
        what: What,
        voice: Voice = Voice.NOBODY,
        addressed: Addressed | None = None,
    ) -> None:
        """Of a post that is no customer's."""
        post, place = self._posts[i], self._joined.order[i]
        self._outcomes[i] = Outcome(
            post, what, place[0], post.created_at, voice, addressed=addressed or {}
        )

    # What comes out.

    def _wait(self, wait: _Open, conversation: str) -> Wait:
        opener = self._posts[wait.mentions[0]]
        mentions = [self._posts[i] for i in wait.mentions]
        link = next((post for post in mentions if post.deletion is None), opener)
        reply = self._posts[wait.answered_by] if wait.answered_by is not None else None
        last = self._outcomes[wait.mentions[-1]]
        ack = self._ack(wait)
        return Wait(
            conversation=conversation,
            customer=wait.customer,
            customer_handle=opener.author_handle,
            kind=wait.kind,
            opened_by=opener.id,
            opened_at=wait.opened_at,
            mentions=tuple(post.id for post in mentions),
            status=wait.status,
            auto_replied_at=wait.auto_replied_at,
            answered_by=reply.id if reply else None,
            answered_at=wait.answered_at,
            reply_class=reply.reply_class if reply else None,
            reply_deleted=bool(reply and reply.deletion),
            attribution=wait.attribution,
            skewed=wait.skewed,
            ended_at=wait.ended_at,
            dismissal=wait.dismissed_by.reason if wait.dismissed_by else None,
            link=link.id,
            last_nudge_at=last.counts_at if len(mentions) > 1 else None,
            acked_by=ack.by if ack else None,
            acked_at=ack.at if ack else None,
        )

    def _ack(self, wait: _Open) -> Act | None:
        """The last word about whose the wait is; None where nobody has it."""
        deeds = (act for i in wait.mentions for act in self._acts.get(self._posts[i].id, ()))
        words = [act for act in deeds if act.deed is not Deed.DISMISS]
        last = max(words, key=_in_turn, default=None)
        return last if last and last.deed is Deed.ACK else None


def _in_turn(act: Act) -> tuple[datetime, int]:
    return act.at, act.number
