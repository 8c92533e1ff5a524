"""All that is known of a conversation in which somebody waits, read once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from monitor.cycle.desk import Watch, account_of
from monitor.domain.account import Account
from monitor.domain.calendar import ALWAYS, Calendar
from monitor.domain.outcome import Folded, Outcome
from monitor.domain.post import Post
from monitor.domain.statistics import Span
from monitor.domain.target import Verdict, judge
from monitor.domain.trace import Step, explain_post, explain_wait
from monitor.domain.wait import Act, Wait
from monitor.report.explaining import conversation_of
from monitor.store import accounts, history, posts, telling, waits
from monitor.store.telling import Told
from monitor.store.waits import StoredDue, StoredWait

MOST_POSTS = 300
"""Of a conversation, the newest."""


@dataclass(frozen=True, slots=True)
class Promise:
    """What a wait owes under one target. `took` runs in the target's calendar, to the end of the
    wait or until now; `warned_at` has the share of the promise that is used up by then."""

    name: str
    within: timedelta
    calendar: Calendar
    due_at: datetime
    verdict: Verdict
    late_detected: bool
    took: timedelta
    warned_at: Sequence[tuple[float, datetime]]

    @property
    def keeps_hours(self) -> bool:
        return self.calendar is not ALWAYS


@dataclass(frozen=True, slots=True)
class Chapter:
    """One wait of the conversation."""

    number: int
    wait: Wait
    promises: Sequence[Promise]
    told: Sequence[Told]
    steps: Sequence[Step]

    @property
    def end(self) -> datetime | None:
        return self.wait.end


@dataclass(frozen=True, slots=True)
class Story:
    """The conversation of the `asked` wait, as far as its customer and the brand have part in it.
    `left_out` posts are of others, or too long ago; `notes` are by the number of the act."""

    watch: Watch
    asked: int
    waits: Sequence[Chapter]
    outcomes: Sequence[Outcome]
    left_out: int
    posts: Mapping[str, Post]
    acts: Sequence[Act]
    notes: Mapping[int, str]
    read: Sequence[Span]
    why: Mapping[str, Sequence[Step]]
    now: datetime

    @property
    def customer(self) -> Post | None:
        """The post by which the customer is known best: the newest."""
        mine = self.waits[-1].wait.customer
        written = [self.posts.get(one.post_id) for one in self.outcomes]
        return next((one for one in reversed(written) if one and one.author_id == mine), None)

    @property
    def begun_at(self) -> datetime:
        return self.waits[0].wait.opened_at

    @property
    def until(self) -> datetime:
        """When the last wait ended, or now."""
        return max(one.end or self.now for one in self.waits)

    @property
    def gaps(self) -> list[tuple[datetime, datetime | None]]:
        """From when to when nothing was read while somebody waited; None: not yet."""
        ends = zip(self.read, self.read[1:], strict=False)
        found: list[tuple[datetime, datetime | None]] = [
            (before.end, after.start)
            for before, after in ends
            if after.start > self.begun_at and before.end < self.until
        ]
        watermark = self.read[-1].end if self.read else None
        if watermark and self.watch.is_blind(watermark, self.now) and self.until > watermark:
            found.append((max(watermark, self.begun_at), None))
        return found

    @property
    def handle(self) -> str:
        return self.waits[-1].wait.customer_handle


def story(tx: sa.Connection, watch: Watch, stored: StoredWait, now: datetime) -> Story:
    """Raises LookupError where the conversation is not kept any more."""
    row = accounts.one(tx, watch.name)
    account = account_of(watch.settings, row.ids)
    folded = conversation_of(tx, row.id, account, stored.opened_by)
    customer = stored.columns["customer"]
    mine = [one for one in folded.waits if one.customer == customer]
    heard = [one for one in folded.outcomes if _concerns(one, customer)][-MOST_POSTS:]
    numbers = _numbers(tx, row.id, stored.opened_by)
    watermark = accounts.watermark(tx, row.id)
    dues = waits.dues_of(tx, numbers.values())
    names = {one.id: (one.name, one.within) for one in history.targets(tx).values()}
    chapters = []
    for wait in mine:
        number = numbers.get(wait.opened_by)
        if number is None:
            continue
        promises = [
            _promise(watch, names[due.target_id], due, wait, watermark, now)
            for due in sorted(dues.get(number, ()), key=lambda one: one.due_at)
        ]
        owed = [(one.name, one.due_at, one.verdict) for one in promises]
        between = watch.settings.calendar.between
        steps = explain_wait(folded, wait.opened_by, account, owed, between)
        chapters.append(Chapter(number, wait, promises, telling.told(tx, number), steps))
    if not chapters:
        raise LookupError(f"wait {stored.number} stands in no conversation any more")
    found = posts.find(tx, row.id, [one.post_id for one in heard])
    conversations = set(posts.conversations_of(tx, row.id, [stored.opened_by]).values())
    acts = waits.acts_in(tx, row.id, conversations)
    return Story(
        watch=watch,
        asked=stored.number,
        waits=chapters,
        outcomes=heard,
        left_out=len(folded.outcomes) - len(heard),
        posts={name: one.versions.first for name, one in found.items()},
        acts=acts,
        notes=waits.notes_of(tx, acts),
        read=accounts.covered(tx, row.id),
        why=_why(folded, heard, chapters, account),
        now=now,
    )


def _concerns(outcome: Outcome, customer: str) -> bool:
    return outcome.post.author_id == customer or customer in outcome.addressed


def _numbers(tx: sa.Connection, account_id: int, opener: str) -> dict[str, int]:
    """Of the waits of a conversation, by opener."""
    conversations = set(posts.conversations_of(tx, account_id, [opener]).values())
    stored = waits.in_conversations(tx, account_id, conversations)
    return {one.opened_by: one.number for one in stored if not one.status.is_gone}


def _promise(
    watch: Watch,
    known: tuple[str, timedelta],
    due: StoredDue,
    wait: Wait,
    watermark: datetime | None,
    now: datetime,
) -> Promise:
    name, within = known
    target = watch.targets.get(due.target_id)
    calendar = target.calendar if target else ALWAYS
    steps = target.warn_at if target else ()
    instants = target.warnings(wait.opened_at) if target else []
    return Promise(
        name=name,
        within=target.within if target else within,
        calendar=calendar,
        due_at=due.due_at,
        verdict=judge(due.due_at, wait.answered_at, wait.ended_at, watermark, now),
        late_detected=due.late_detected,
        took=calendar.between(wait.opened_at, wait.end or now),
        warned_at=[(step / within, at) for step, at in zip(steps, instants, strict=True)],
    )


def _why(
    folded: Folded, heard: Sequence[Outcome], chapters: Iterable[Chapter], account: Account
) -> dict[str, list[Step]]:
    """Of each post, the steps that it made."""
    found: dict[str, list[Step]] = {}
    for step in (step for one in chapters for step in one.steps):
        if step.post_id and step not in found.setdefault(step.post_id, []):
            found[step.post_id].append(step)
    if len(folded.outcomes) <= MOST_POSTS:
        for outcome in heard:
            if outcome.post_id not in found:
                found[outcome.post_id] = explain_post(folded, outcome.post_id, account)
    return found
