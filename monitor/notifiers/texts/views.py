"""What a template sees of a notice. All text from outside in it is inert already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from monitor.notifiers.inert import inert, web_link
from monitor.ports.notifier import AlertKind, Digest, Item, Kept

MOST_SAID = 200  # characters of what a customer wrote
MOST_NAME = 40
MOST_HANDLE = 60

_SECOND = timedelta(seconds=1)
_SECONDS_SHOWN_BELOW = 10  # minutes
_THOUSANDS = (("M", 1_000_000), ("k", 1_000))


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time, rounded down, so that none flatters."""

    length: timedelta

    def spelled(self, minutes: str, hours: str, days: str) -> str:
        """`4:12` below ten minutes, else by one of the patterns, which have the fields `m`, `h`
        and `d`, and `mm` with two digits: `{h} h {mm}`."""
        m, s = divmod(self.length // _SECOND, 60)
        if m < _SECONDS_SHOWN_BELOW:
            return f"{m}:{s:02}"
        h, m = divmod(m, 60)
        d, h_of_day = divmod(h, 24)
        if d:
            return days.format(d=d, h=h_of_day)
        return hours.format(h=h, mm=f"{m:02}") if h else minutes.format(m=m)

    def promised(self, minutes: str, hours: str) -> str:
        """As promises are made, in whole hours or minutes: `6 min`, `24 h`."""
        m, s = divmod(self.length // _SECOND, 60)
        if s or not m:
            return f"{m}:{s:02}"
        return minutes.format(m=m) if m % 60 else hours.format(h=m // 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptView:
    """`share` and `objective` in tenths of a percent, the share rounded down; None without dues."""

    target: str
    met: int
    due: int
    share: int | None
    objective: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestView:
    since: str
    until: str
    mentions: int
    opened: int
    answered: int
    still_open: int
    half_within: Span | None
    targets: tuple[KeptView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """Instants are clock times in the readers' zone, with the date if that is another day.

    `waited` is how long it took or has taken until now; `late` how long past due (None before),
    `left` the time until it. `page` leads to our page, `post` to the post.
    """

    kind: AlertKind
    at: str
    account: str
    brand: str
    platform: str
    page: str | None
    post: str | None
    wait: int | None
    target: str | None
    within: Span | None
    due_at: str | None
    opened_at: str | None
    ended_at: str | None
    waited: Span | None
    late: Span | None
    left: Span | None
    customer: str | None
    handle: str | None
    said: str | None
    language: str | None
    nudges: int
    reach: int | None
    growth: int | None
    acked_by: str | None
    late_detected: bool
    late_arrival: bool
    reason: str | None
    count: int | None
    usual: str | None
    digest: DigestView | None


def item_view(item: Item, now: datetime, zone: ZoneInfo) -> ItemView:
    end = item.ended_at or now
    late = end - item.due_at if item.due_at else timedelta()
    return ItemView(
        kind=item.kind,
        at=_clock(item.at, now, zone),
        account=inert(item.account, MOST_HANDLE),
        brand=inert(item.brand, MOST_NAME),
        platform=inert(item.platform.capitalize(), MOST_NAME),
        page=web_link(item.link),
        post=web_link(item.url),
        wait=item.wait,
        target=_maybe(item.target, MOST_HANDLE),
        within=_span(item.within),
        due_at=_clock(item.due_at, now, zone) if item.due_at else None,
        opened_at=_clock(item.opened_at, now, zone) if item.opened_at else None,
        ended_at=_clock(item.ended_at, now, zone) if item.ended_at else None,
        waited=Span(max(end - item.opened_at, timedelta())) if item.opened_at else None,
        late=Span(late) if late > timedelta() else None,
        left=Span(-late) if late < timedelta() and not item.ended_at else None,
        customer=_maybe(item.customer, MOST_NAME) or _maybe(item.handle, MOST_NAME),
        handle=_handle(item.handle),
        said=_maybe(item.text, MOST_SAID),
        language=item.language if item.language and _is_tag(item.language) else None,
        nudges=item.nudges,
        reach=item.reach,
        growth=item.growth,
        acked_by=_maybe(item.acked_by, MOST_NAME),
        late_detected=item.late_detected,
        late_arrival=item.late_arrival,
        reason=item.reason and item.reason.value,
        count=item.count,
        usual=None if item.usual is None else f"{item.usual:.0f}",
        digest=_digest_view(item.digest, zone) if item.digest else None,
    )


def grouped(number: int, mark: str) -> str:
    """`12,345`, with the language's mark."""
    return f"{number:,}".replace(",", mark)


def compact(number: int, point: str) -> str:
    """`48.2 k`, rounded down; `point` is the language's decimal mark."""
    for unit, size in _THOUSANDS:
        if number >= size:
            tenths = number * 10 // size
            whole, tenth = divmod(tenths, 10)
            return f"{whole}{point}{tenth} {unit}" if whole < 100 else f"{whole} {unit}"
    return str(number)


def percent(tenths: int, point: str) -> str:
    """`89.9 %`, from tenths of a percent."""
    return f"{tenths // 10}{point}{tenths % 10}\u00a0%"


def worst_first(counts: Mapping[AlertKind, int]) -> list[tuple[AlertKind, int]]:
    """In the order in which a reader wants to know of them."""
    return [(kind, counts[kind]) for kind in _GRAVITY if counts.get(kind)]


_GRAVITY = (
    AlertKind.BREACH,
    AlertKind.BLIND,
    AlertKind.ACCOUNT_FAILING,
    AlertKind.NUDGED,
    AlertKind.SURGE,
    AlertKind.WARNING,
    AlertKind.CORRECTED,
    AlertKind.RECOVERED,
    AlertKind.BLIND_OVER,
    AlertKind.ACCOUNT_RECOVERED,
    AlertKind.DIGEST,
)


def _digest_view(digest: Digest, zone: ZoneInfo) -> DigestView:
    return DigestView(
        since=_day(digest.since, zone),
        until=_day(digest.until, zone),
        mentions=digest.mentions,
        opened=digest.opened,
        answered=digest.answered,
        still_open=digest.still_open,
        half_within=_span(digest.half_within),
        targets=tuple(map(_kept_view, digest.targets)),
    )


def _kept_view(kept: Kept) -> KeptView:
    return KeptView(
        target=inert(kept.target, MOST_HANDLE),
        met=kept.met,
        due=kept.due,
        share=kept.met * 1000 // kept.due if kept.due else None,
        objective=round(Fraction(kept.objective) * 1000),
    )


def _span(length: timedelta | None) -> Span | None:
    return None if length is None else Span(length)


def _clock(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    there = at.astimezone(zone)
    is_today = there.date() == now.astimezone(zone).date()
    return there.strftime("%H:%M" if is_today else "%Y-%m-%d %H:%M")


def _day(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _maybe(text: str | None, most: int) -> str | None:
    return inert(text, most) or None if text else None


def _handle(handle: str | None) -> str | None:
    """With its `@`, which handles come without."""
    return _maybe(f"@{handle.lstrip('@')}", MOST_HANDLE) if handle else None


def _is_tag(language: str) -> bool:
    return language.isascii() and language.replace("-", "").isalnum()
