"""The conversation to scale: posts, both clocks, what was told and what was read, on one axis."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.domain.target import Verdict
from monitor.web.wait.story import Chapter, Promise, Story
from monitor.web.wait.timeline import Event
from monitor.web.wording import day_of, lasted, length

LEFT, RIGHT = 112.0, 1080.0
POSTS, CALENDAR, BUSINESS, TOLD, READ = 42, 80, 124, 166, 200
TOP, BOTTOM = 22, 216

_YEAR = 31_536_000
_STEPS = (
    *(10, 30, 60, 120, 300, 600, 900, 1800),
    *(3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 2_592_000),
    *(7_776_000, _YEAR, 5 * _YEAR, 20 * _YEAR),
)
_MOST_TICKS = 8

APART = 2.0
"""Units; spans that lie nearer to each other are drawn as one: of twenty years the nights are not
to be seen."""

LABEL_ROOM = 64.0
"""Units that a word takes; labels that would touch are left out."""


_Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Bar:
    """From x on, so wide, in a lane; `kind` is how it is drawn."""

    x: float
    width: float
    y: float
    kind: str


@dataclass(frozen=True, slots=True)
class Mark:
    x: float
    y: float
    kind: str
    label: str = ""
    end: bool = False
    """Whether the label stands before it."""


@dataclass(frozen=True, slots=True)
class Strip:
    ticks: Sequence[tuple[float, str]]
    closed: Sequence[Bar]
    bars: Sequence[Bar]
    marks: Sequence[Mark]
    read: Sequence[Bar]
    gaps: Sequence[Bar]
    now: float | None
    summary: str


@dataclass(slots=True)
class _Scale:
    start: datetime
    end: datetime
    _taken: dict[int, list[float]] = field(default_factory=dict)

    def x(self, at: datetime) -> float:
        share = (at - self.start) / (self.end - self.start)
        return round(LEFT + min(max(share, 0.0), 1.0) * (RIGHT - LEFT), 1)

    def bar(self, start: datetime, end: datetime, y: float, kind: str) -> Bar:
        return Bar(self.x(start), round(max(self.x(end) - self.x(start), 1.0), 1), y, kind)

    def has_room(self, x: float, y: int, room: float = LABEL_ROOM) -> bool:
        """Whether a label may stand here; then it does."""
        taken = self._taken.setdefault(y, [])
        if any(abs(x - other) < room for other in taken):
            return False
        taken.append(x)
        return True


def strip(story: Story, events: Sequence[Event], zone: ZoneInfo) -> Strip:
    scale = _scale(story)
    calendar = story.watch.settings.calendar
    is_open = any(one.end is None for one in story.waits)
    spans = list(_seen(scale, calendar.open_spans(scale.start, scale.end)))
    read = ((one.start, one.end) for one in story.read)
    gaps = ((one, two or story.now) for one, two in story.gaps)
    return Strip(
        ticks=list(_ticks(scale, zone)),
        closed=[scale.bar(one, two, TOP, "closed") for one, two in _between(scale, spans)],
        bars=[bar for one in story.waits for bar in _clocks(scale, story, one)],
        marks=[*_posts(scale, events), *_dues(scale, story), *_told(scale, events)],
        read=[
            scale.bar(max(one, scale.start), min(two, scale.end), READ, "read")
            for one, two in _seen(scale, read)
            if two > scale.start and one < scale.end
        ],
        gaps=[scale.bar(one, two, READ, "gap") for one, two in _seen(scale, gaps)],
        now=scale.x(story.now) if is_open else None,
        summary=_summary(story),
    )


def _scale(story: Story) -> _Scale:
    """All posts and dues, with some room on both sides."""
    last_posts = [one.counts_at for one in story.outcomes]
    dues = [each.due_at for one in story.waits for each in one.promises]
    end = max([story.until, *last_posts, *dues])
    start = min([story.begun_at, *last_posts])
    room = max((end - start) / 25, timedelta(seconds=5))
    return _Scale(start - room, end + room)


def _ticks(scale: _Scale, zone: ZoneInfo) -> Iterator[tuple[float, str]]:
    span = (scale.end - scale.start).total_seconds()
    step = next((one for one in _STEPS if span / one <= _MOST_TICKS), _STEPS[-1])
    first = scale.start.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    passed = (scale.start - first).total_seconds() // step + 1
    at = first + timedelta(seconds=passed * step)
    while at < scale.end:
        local = at.astimezone(zone)
        clock = local.strftime("%H:%M:%S" if step < 60 else "%H:%M")
        day = f"{day_of(at, zone)} {local.year}" if step >= _YEAR else day_of(at, zone)
        yield scale.x(at), day if step >= 86_400 else clock
        at += timedelta(seconds=step)


def _seen(scale: _Scale, spans: Iterable[_Span]) -> Iterator[_Span]:
    """As one, those that are hardly apart at this scale; they come in order."""
    known: _Span | None = None
    for start, end in spans:
        if known and scale.x(start) - scale.x(known[1]) < APART:
            known = (known[0], end)
            continue
        if known:
            yield known
        known = (start, end)
    if known:
        yield known


def _between(scale: _Scale, spans: Sequence[_Span]) -> Iterator[_Span]:
    """The time outside the spans."""
    at = scale.start
    for opens, closes in spans:
        if opens > at:
            yield at, opens
        at = closes
    if at < scale.end:
        yield at, scale.end


def _clocks(scale: _Scale, story: Story, one: Chapter) -> Iterator[Bar]:
    start, end = one.wait.opened_at, one.end or story.now
    due_at = min((each.due_at for each in one.promises if not each.keeps_hours), default=None)
    yield from _coloured(scale, start, end, due_at, CALENDAR - 6)
    desk = story.watch.settings.calendar
    kept = min((each.due_at for each in one.promises if each.keeps_hours), default=None)
    spans = list(_seen(scale, desk.open_spans(start, end)))
    for opens, closes in spans:
        yield from _coloured(scale, opens, closes, kept, BUSINESS - 6)
    for (_, closes), (opens, _) in itertools.pairwise(spans):
        yield scale.bar(closes, opens, BUSINESS, "c-stop")
    if one.end is None:
        for lane, due in ((CALENDAR, due_at), (BUSINESS, kept)):
            if due and due > end:
                yield scale.bar(end, due, lane - 6, "c-left")


def _coloured(
    scale: _Scale, start: datetime, end: datetime, due_at: datetime | None, y: float
) -> Iterator[Bar]:
    """In time until due, late from then on."""
    turn = min(max(due_at, start), end) if due_at else end
    if turn > start:
        yield scale.bar(start, turn, y, "c-ok")
    if end > turn:
        yield scale.bar(turn, end, y, "c-late")


_SIGNS = {"customer": "p-cust", "brand": "p-brand", "automatic": "p-auto", "closer": "p-closer"}


def _posts(scale: _Scale, events: Sequence[Event]) -> Iterator[Mark]:
    written = [one for one in events if one.mark in _SIGNS and (one.text is not None or one.why)]
    places = [scale.x(one.at) for one in written]
    for event, x in zip(written, places, strict=True):
        at_end = x > RIGHT - 2 * LABEL_ROOM
        reach = (x - LABEL_ROOM, x) if at_end else (x, x + LABEL_ROOM)
        is_crowded = sum(reach[0] <= other <= reach[1] for other in places) > 1
        word = "" if is_crowded or event.mark == "closer" else event.title.rpartition(" ")[2]
        yield Mark(x, POSTS, _SIGNS[event.mark], word, end=at_end)


def _dues(scale: _Scale, story: Story) -> Iterator[Mark]:
    for one in story.waits:
        for promise in one.promises:
            lane = BUSINESS if promise.keeps_hours else CALENDAR
            x = scale.x(promise.due_at)
            has_room = scale.has_room(x, lane, 2.5 * LABEL_ROOM)
            label = f"due ({length(promise.within)})" if has_room else ""
            yield Mark(x, lane, "due", label, end=x > RIGHT - 2 * LABEL_ROOM)
            for _, at in promise.warned_at:
                if one.end is None or at < one.end:
                    yield Mark(scale.x(at), lane, "warn")


_TOLD = {"warned": "n-warn", "overdue": "n-breach"}


def _told(scale: _Scale, events: Sequence[Event]) -> Iterator[Mark]:
    for event in events:
        if any(one.told_at for one in event.told) and event.mark in _TOLD:
            yield Mark(scale.x(event.at), TOLD, _TOLD[event.mark])


def _summary(story: Story) -> str:
    """The same in words."""
    return " ".join(_sentence(one, place) for place, one in enumerate(story.waits, 1))


def _sentence(one: Chapter, place: int) -> str:
    open_now = one.end is None
    promises = ", ".join(_kept(each) for each in one.promises) or "nothing promised"
    took = "" if one.end is None else f" after {lasted(one.end - one.wait.opened_at)}"
    return f"Wait {place}: {'still open' if open_now else f'ended{took}'}; {promises}."


def _kept(promise: Promise) -> str:
    word = {Verdict.UNCONFIRMED: "not known yet", Verdict.PENDING: "not due yet"}
    return f"{promise.name} {word.get(promise.verdict, promise.verdict.value)}"
