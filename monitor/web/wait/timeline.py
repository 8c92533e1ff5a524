"""What happened in a conversation, in order, by both clocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.domain.calendar import ALWAYS
from monitor.domain.outcome import Outcome, What
from monitor.domain.post import Post, ReplyClass
from monitor.domain.target import Verdict
from monitor.domain.wait import Act, Deed
from monitor.report.cleaning import web_address
from monitor.store.telling import Hearing
from monitor.web.wait.story import Chapter, Promise, Story
from monitor.web.wallboard.row import LONGEST_NAME, line
from monitor.web.wording import dismissed, holder, lasted, length

LONGEST_TEXT = 2_000

MOST_DESK_HOURS = 40
"""Openings and closings of the desk that are listed; beyond, they say nothing any more."""


@dataclass(frozen=True, slots=True)
class Event:
    """`mark` is the sign that stands for it; `rail` tells what runs from here on: `run` both
    clocks, `stop` the calendar's alone, `none` neither, `future` what is to come."""

    at: datetime
    mark: str
    title: str
    why: str = ""
    text: str | None = None
    lang: str | None = None
    link: str | None = None
    told: Sequence[Hearing] = ()
    calendar: timedelta | None = None
    business: timedelta | None = None
    stands: bool = False
    rail: str = "none"


def timeline(story: Story) -> list[Event]:
    events = [
        *_posts(story),
        *_acts(story),
        *_ends(story),
        *(event for one in story.waits for event in _promised(one)),
        *_desk(story),
        *_blind(story),
    ]
    if any(one.end is None for one in story.waits):
        events.append(Event(story.now, "now", "Now"))
    return [_clocked(story, event) for event in sorted(events, key=_order)]


def _order(event: Event) -> tuple[datetime, bool]:
    return event.at, event.mark != "customer"


def _clocked(story: Story, event: Event) -> Event:
    """With what both clocks show."""
    at, desk = event.at, story.watch.settings.calendar
    running = _running(story, at)
    calendar = business = None
    if running:
        calendar = at - running.wait.opened_at
        business = desk.between(running.wait.opened_at, at)
    is_open = desk.is_open(at)
    return replace(
        event,
        calendar=calendar,
        business=business,
        stands=running is not None and not is_open,
        rail=_rail(story, running, at, is_open=is_open),
    )


def _running(story: Story, at: datetime) -> Chapter | None:
    """The wait that was open then, or ended at that instant; the newest."""
    for one in reversed(story.waits):
        if one.wait.opened_at <= at and (one.end is None or at <= one.end):
            return one
    return None


def _rail(story: Story, running: Chapter | None, at: datetime, *, is_open: bool) -> str:
    if at >= story.now:
        return "future"
    if running is None or running.end == at:
        return "none"
    return "run" if is_open else "stop"


# What people wrote.


def _posts(story: Story) -> Iterator[Event]:
    asked = 0
    for outcome in story.outcomes:
        asked += outcome.what is What.OPENED
        post = story.posts.get(outcome.post_id)
        if post:
            yield _post(story, outcome, post, is_again=asked > 1)


def _post(story: Story, outcome: Outcome, post: Post, *, is_again: bool) -> Event:
    mark, verb = _deed(story, outcome, is_again=is_again)
    text = None if post.text is None else post.text.strip()[:LONGEST_TEXT]
    return Event(
        at=outcome.counts_at,
        mark=mark,
        title=f"{name_of(post)} {verb}",
        why=_because(story, outcome),
        text=text,
        lang=post.lang,
        link=web_address(post.url),
    )


def name_of(post: Post) -> str:
    return line(post.author_name or post.author_handle, LONGEST_NAME)


def _deed(story: Story, outcome: Outcome, *, is_again: bool) -> tuple[str, str]:
    """The sign of a post, and what its author did with it."""
    answered = {one.wait.answered_by for one in story.waits}
    match outcome.what:
        case What.OPENED:
            return "customer", "asked again" if is_again else "asked"
        case What.NUDGED:
            return "customer", "nudged"
        case What.CLOSER:
            return "closer", "closed the talk"
        case What.REPLY if outcome.post.reply_class is ReplyClass.AUTOMATED:
            return "automatic", "replied automatically"
        case What.REPLY if outcome.post_id in answered:
            return "brand", "answered"
        case What.REPLY:
            return "brand", "replied"
        case What.UNATTRIBUTED | What.SPEECH | What.OUTSIDER | What.SISTER:
            return "brand", "wrote"
        case _:
            return "closer", "wrote"


