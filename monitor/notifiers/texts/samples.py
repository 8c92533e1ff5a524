"""One notice of each kind, in full and with nothing known: what every template must cope with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.ports.connector import Reason
from monitor.ports.notifier import AlertKind, Digest, Item, Kept, Notice

AT = datetime(2026, 3, 2, 14, 2, tzinfo=UTC)

_DIGEST = Digest(
    since=AT - timedelta(days=7),
    until=AT,
    mentions=120,
    opened=93,
    answered=81,
    still_open=12,
    half_within=timedelta(minutes=4, seconds=12),
    targets=(Kept("airline-6m", 81, 93, 0.9), Kept("follow-up", 0, 0, 0.8)),
)
_BARE = Item(
    key="breach/17/airline-6m",
    kind=AlertKind.BREACH,
    at=AT,
    account="acme-mastodon",
    brand="acme",
    platform="mastodon",
    link="https://care.example.com/waits/17",
)
_FULL = replace(
    _BARE,
    wait=17,
    target="airline-6m",
    within=timedelta(minutes=6),
    opened_at=AT - timedelta(minutes=6),
    due_at=AT,
    customer="Grace Adeyemi",
    handle="grace@social.example",
    text="My booking is gone. Can anybody help?",
    language="en",
    url="https://social.example/@grace/1",
    nudges=2,
    reach=48_213,
    growth=9_600,
    acked_by="Anna",
    late_detected=True,
    late_arrival=True,
)


def sample(kind: AlertKind) -> Item:
    """A fact of this kind, with all that can be known of it."""
    item = replace(_FULL, key=f"{kind}/17/airline-6m", kind=kind)
    about_account = replace(_BARE, key=f"{kind}/acme-mastodon/2026", kind=kind)
    match kind:
        case AlertKind.WARNING:
            return replace(item, at=AT - timedelta(minutes=1))
        case AlertKind.RECOVERED | AlertKind.CORRECTED:
            return replace(item, ended_at=AT + timedelta(minutes=3))
        case AlertKind.BLIND | AlertKind.BLIND_OVER:
            return replace(about_account, count=3)
        case AlertKind.ACCOUNT_FAILING | AlertKind.ACCOUNT_RECOVERED:
            return replace(about_account, reason=Reason.AUTH)
        case AlertKind.SURGE:
            return replace(about_account, count=120, usual=14.0)
        case AlertKind.DIGEST:
            return replace(about_account, digest=_DIGEST)
        case _:
            return item


def samples() -> Iterator[Notice]:
    for kind in AlertKind:
        full = sample(kind)
        for item in (full, replace(_BARE, kind=kind, link=""), replace(_FULL, kind=kind)):
            yield _notice(item)
            yield _notice(replace(item, ended_at=AT + timedelta(hours=30)))
        yield replace(_notice(full), test=True)
    every = [sample(kind) for kind in AlertKind]
    counts = {kind: 1_000 * place + 1 for place, kind in enumerate(AlertKind)}
    yield replace(_notice(*every), counts=counts, held=True)
    for reason in Reason:
        yield _notice(replace(sample(AlertKind.ACCOUNT_FAILING), reason=reason))


def _notice(*items: Item) -> Notice:
    counts = {item.kind: 1 for item in items}
    at = AT + timedelta(minutes=12)
    return Notice(key="sample", at=at, items=items, counts=counts, zone=ZoneInfo("UTC"))