def _because(story: Story, outcome: Outcome) -> str:
    """The steps of its trace, without the name that the title has."""
    handle = outcome.post.author_handle
    sentences = [
        step.sentence.removeprefix(f"{handle} ") for step in story.why.get(outcome.post_id, ())
    ]
    said = "; ".join(sentences)
    return f"{said[:1].upper()}{said[1:]}." if said else ""


# What people did about it.


def _acts(story: Story) -> Iterator[Event]:
    mentions = {name for one in story.waits for name in one.wait.mentions}
    for act in story.acts:
        if act.post_id in mentions:
            yield _act(act, story.notes.get(act.number))


def _act(act: Act, note: str | None) -> Event:
    by = holder(line(act.by, LONGEST_NAME))
    match act.deed:
        case Deed.ACK:
            return Event(act.at, "person", f"{by} took it", "Reminders stop. The clocks run on.")
        case Deed.RELEASE:
            return Event(act.at, "person", f"{by} released it", "Nobody has it now.")
        case _:
            why = f"No reply needed: {dismissed(act.reason)}." if act.reason else ""
            return Event(act.at, "person", f"{by} dismissed it", why, note)


def _ends(story: Story) -> Iterator[Event]:
    for place, one in enumerate(story.waits, 1):
        if one.wait.ended_at and not one.wait.dismissal:
            why = f"Wait {place} ends."
            yield Event(one.wait.ended_at, "closer", "All of it was deleted", why)


# What was promised.


def _promised(one: Chapter) -> Iterator[Event]:
    for promise in one.promises:
        for share, at in promise.warned_at:
            if one.end is None or at < one.end:
                told = _told(one, "warning", promise, at)
                yield Event(at, "warned", _used(share, promise), told=told)
        if one.end is None or promise.due_at < one.end:
            yield _due(one, promise)


def _used(share: float, promise: Promise) -> str:
    used = "Half" if share == 0.5 else f"{100 * share:.0f} %"
    hours = " of the desk’s hours" if promise.keeps_hours else ""
    return f"{used} of the {length(promise.within)}{hours} used ({promise.name})"


def _due(one: Chapter, promise: Promise) -> Event:
    told = _told(one, "breach", promise, promise.due_at)
    due = f"Due under {promise.name}"
    match promise.verdict:
        case Verdict.BREACHED:
            why = "Learnt after the monitor had been blind." if promise.late_detected else ""
            return Event(promise.due_at, "overdue", f"{due}. No answer: breached", why, told=told)
        case Verdict.UNCONFIRMED:
            why = "Not all up to then has been read: it may have been answered."
            return Event(promise.due_at, "unconfirmed", f"{due}: unconfirmed", why)
        case _:
            return Event(promise.due_at, "pending", due)


def _told(one: Chapter, kind: str, promise: Promise, at: datetime) -> Sequence[Hearing]:
    """Who was told of it, or is to be."""
    for fact in one.told:
        if (fact.kind, fact.target, fact.at) == (kind, promise.name, at):
            return fact.hearings
    return ()


# What else the clocks depend on.


def _desk(story: Story) -> Iterator[Event]:
    """Openings and closings while somebody waited."""
    calendar = story.watch.settings.calendar
    if calendar is ALWAYS:
        return
    found: set[tuple[datetime, str]] = set()
    for one in story.waits:
        start, end = one.wait.opened_at, one.end or story.now
        for opens, closes in calendar.open_spans(start, end):
            found |= {(opens, "opened")} if opens > start else set()
            found |= {(closes, "closed")} if closes < end else set()
    if len(found) > MOST_DESK_HOURS:
        return
    for at, word in found:
        why = "runs again." if word == "opened" else "stands; the calendar clock runs on."
        yield Event(at, "desk", f"Desk {word}", f"The business clock {why}")


def _blind(story: Story) -> Iterator[Event]:
    """What the monitor did not read while somebody waited."""
    for start, end in story.gaps:
        if end is None:
            why = "What was written since is not known yet."
            yield Event(start, "unconfirmed", "Not read from here on", why)
        else:
            title = f"Monitor blind for {lasted(end - start)}"
            yield Event(start, "unconfirmed", title, "What was written then was read later.")
